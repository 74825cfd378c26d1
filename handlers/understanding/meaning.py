"""What is understood of one message: the answer of `understand`."""

from dataclasses import dataclass
from enum import StrEnum

from storage.model.matters import Category, Emergency, FraudType, Money, Sensitive
from storage.model.tickets import Urgency


class Courtesy(StrEnum):
    """What needs no ticket, only a kind word."""

    CALL = "call"  # nothing but the @
    GREETING = "greeting"
    THANKS = "thanks"
    NOTED = "noted"
    SOLVED = "solved"


class Verdict(StrEnum):
    """Of the scam check. At LIKELY we may speak in a group; UNSURE only hints to officers."""

    LIKELY = "高度疑似"
    UNSURE = "拿不准"
    UNKNOWN = "未见已知风险"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text as it was written, and what it means in plain digits or words."""

    start: int
    end: int
    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """`place` and `phone` are exact substrings of the text, or "". `reasons` are short Chinese phrases."""

    is_request: bool
    category: Category
    urgency: Urgency
    fraud: bool
    fraud_score: float  # 0 to 1; see `Verdict`
    verdict: Verdict
    fraud_type: FraudType | None = None
    pasted: bool = False  # reads like the scam itself, not like someone who tells of it
    courtesy: Courtesy | None = None
    emergency: Emergency | None = None
    sensitive: Sensitive | None = None
    place: str = ""
    phone: str = ""
    phones: tuple[Span, ...] = ()
    ids: tuple[Span, ...] = ()
    amounts: tuple[Span, ...] = ()  # value: yuan, in plain digits
    times: tuple[Span, ...] = ()
    money: Money | None = None
    reasons: tuple[str, ...] = ()
