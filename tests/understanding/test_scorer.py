"""The scorer takes short cuts: its answers are those of the plain sums."""

import math
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


def test_vectors_are_the_plain_counts() -> None:
    model = shipped()
    for example in islice(read_folder(CORPUS / "heldout"), 0, None, 4):
        text = for_models(example.text)
        every = [text[at : at + size] for size in model.grams for at in range(len(text) - size + 1)]
        known = {gram: every.count(gram) for gram in every if gram in model.vocabulary}
        worth = {model.vocabulary[g]: (1 + math.log(n)) * model.idf[model.vocabulary[g]] for g, n in known.items()}
        length = math.hypot(*worth.values())
        expected = {row: value / length for row, value in worth.items()}
        assert dict(model.vector(text)) == pytest.approx(expected, rel=1e-9)
