"""What people typed, as we read it; what we say, as markdown that means nothing but its words. Pure."""

import re
from collections.abc import Iterable

from bot.adapters.textcut import cut_text, split_marked
from handlers.kit.mentions import AT
from storage.model.messages import Mention

LONGEST = 8000
"""Signs of one message that are kept; nobody types more."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u200b\u2060\ufeff]")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f]")
_RUN = re.compile(rf"[{AT}]\s?([^\s{AT},，.。!！?？:：;；、()（）\[\]【】<>《》\"“”]{{1,40}})")
_LINK = re.compile(r"https?://[!#-;=?-Z_a-z~]++")
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_START = re.compile(r"(?m)^([ \t]{0,3})([#>])")
_WIDE = str.maketrans({"*": "＊", "`": "｀", "<": "＜", "[": "［", "~": "～"})
_WIDE_START = {"#": "＃", ">": "＞"}


def clean(text: str) -> str:
    """Without signs no person types; every kind of space is one, every line end the same."""
    text = text[: 2 * LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    text = _SPACES.sub(" ", _UNSEEN.sub("", text)).encode("utf-8", "replace").decode()
    return text.strip()[:LONGEST]


class OurNames:
    """Takes the @ that called us out of a text. `names`: as the bot is called in groups."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = tuple(names)
        union = "|".join(re.escape(name) for name in sorted(self.all, key=len, reverse=True) if name)
        self._called = re.compile(rf"[{AT}]\s?(?:{union})(?![A-Za-z0-9_])[ ]?") if union else None

    def called(self, text: str) -> bool:
        return self._called is not None and self._called.search(text) is not None

    def out_of(self, text: str) -> str:
        """The matter itself; @s of others stay."""
        return self._called.sub(" ", text).strip() if self._called is not None else text


def without_only_at(text: str) -> str:
    """`text` without its @, where there is just one: in a group we are told nothing in which nobody @ed us."""
    first = _RUN.search(text)
    if first is None or _RUN.search(text, first.end()) is not None:
        return text
    return f"{text[: first.start()]} {text[first.end() :]}".strip()


def mentions(text: str) -> tuple[Mention, ...]:
    """Every run of signs after an @, in order."""
    return tuple(Mention(name=match.group(1)) for match in _RUN.finditer(text))


def markdown(text: str, limit: int) -> str:
    """`text` shown as it is: signs that would be markup become their wide twins, addresses stay whole.

    At most `limit` bytes of UTF-8. (Whether every client honours a backslash no paper says.)
    """
    return cut_text(_harmless(text), limit, "utf8")


def markdowns(text: str, limit: int) -> list[str]:
    """As `markdown`, whole, in parts of at most `limit` bytes."""
    return split_marked(_harmless(text), limit, "utf8")


def _harmless(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    parts: list[str] = []
    done = 0
    for link in _LINK.finditer(text):
        parts += [_plain(text[done : link.start()]), link.group()]
        done = link.end()
    parts.append(_plain(text[done:]))
    return _LINE_START.sub(lambda found: found[1] + _WIDE_START[found[2]], "".join(parts))


def _plain(text: str) -> str:
    return _EMPHASIS.sub("＿", _UNSEEN.sub("", text).translate(_WIDE))


def same(shown: str, quoted: str) -> bool:
    """Is `quoted` what we said as `shown`? Long quotes may be cut by the client."""
    ours, theirs = _bare(shown), _bare(quoted)
    return bool(theirs) and (ours == theirs or (len(theirs) >= 12 and ours.startswith(theirs)))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", _harmless(text)).rstrip("…")
