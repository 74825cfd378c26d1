"""What the project promises of its understanding, on messages of writers the models have never seen."""

from pathlib import Path

import pytest

from bot.training.corpus import read_folder
from bot.training.measure import Figure, figures, read

HELD_OUT = Path(__file__).resolve().parents[2] / "corpus" / "heldout"

BARS = {
    "诉求的类别 macro-F1": 0.80,
    "整条流水线 macro-F1（10 类）": 0.75,
    "@ 了该立单的，立了": 0.98,
    "@ 了且立单的，该立": 0.95,
    "紧急 召回": 0.90,
    "紧急 精确": 0.70,
    "骗局召回（误报 1 %）": 0.80,
    "骗局召回（误报 5 %）": 0.90,
    "电话 逐字一致": 0.95,
    "地点 有重叠（没有地名表）": 0.75,
}


@pytest.fixture(scope="module")
def measured() -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(read(read_folder(HELD_OUT)))}


@pytest.mark.parametrize("name", BARS)
def test_the_bar_is_kept(measured: dict[str, Figure], name: str) -> None:
    figure = measured[name]
    assert figure.value >= BARS[name], "\n".join(figure.wrong[:20])
