"""The second reader of officers' words: corpus/officers and the grammar's examples → handlers/kit/phrases/orders.*"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.training.corpus import CorpusError
from bot.training.fit import GRAMS, Heads
from bot.training.pack import pack, save
from handlers.kit.phrases import Action, Ambiguous, Phrase, Why, read_phrase
from handlers.kit.phrases.guess import CARD, NONE, WEIGHTS, spelling
from handlers.kit.phrases.people import name_people
from handlers.kit.phrases.words import mark, plain

COLLEAGUES = ("王建国", "李强", "赵敏", "孙伟", "周明")
TICKETS = (12, 13, 15, 16)
"""Who and what the lines of corpus/officers speak of."""

UNDER_A_CARD = "↩"
ANY_DAY = datetime(2025, 3, 5, 10, 0)  # noqa: DTZ001 - only the words matter
FEWEST, MOST, C = 2, 6_000, 20.0
OWN = 2.0
"""How much more a line written for the second reader counts than one the grammar reads anyway."""

_ABOUT_SLOTS = frozenset({Why.WHICH_TICKET, Why.NOT_YOURS, Why.WHO})


@dataclass(frozen=True, slots=True)
class Line:
    """`spelt`: as the model sees it. `label`: an action, for some with its topic or status, or "none"."""

    spelt: str
    label: str
    source: str
    weight: float


def material(root: Path) -> list[Line]:
    """Raises CorpusError for a heading that is no label."""
    own = [line for path in sorted((root / "corpus" / "officers").glob("*.txt")) for line in _written(path)]
    read = [line for path in sorted((root / "tests" / "phrases").glob("dev*.jsonl")) for line in _examples(path)]
    return own + read


def spoken(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(label, words, whether they were said under a card) of each line. Raises CorpusError."""
    label = ""
    for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
        if line.startswith("#"):
            continue
        if line.startswith("["):
            label = line.strip("[]")
            if label.partition(" ")[0] not in {NONE, *Action}:
                raise CorpusError(f"{path.name}：不认识的标签 {label}")
            continue
        yield label, line.removeprefix(UNDER_A_CARD).strip(), line.startswith(UNDER_A_CARD)


def _written(path: Path) -> Iterator[Line]:
    for label, words, replied in spoken(path):
        yield Line(_spelt(words, COLLEAGUES, TICKETS, replied), label, path.stem, OWN)


def _examples(path: Path) -> Iterator[Line]:
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        named = (*COLLEAGUES, *([row["person"]] if row["person"] not in ("", *COLLEAGUES) else []))
        known = (*row["mine"], *row["waiting"], *([row["replied"]] if row["replied"] else []))
        spelt = _spelt(row["text"], named, known, bool(row["replied"]))
        label = _label(row, named)
        if label:
            yield Line(spelt, label, path.stem, 1.0)


def _spelt(text: str, colleagues: tuple[str, ...], tickets: tuple[int, ...], replied: bool) -> str:
    named, people = name_people(plain(text), colleagues)
    return spelling(mark(named, people, frozenset(tickets)).without_others().text, replied=replied)


def _label(row: dict[str, Any], colleagues: tuple[str, ...]) -> str:
    """What is meant by it, though it may have to be asked for which ticket or for whom. "": its topic is not known."""
    found = read_phrase(
        row["text"],
        replied=row["replied"],
        mine=row["mine"],
        waiting=row["waiting"],
        colleagues=colleagues,
        today=ANY_DAY,
        exact=True,
    )
    if isinstance(found, Ambiguous):
        found = found.choices[0] if found.choices and found.why in _ABOUT_SLOTS else None
    action = row["expect"]
    if action in {NONE, "ambiguous"}:
        action = found.action if row["expect"] == "ambiguous" and isinstance(found, Phrase) else NONE
    if action not in {Action.STATUS, Action.SWAP, Action.ASK}:
        return str(action)
    if action == Action.STATUS and row["text_part"]:
        return f"{action} {row['text_part']}"
    if not isinstance(found, Phrase):
        return ""
    return f"{action} {found.text if action == Action.STATUS else found.topic}"


def fit(lines: list[Line]) -> tuple[Heads, list[str]]:
    """(one head for each label, the labels)."""
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=GRAMS, min_df=FEWEST, max_features=MOST, sublinear_tf=True, lowercase=False
    )
    matrix = vectorizer.fit_transform([line.spelt for line in lines])
    model = LogisticRegression(C=C, max_iter=200, tol=1e-3)
    model.fit(matrix, [line.label for line in lines], sample_weight=[line.weight for line in lines])
    heads = Heads(vectorizer, list(vectorizer.get_feature_names_out()), np.asarray(model.coef_.T), model.intercept_)
    return heads, [str(label) for label in model.classes_]


def train(root: Path) -> str:
    """Write the model; one line about it."""
    lines = material(root)
    heads, labels = fit(lines)
    weights, card = pack(heads, rules={}, words=(), about={"lines": len(lines)}, columns=labels)
    save(root / "handlers" / "kit" / "phrases", weights, card, names=(WEIGHTS, CARD))
    return f"{len(lines)} 句民警的话，{len(labels)} 种意思，{(len(weights) + len(card)) / 1e6:.2f} MB"
