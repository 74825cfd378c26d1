"""The second reader's model: how likely a line is each of the orders, by the characters it is written in.

Trained by `make train` on officers' lines: corpus/officers and the examples the grammar was made with.
"""

import math
import re
from functools import cache
from importlib import resources

from handlers.kit.phrases.shifts import DAYS
from handlers.kit.phrases.words import PLACE
from handlers.understanding.scorer import Model, parse

WEIGHTS, CARD = "orders.npz", "orders.json"
NONE = "none"
_DIGITS = re.compile(r"\d+")


def spelling(marked: str, *, replied: bool) -> str:
    """`marked`: with № and §. What the model sees: days, places and figures are one mark each."""
    text = _DIGITS.sub("0", PLACE.sub("¤", DAYS.sub("①", marked)))
    return f"{'↩' if replied else ''}^{text}$"


@cache
def shipped() -> Model:
    folder = resources.files("handlers.kit.phrases")
    return parse((folder / WEIGHTS).read_bytes(), (folder / CARD).read_bytes())


def chances(marked: str, *, replied: bool) -> dict[str, float]:
    """label → 0…1, one in all. A label is an action, for some with its topic or status: "ask duty"."""
    model = shipped()
    scores = model.scores(model.vector(spelling(marked, replied=replied)))
    highest = max(scores.values())
    worth = {label: math.exp(score - highest) for label, score in scores.items()}
    total = sum(worth.values())
    return {label: value / total for label, value in worth.items()}
