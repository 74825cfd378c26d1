"""Leave one writer out: what the second reader makes of lines its model has not learnt from. Minutes, for it trains."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.training.fit import Heads
from bot.training.officers import COLLEAGUES, fit, material, spoken
from bot.training.pack import pack
from handlers.kit.phrases import Phrase, guess, read_phrase
from handlers.understanding.scorer import parse
from tests.phrases_kit import NOW, Row, rows

ROOT = Path(__file__).parent.parent.parent
WRITERS: tuple[tuple[str, ...], ...] = (
    ("dev",),
    ("dev_b", "dev_c"),
    ("dev_d", "dev_e", "dev_f"),
    ("dev_g", "dev_h", "dev_i"),
    ("dev_j", "dev_k", "dev_l"),
    ("dev_m",),
)


def without(monkeypatch: pytest.MonkeyPatch, sources: tuple[str, ...]) -> None:
    """The model as if these had never written."""
    heads, labels = fit([line for line in material(ROOT) if line.source not in sources])
    assert isinstance(heads, Heads)
    model = parse(*pack(heads, rules={}, words=(), about={}, columns=labels))
    monkeypatch.setattr(guess, "shipped", lambda: model)


def lines(sources: tuple[str, ...]) -> Iterator[Row]:
    for source in sources:
        yield from rows(f"{source}.jsonl")


@pytest.mark.soak
@pytest.mark.parametrize("writers", WRITERS, ids="+".join)
def test_nothing_is_done_wrong_for_a_writer_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, writers: tuple[str, ...]
) -> None:
    without(monkeypatch, writers)
    said = [(row, row.read()) for row in lines(writers)]
    assert [(row.text, phrase) for row, phrase in said if row.wrong(phrase)] == []
    right = sum(row.right(phrase) for row, phrase in said)
    assert right >= (245 if writers == ("dev_m",) else len(said))


@pytest.mark.soak
@pytest.mark.parametrize("source", ["home", "polite", "short", "spoken", "talk"])
def test_nor_for_one_who_writes_for_it(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """What is read as an order is that order; talk is none."""
    without(monkeypatch, (source,))
    wrong = []
    for label, words, replied in spoken(ROOT / "corpus" / "officers" / f"{source}.txt"):
        action = label.partition(" ")[0]
        card = (15 if action == "claim" else 12) if replied else None
        found = read_phrase(words, replied=card, mine=(12, 13), waiting=(15, 16), colleagues=COLLEAGUES, today=NOW)
        if isinstance(found, Phrase) and found.action != action:
            wrong.append((words, found))
    assert wrong == []
