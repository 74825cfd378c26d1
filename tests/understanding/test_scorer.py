"""The scorer takes a short cut over the rows of a message: its answers are those of the plain sum."""

from itertools import islice
from pathlib import Path

import pytest

from bot.training.corpus import read_folder
from handlers.understanding.normal import for_models
from handlers.understanding.scorer import Model, shipped

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def _plainly(model: Model, vector: list[tuple[int, float]]) -> dict[str, float]:
    """Row by row, column by column."""
    width = len(model.columns)
    totals = [0.0] * width
    for row, value in vector:
        for column in range(width):
            totals[column] += value * model.weights[row * width + column]
    return {name: totals[at] * model.scale[at] + model.bias[at] for at, name in enumerate(model.columns)}


def test_scores_are_the_plain_sum() -> None:
    model = shipped()
    examples = [e for part in ("train", "heldout") for e in islice(read_folder(CORPUS / part), 0, None, 8)]
    for text in ("", *(e.text for e in examples)):
        vector = model.vector(for_models(text))
        assert model.scores(vector) == pytest.approx(_plainly(model, vector), rel=1e-12, abs=1e-12)
