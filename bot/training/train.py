"""make train: corpus → models. The held-out sets are not opened here."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from numpy.typing import NDArray

from bot.training import officers
from bot.training.corpus import Example, read_folder
from bot.training.fit import Floats, Heads, fit, fit_rule, targets, unseen_scores
from bot.training.pack import pack, save
from bot.training.report import write
from handlers.understanding.courtesy import courtesy
from handlers.understanding.decide import COLUMNS, FRAUD, REQUEST, URGENT, fraud_signs, request_signs, urgent_signs
from handlers.understanding.money import money_sent
from handlers.understanding.normal import calls_police, for_models
from handlers.understanding.urgency import emergency

ALOUD, HINT = 0.01, 0.05
"""False alarms at which the bot may speak in a group, and at which it only hints to officers."""

KEPT = 0.995
"""Of the matters people @ us with, so many must stay matters."""

CAUGHT = 0.93
"""Of what is urgent, so much must be called urgent."""

Flags = NDArray[np.bool_]


def material(corpus: Path) -> list[Example]:
    """What is learnt from: our own messages, and a little everyday chat of others."""
    return [*read_folder(corpus / "train"), *read_folder(corpus / "public")]


def train(examples: Sequence[Example]) -> tuple[Heads, dict[str, Any]]:
    """Heads learnt from everything, and decisions fitted on scores that had not seen the writer."""
    return fit(examples), fit_rules(examples, unseen_scores(examples))


def fit_rules(examples: Sequence[Example], scores: Floats) -> dict[str, Any]:
    told = [dict(zip(COLUMNS, map(float, row), strict=True)) for row in scores]
    table = targets(examples)
    called = np.array([calls_police(e.text) for e in examples])
    fraud = np.array([fraud_signs(s) for s in told])
    request = np.array(
        [
            request_signs(s, e.text, courtesy(e.text), mention=bool(c))
            for s, e, c in zip(told, examples, called, strict=True)
        ]
    )
    urgent = np.array(
        [
            urgent_signs(s, e.text, money_sent(e.text), danger=emergency(e.text) is not None)
            for s, e in zip(told, examples, strict=True)
        ]
    )
    return {
        "fraud": _fraud_rule(fraud, table[FRAUD][1]),
        "request": _request_rule(request, table[REQUEST][1], called),
        "urgent": _urgent_rule(urgent, table[URGENT][1], table[REQUEST][1]),
    }


def _fraud_rule(signs: Floats, yes: Flags) -> dict[str, Any]:
    rule = fit_rule(signs, yes)
    chances = _chances(rule, signs)
    others = np.sort(chances[~yes])[::-1]
    rule["likely"] = round(float(others[int(ALOUD * len(others))]), 4)
    rule["unsure"] = round(float(others[int(HINT * len(others))]), 4)
    rule["threshold"] = 0.45
    return rule


def _request_rule(signs: Floats, yes: Flags, called: Flags) -> dict[str, Any]:
    rule = fit_rule(signs, yes)
    chances = np.sort(_chances(rule, signs)[yes & called])
    rule["called"] = round(float(chances[int((1 - KEPT) * len(chances))]), 4)
    return rule


def _urgent_rule(signs: Floats, yes: Flags, request: Flags) -> dict[str, Any]:
    rule = fit_rule(signs[request], yes[request])
    chances = np.sort(_chances(rule, signs)[yes & request])
    rule["threshold"] = round(float(chances[int((1 - CAUGHT) * len(chances))]), 4)
    return rule


def _chances(rule: dict[str, Any], signs: Floats) -> Floats:
    total = signs @ np.array(rule["weights"]) + rule["bias"]
    return np.asarray(1.0 / (1.0 + np.exp(-total)))


def real_words(examples: Sequence[Example], features: Sequence[str], domain: Sequence[str]) -> list[int]:
    """Rows whose n-gram is a word of the language or of our `domain`, so that a reason never shows half a word."""
    jieba.setLogLevel(60)
    cutter = jieba.Tokenizer()  # one of our own: what is added here must not change how words are cut elsewhere
    for word in domain:
        cutter.add_word(word)
    counts = Counter(word for e in examples for word in cutter.cut(for_models(e.text), HMM=False) if len(word) > 1)
    return [row for row, name in enumerate(features) if counts[name] >= 3 and not set(name) & set("^$09 ")]


def main() -> None:
    """Read corpus/train, write both models and the measured part of docs/understanding.md."""
    root = Path(__file__).resolve().parents[2]
    examples = material(root / "corpus")
    heads, rules = train(examples)
    about = {
        "messages": len(examples),
        "fraud": sum(e.fraud for e in examples),
        "files": len({e.source for e in examples}),
    }
    domain = (root / "corpus" / "words.txt").read_text(encoding="utf-8").split()
    words = real_words(examples, heads.features, domain)
    weights, card = pack(heads, rules=rules, words=words, about=about)
    save(root / "handlers" / "understanding", weights, card)
    write(root)
    print(officers.train(root))  # noqa: T201
    print(f"{about['messages']} 条语料，{len(heads.features)} 个特征，{(len(weights) + len(card)) / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
