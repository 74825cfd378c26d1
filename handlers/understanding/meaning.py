"""What is understood of one message: the answer of `understand`."""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.understanding.money import find_amounts
from handlers.understanding.numbers import find_ids
from handlers.understanding.span import Span
from handlers.understanding.times import find_times
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """`place` and `phone` are exact substrings of the text, or "". `reasons` are short Chinese phrases."""

    text: str = field(repr=False)
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
    money: Money | None = None
    reasons: tuple[str, ...] = ()

    # ── read only when somebody asks ───────────────────────────────────────
    @property
    def ids(self) -> tuple[Span, ...]:
        return find_ids(self.text)

    @property
    def amounts(self) -> tuple[Span, ...]:
        """Sums of money; value: yuan, in plain digits."""
        return find_amounts(self.text)

    @property
    def times(self) -> tuple[Span, ...]:
        return find_times(self.text)
