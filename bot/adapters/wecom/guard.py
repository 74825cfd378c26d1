"""What every callback door does before anything else. Tampered → 403 or 400 without a reason, and never an exception.

A platform repeats what was not answered in time, and a stranger may repeat what he overheard: both get the answer the
first one got, and change nothing.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from bot.adapters.wecom import xmltext
from bot.adapters.wecom.crypto import BadBodyError, BadSignatureError, Crypt, Freshness, StaleError, signed

MAX_BODY = 1024 * 1024
REMEMBERED = 10_000
LONGEST_VALUE = 4096

Pairs = Iterable[tuple[str, str]]
"""The query as it came, URL-decoded, repeated keys and all."""


class TurnedAwayError(Exception):
    """Answer with `status` and an empty body."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request that is really the platform's. `answered`: what its first copy was answered, None if it is new."""

    plain: bytes
    signature: str
    timestamp: str
    nonce: str
    answered: bytes | None = None


class Replays:
    """Answers given to accepted requests, by signature, for as long as such a request would still be fresh."""

    def __init__(self, keep: timedelta, size: int = REMEMBERED) -> None:
        self._keep = keep
        self._size = size
        self._given: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()

    def seen(self, signature: str, now: datetime) -> bytes | None:
        while self._given and next(iter(self._given.values()))[0] < now - self._keep:
            self._given.popitem(last=False)
        found = self._given.get(signature)
        return found[1] if found else None

    def remember(self, signature: str, answer: bytes, now: datetime) -> None:
        self._given[signature] = (now, answer)
        self._given.move_to_end(signature)
        while len(self._given) > self._size:
            self._given.popitem(last=False)


class Guard:
    """One door. It keeps nothing but answers already given."""

    def __init__(self, crypt: Crypt, freshness: Freshness | None = None) -> None:
        self.crypt = crypt
        self._freshness = freshness or Freshness()
        self._replays = Replays(2 * self._freshness.skew)

    def hello(self, query: Pairs, now: datetime) -> bytes:
        """The echo that proves to the platform that we hold token and key (D 90930). Raises TurnedAwayError."""
        keys = _once(query, "msg_signature", "timestamp", "nonce", "echostr")
        return self._plain(keys, keys["echostr"].replace(" ", "+"), now)  # a "+" that was not escaped

    def open(self, query: Pairs, encrypt: str, now: datetime) -> Opened:
        """A posted request. Raises TurnedAwayError."""
        keys = _once(query, "msg_signature", "timestamp", "nonce")
        plain = self._plain(keys, encrypt, now)
        signature = keys["msg_signature"]
        return Opened(
            plain=plain,
            signature=signature,
            timestamp=keys["timestamp"],
            nonce=keys["nonce"],
            answered=self._replays.seen(signature, now),
        )

    def accepted(self, opened: Opened, answer: bytes, now: datetime) -> None:
        """Call once its effect is durable: from now on a copy of this request only gets `answer` again."""
        self._replays.remember(opened.signature, answer, now)

    def _plain(self, keys: dict[str, str], encrypt: str, now: datetime) -> bytes:
        try:
            plain = self.crypt.open(keys["msg_signature"], keys["timestamp"], keys["nonce"], encrypt)
            self._freshness.check(keys["timestamp"], keys["nonce"], now)
        except (BadSignatureError, StaleError):
            raise TurnedAwayError(403) from None
        except BadBodyError:
            raise TurnedAwayError(400) from None
        return plain


def plain_hello(query: Pairs, token: str, freshness: Freshness, now: datetime) -> bytes:
    """公众号's greeting: signed over token, time and nonce only, its echo not encrypted. Raises TurnedAwayError."""
    keys = _once(query, "signature", "timestamp", "nonce", "echostr")
    try:
        freshness.check(keys["timestamp"], keys["nonce"], now)
    except StaleError:
        raise TurnedAwayError(403) from None
    except BadBodyError:
        raise TurnedAwayError(400) from None
    if not token or not signed(keys["signature"], token, keys["timestamp"], keys["nonce"]):
        raise TurnedAwayError(403)
    return keys["echostr"].encode("utf-8", "replace")


class _Wrapped(msgspec.Struct):
    encrypt: str


_wrapped = msgspec.json.Decoder(_Wrapped)


def encrypted_json(body: bytes) -> str:
    """The secret part of a 智能机器人 callback. Raises TurnedAwayError."""
    if len(body) > MAX_BODY:
        raise TurnedAwayError(413)
    try:
        return _wrapped.decode(body).encrypt
    except (ValueError, RecursionError):
        raise TurnedAwayError(400) from None


def encrypted_xml(body: bytes) -> str:
    """The secret part of an XML callback. One that is not encrypted is refused. Raises TurnedAwayError."""
    if len(body) > MAX_BODY:
        raise TurnedAwayError(413)
    try:
        encrypt = xmltext.word(xmltext.parse(body), "Encrypt")
    except xmltext.BadXmlError:
        raise TurnedAwayError(400) from None
    if not encrypt:
        raise TurnedAwayError(400)
    return encrypt


def _once(query: Pairs, *names: str) -> dict[str, str]:
    """Each of `names`, there exactly once. Others may be there too (encrypt_type, openid …), once each."""
    pairs = list(query)
    keys = dict(pairs)
    if max(Counter(name for name, _ in pairs).values(), default=0) > 1:
        raise TurnedAwayError(400)
    if any(not 0 < len(keys.get(name, "")) <= LONGEST_VALUE for name in names):
        raise TurnedAwayError(400)
    return {name: keys[name] for name in names}
