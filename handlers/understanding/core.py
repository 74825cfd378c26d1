"""understand(): the parts put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from handlers.understanding.courtesy import closing_courtesy, courtesy_in
from handlers.understanding.decide import (
    CATEGORY_COLUMNS,
    FRAUD,
    LOW,
    PASTED,
    TYPE_COLUMNS,
    Rule,
    fraud_signs,
    request_signs,
    urgent_signs,
)
from handlers.understanding.meaning import Courtesy, Understanding, Verdict
from handlers.understanding.money import money_in
from handlers.understanding.normal import LONGEST as READ_BY_MODELS
from handlers.understanding.normal import for_models, framed, without_calls
from handlers.understanding.numbers import phones_in, plain_digits
from handlers.understanding.places import Gazetteer, find_places
from handlers.understanding.scorer import Model, shipped
from handlers.understanding.urgency import certain_in, emergency, only_feared, sensitive
from storage.model.matters import Category, Emergency, FraudType, Money, Sensitive
from storage.model.tickets import Urgency

NOWHERE = Gazetteer()
LONGEST = 2000
"""Characters of one message that are looked at; a report may be longer, but says what it is about before that."""

REASONS = 3
REACHABLE = 7
"""Digits of the shortest number one can be called at."""
FIRST_TYPE = next(iter(TYPE_COLUMNS.values()))
"""These columns stand last; they are scored only where fraud is told of."""

_MATTERS = {c: name for c, name in CATEGORY_COLUMNS.items() if c not in (Category.FRAUD, Category.OTHER)}


@dataclass(frozen=True, slots=True)
class _Rules:
    request: Rule
    called: float  # from this probability on, a message that @s the police is a matter
    fraud: Rule
    likely: float
    unsure: float
    urgent: Rule

    @classmethod
    def of(cls, card: Mapping[str, Mapping[str, float]]) -> "_Rules":
        return cls(
            request=Rule.of(card["request"]),
            called=card["request"]["called"],
            fraud=Rule.of(card["fraud"]),
            likely=card["fraud"]["likely"],
            unsure=card["fraud"]["unsure"],
            urgent=Rule.of(card["urgent"]),
        )


_own: list[Model] = []


def install(model: Model) -> None:
    """Understand with `model` from now on: one that a station has trained itself."""
    _own[:] = [model]


def current() -> Model:
    """The model in use: the station's own, or the one that comes with the program."""
    return _own[0] if _own else shipped()


@lru_cache(maxsize=2)
def _rules(checksum: str) -> _Rules:
    """`checksum` names the model in use; its decisions are read once."""
    del checksum
    return _Rules.of(current().card["rules"])


