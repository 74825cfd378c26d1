"""From scores and plain signs to a decision. The few weights here are fitted by bot/training on unseen writers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

from handlers.understanding.courtesy import closing_words
from handlers.understanding.meaning import Courtesy
from handlers.understanding.urgency import SHORT, sounds_now, sounds_past
from storage.model.matters import Category, FraudType, Money

REQUEST, FRAUD, URGENT, LOW, PASTED = "request", "fraud", "urgent", "low", "pasted"
CATEGORY_COLUMNS = {category: f"category:{category}" for category in Category}
TYPE_COLUMNS = {kind: f"type:{kind}" for kind in FraudType}
COLUMNS = (REQUEST, FRAUD, URGENT, LOW, PASTED, *CATEGORY_COLUMNS.values(), *TYPE_COLUMNS.values())
"""What the model scores, in this order."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A weighted sum of signs, as a probability, and from where on it is a yes."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Rule":
        return cls(tuple(told["weights"]), told["bias"], told["threshold"])

    def probability(self, signs: Sequence[float]) -> float:
        total = self.bias + sum(map(mul, self.weights, signs))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def yes(self, signs: Sequence[float]) -> bool:
        return self.probability(signs) >= self.threshold


def fraud_signs(scores: Mapping[str, float]) -> list[float]:
    return [scores[FRAUD], scores[CATEGORY_COLUMNS[Category.FRAUD]]]


def request_signs(scores: Mapping[str, float], text: str, said: Courtesy | None, *, mention: bool) -> list[float]:
    """`said`: what `courtesy` makes of the text."""
    other = scores[CATEGORY_COLUMNS[Category.OTHER]]
    pasted = max(0.0, scores[FRAUD]) * max(0.0, scores[PASTED])
    closing = closing_words(text)
    kind = float(said is not None)
    return [scores[REQUEST], other, pasted, float(mention), float(closing), float(closing and mention), kind]


def urgent_signs(scores: Mapping[str, float], text: str, money: Money | None, *, danger: bool) -> list[float]:
    """`danger`: whether `emergency` finds any in the text."""
    now = sounds_now(text)
    return [
        scores[URGENT],
        float(danger),
        float(danger and len(text) <= SHORT),
        float(danger and now),
        float(not now and sounds_past(text)),
        float(money is Money.SENT),
        float(money is Money.SENDING),
        float(money is Money.SENT and scores[FRAUD] > 0 and now),
        float(money is Money.SENDING and scores[FRAUD] > 0),
        scores[CATEGORY_COLUMNS[Category.OTHER]],
        scores[LOW],
    ]
