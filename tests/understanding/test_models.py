"""The models: the plain scorer says what scikit-learn says, and damaged files are refused."""

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bot.training.corpus import Example, read_folder
from bot.training.fit import Heads, fit, fit_rule
from bot.training.pack import pack
from handlers.understanding.decide import COLUMNS
from handlers.understanding.normal import for_models
from handlers.understanding.scorer import CARD, WEIGHTS, Model, ModelError, parse, shipped

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "handlers" / "understanding"
EDGES = ["", " ", "^$", "😀😀", "a" * 5000, "\x00\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "ignore")]


@pytest.fixture(scope="module")
def some() -> list[Example]:
    """Every kind of message, few enough to train on in a second."""
    return list(islice(read_folder(ROOT / "corpus" / "train"), 0, None, 12))


@pytest.fixture(scope="module")
def heads(some: list[Example]) -> Heads:
    return fit(some)


@pytest.fixture(scope="module")
def model(heads: Heads) -> Model:
    return parse(*pack(heads, rules={}, words=[], about={}))


def test_the_plain_scorer_says_what_scikit_learn_says(heads: Heads, model: Model, some: list[Example]) -> None:
    texts = [e.text for e in some[:300]] + EDGES
    golden = heads.scores(texts)
    ours = [model.scores(model.vector(for_models(text))) for text in texts]
    assert list(ours[0]) == list(COLUMNS)
    difference = np.abs(golden - np.array([list(scores.values()) for scores in ours])).max()
    assert difference < 1e-3  # weights are kept in 16 bits


def test_training_twice_gives_the_same_files(heads: Heads, some: list[Example]) -> None:
    again = fit(some)
    assert pack(again, rules={}, words=[], about={}) == pack(heads, rules={}, words=[], about={})


def test_what_is_shipped_is_whole_and_small() -> None:
    weights, card = (SHIPPED / WEIGHTS).read_bytes(), (SHIPPED / CARD).read_bytes()
    assert len(weights) + len(card) <= 2_000_000
    assert parse(weights, card).columns == COLUMNS
    assert shipped().card["rules"].keys() == {"fraud", "request", "urgent"}


@pytest.mark.parametrize("part", ["weights", "card", "other"])
def test_damaged_files_are_refused(part: str) -> None:
    weights, card = (SHIPPED / WEIGHTS).read_bytes(), (SHIPPED / CARD).read_bytes()
    if part == "weights":
        weights = weights[:1000] + bytes([weights[1000] ^ 1]) + weights[1001:]
    elif part == "card":
        told = json.loads(card)
        told["features"].pop()
        card = json.dumps(told).encode()
    else:
        card = card.replace(b'"format":1', b'"format":2')
    with pytest.raises(ModelError):
        parse(weights, card)


def test_reasons_are_words_people_know() -> None:
    model = shipped()
    vector = model.vector(for_models("有人让我先垫付再返佣金刷单"))
    assert "刷单" in model.because(vector, "fraud", 3)


def test_a_rule_finds_what_separates() -> None:
    signs = np.array([[0.0], [1.0], [2.0], [3.0]])
    rule = fit_rule(signs, np.array([False, False, True, True]))
    assert rule["weights"][0] > 0
