"""Learning from what officers corrected: their tickets join the corpus, and both models are measured side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.training.corpus import FRAUD_TYPES, Example, Labels, read_folder
from bot.training.fit import fit
from bot.training.measure import Figure, figures, read
from bot.training.pack import pack
from bot.training.train import material, real_words, train
from handlers.kit.private import hide_private
from handlers.understanding import understand
from handlers.understanding.core import install
from handlers.understanding.decide import CATEGORY_COLUMNS, COLUMNS
from handlers.understanding.scorer import Model, parse
from storage.model.matters import Category
from storage.model.tickets import Correction, Urgency

FOLDS = 5
SOURCE = "officers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """`before`, `after`: on the held-out sets. `right`: of the corrections, right now and right by a model that has not
    seen them."""

    weights: bytes
    card: bytes
    corrections: int
    right: tuple[int, int]
    before: list[Figure]
    after: list[Figure]

    @property
    def worse(self) -> list[str]:
        """Figures that fall by more than a hundredth: a reason to look before it is used."""
        return [b.name for b, a in zip(self.before, self.after, strict=True) if a.value < b.value - 0.01]


def examples_of(corrections: Iterable[Correction]) -> list[Example]:
    """One example per ticket, as it was corrected last. Numbers of people are taken out before anything is learnt."""
    told: dict[int, Example] = {}
    for c in corrections:
        known = told.get(c.ticket_id)
        seen = understand(c.text, mention=True)
        labels = known.labels if known else Labels(category=c.category or seen.category, urgency=c.urgency)
        labels = replace(labels, category=c.after) if c.field == "category" else replace(labels, urgency=c.after)
        fraud = labels.category == Category.FRAUD
        kind = c.fraud_type if c.fraud_type in FRAUD_TYPES else str(seen.fraud_type or FRAUD_TYPES[-1])
        labels = replace(labels, fraud_type=kind if fraud else "", is_request=labels.category != Category.OTHER)
        told[c.ticket_id] = Example(text=hide_private(c.text), labels=labels, location="", phone="", source=SOURCE)
    return [e for e in told.values() if e.labels.category in list(Category) and e.labels.urgency in list(Urgency)]


def retrain(corpus: Path, corrections: Sequence[Example], current: Model) -> Retrained:
    """Train on corpus and corrections. The running model is left as it is."""
    base, held = material(corpus), read_folder(corpus / "heldout")
    heads, rules = train([*base, *corrections])
    domain = (corpus / "words.txt").read_text(encoding="utf-8").split()
    words = real_words(base, heads.features, domain)
    about = {"messages": len(base), "corrections": len(corrections)}
    weights, card = pack(heads, rules=rules, words=words, about=about)
    before = figures(read(held))
    try:
        install(parse(weights, card))
        after = figures(read(held))
    finally:
        install(current)
    right = (sum(_right(e, understand(e.text, mention=True).category) for e in corrections), _unseen(base, corrections))
    return Retrained(weights=weights, card=card, corrections=len(corrections), right=right, before=before, after=after)


def _right(example: Example, category: str) -> bool:
    return example.labels.category == category


def _unseen(base: Sequence[Example], corrections: Sequence[Example]) -> int:
    """How many corrections a model gets right that was trained on the others only."""
    columns = {column: place for place, column in enumerate(COLUMNS)}
    right = 0
    for fold in range(min(FOLDS, len(corrections))):
        out = corrections[fold::FOLDS]
        heads = fit([*base, *(e for i, e in enumerate(corrections) if i % FOLDS != fold)])
        for example, scores in zip(out, heads.scores(e.text for e in out), strict=True):
            best = max(CATEGORY_COLUMNS, key=lambda c: scores[columns[CATEGORY_COLUMNS[c]]])
            right += _right(example, best)
    return right
