"""What all parts of the emulator share: the clock, refusals, limits per minute and hour, faults, what people see."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

from tests.fake_wecom.crypt import Json

SHAPELESS = (AttributeError, KeyError, TypeError, ValueError)
"""What a body of another shape than the paper's runs into; it is refused like any wrong parameter."""

Clock = Callable[[], float]
HINT = ", hint: [1700000000000000000000000], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool"

BUSY, BAD_SECRET, BAD_TYPE, BAD_PARAM, TOO_OFTEN = -1, 40001, 40008, 40058, 45009
INVALID_TOKEN, EXPIRED_TOKEN, NO_ACTION, NO_PERMISSION, NO_TRUST = 40014, 42001, 42045, 48002, 60020
VERSION_CONFLICT, BAD_REQ_ID, STREAM_OVER, BAD_BOT, NO_CHAT = 6000, 846605, 846608, 853000, 93006


class HeldClock:
    """A clock that only moves when told to. Seconds since 1970."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Refusal(Exception):
    """An answer with an errcode."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code} {why}")
        self.code = code
        self.why = why

    def as_json(self) -> Json:
        return {"errcode": self.code, "errmsg": self.why + HINT}


def size(text: str) -> int:
    return len(text.encode())


def need_text(text: object, limit: int, name: str = "content") -> str:
    """`text`, if it is words of at most so many bytes. Raises Refusal."""
    if not isinstance(text, str) or not text:
        raise Refusal(BAD_PARAM, f"{name} is empty")
    if size(text) > limit:
        raise Refusal(BAD_PARAM, f"{name} exceeds {limit} bytes")
    return text


@dataclass(slots=True)
class Window:
    """At most `limit` per `seconds`, for each key."""

    limit: int
    seconds: float
    hits: dict[str, deque[float]] = field(default_factory=dict)

    def full(self, key: str, now: float) -> bool:
        times = self.hits.setdefault(key, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        return len(times) >= self.limit

    def hit(self, key: str, now: float) -> None:
        self.hits.setdefault(key, deque()).append(now)


def charge(windows: tuple[Window, ...], key: str, now: float) -> None:
    """One more for `key`. Raises Refusal 45009, and counts nothing, where one of the windows is full."""
    if any(window.full(key, now) for window in windows):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    for window in windows:
        window.hit(key, now)


Kind = Literal["errcode", "hang", "hang_before", "slow", "close", "close_before", "abort", "abort_before", "garbled"]


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls of `what` (a socket command or a path below /cgi-bin; "*": any).

    "…_before": the call has no effect; else it has, and the answer is lost. "errcode": refused with `code`.
    "hang": never answered, the connection stays. "close"/"abort": it ends politely / breaks. "slow": answered after
    `seconds`. "garbled": half an answer.
    """

    kind: Kind
    what: str = "*"
    times: int = 1
    code: int = BUSY
    seconds: float = 0.0


@dataclass(slots=True)
class Shown:
    """One message of ours as people see it now. `views`: what single people see instead of `card`."""

    channel: str
    chat: str
    kind: str
    text: str
    at: float
    card: Json | None = None
    body: Json = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    quotes: str = ""
    finished: bool = True
    tasks: dict[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        return labels_of(self.card)

    def card_for(self, user: str) -> Json:
        return self.views.get(user) or self.card or {}

    def change(self, text: str, card: Json | None = None) -> None:
        self.history.append(self.text)
        self.text = text
        if card is not None:
            self.card = card

    def as_json(self) -> Json:
        return asdict(self) | {"labels": self.labels}


def labels_of(card: Json | None) -> list[str]:
    return [str(button.get("text", "")) for button in (card or {}).get("button_list", [])]


@dataclass(slots=True)
class State:
    """Everything that took effect, everything that was called, everything the platform would have grumbled about."""

    clock: Clock = time.time
    shown: list[Shown] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self, kind: str) -> int:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.numbers[kind]

    def show(self, shown: Shown) -> Shown:
        self.shown.append(shown)
        self.news()
        return shown

    def seen(self, chat: str, channel: str = "") -> list[Shown]:
        """What people see in a chat now, oldest first, without what they wrote themselves."""
        return [s for s in self.shown if s.chat == chat and channel in ("", s.channel)]

    def called(self, what: str) -> list[Json]:
        return [body for name, body in self.calls if name == what]

    def call(self, what: str, body: Json) -> None:
        self.calls.append((what, body))
        self.news()

    def complain(self, why: str) -> None:
        self.complaints.append(why)
        self.news()

    def fault(self, what: str) -> Fault | None:
        """The fault this call meets, used up by one."""
        found = next((f for f in self.faults if f.times > 0 and f.what in ("*", what)), None)
        if found is not None:
            found.times -= 1
        return found

    def news(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """Returns once `holds()`, asked after everything that happens here. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self._news.wait()