def understand(text: str, *, mention: bool = False, gazetteer: Gazetteer = NOWHERE) -> Understanding:
    """What `text` means. `mention`: it @s the police, so it is a matter unless it is a courtesy.

    Pure and bounded: at most `LONGEST` characters are looked at. `place` and `phone` are exact substrings of `text`.
    """
    text = text[:LONGEST]
    words, digits = without_calls(text), plain_digits(text)
    model = current()
    rules = _rules(model.card["sha256"])
    vector = model.vector(framed(words) if len(text) <= READ_BY_MODELS else for_models(text))
    kinds = model.columns.index(FIRST_TYPE)
    scores = model.scores(vector, 0, kinds)
    money = money_in(digits)
    said = courtesy_in(words)
    fraud_score = rules.fraud.probability(fraud_signs(scores)) if vector else 0.0
    fraud = fraud_score >= rules.fraud.threshold and said is None
    wanted = rules.request.probability(request_signs(scores, text, said, mention=mention))
    places, phones = find_places(text, gazetteer), phones_in(text, digits)
    # Who leaves a number wants to be called, however politely it is said.
    danger_told = said is None and certain_in(words)
    sure = danger_told or (said is None and mention and (bool(phones) or _leaves_a_number(digits)))
    is_request = sure or (said is None and wanted >= (rules.called if mention else rules.request.threshold))
    category = Category.HELP if danger_told and not fraud else _category(scores, fraud=fraud, is_request=is_request)
    danger = emergency(text) if is_request else None
    secret = sensitive(text) if is_request else None
    urgent = danger_told or (
        is_request
        and (fraud or not only_feared(text))
        and rules.urgent.yes(urgent_signs(scores, text, money, danger=danger is not None))
    )
    return Understanding(
        text=text,
        is_request=is_request,
        category=category,
        urgency=_urgency(scores, urgent=urgent, is_request=is_request),
        fraud=fraud,
        fraud_score=round(fraud_score, 4),
        verdict=_verdict(fraud_score, rules, said),
        fraud_type=_best(TYPE_COLUMNS, model.scores(vector, kinds)) if fraud else None,
        pasted=fraud and scores[PASTED] > 0,
        courtesy=said or (closing_courtesy(text) if mention and not is_request and not fraud else None),
        emergency=_danger(danger, secret, category, money) if urgent else None,
        sensitive=_sensitive(secret, category),
        place=places[0].text if places else "",
        phone=phones[0].text if phones else "",
        phones=phones,
        money=money,
        reasons=_reasons(model, vector, category, text, danger if urgent else None),
    )


def _leaves_a_number(digits: str) -> bool:
    """Digits enough to call somebody, however they are written."""
    return sum(map(str.isdigit, digits)) >= REACHABLE


def _best(columns: "Mapping[FraudType, str]", scores: Mapping[str, float]) -> FraudType:
    return max(columns, key=lambda kind: scores[columns[kind]])


def _category(scores: Mapping[str, float], *, fraud: bool, is_request: bool) -> Category:
    if fraud:
        return Category.FRAUD
    if not is_request:
        return Category.OTHER
    return max(_MATTERS, key=lambda category: scores[_MATTERS[category]])


def _urgency(scores: Mapping[str, float], *, urgent: bool, is_request: bool) -> Urgency:
    if urgent:
        return Urgency.URGENT
    return Urgency.LOW if not is_request or scores[LOW] > 0 else Urgency.NORMAL


def _verdict(score: float, rules: _Rules, said: Courtesy | None) -> Verdict:
    if said is not None or score < rules.unsure:
        return Verdict.UNKNOWN
    return Verdict.LIKELY if score >= rules.likely else Verdict.UNSURE


def _danger(
    found: tuple[Emergency, str] | None, secret: Sensitive | None, category: Category, money: Money | None
) -> Emergency | None:
    """What an urgent matter is about: decides which number the answer names first."""
    kind = found[0] if found else None
    if category is not Category.FRAUD:
        return kind
    if kind in (Emergency.EXTORTION, Emergency.SELF_HARM):
        return kind
    return Emergency.EXTORTION if secret is Sensitive.SEXTORTION and money is None else Emergency.MONEY


def _sensitive(kind: Sensitive | None, category: Category) -> Sensitive | None:
    if kind is Sensitive.CLUE and category is not Category.CLUE:
        return None
    if kind is Sensitive.SEXTORTION and category not in (Category.FRAUD, Category.HELP):
        return None
    plain = category in (Category.TRAFFIC, Category.PAPERS, Category.LOST, Category.NUISANCE, Category.QUESTION)
    return None if kind is Sensitive.MINOR and plain else kind


def _reasons(
    model: Model,
    vector: Sequence[tuple[int, float]],
    category: Category,
    text: str,
    danger: tuple[Emergency, str] | None,
) -> tuple[str, ...]:
    """The words that decided, as they were written."""
    if category is Category.OTHER:
        return ()
    words = model.because(vector, FRAUD if category is Category.FRAUD else CATEGORY_COLUMNS[category], REASONS)
    found = [danger[1]] if danger else []
    found += [word for word in words if word in text and not any(word in other for other in found)]
    return tuple(found[:REASONS])
