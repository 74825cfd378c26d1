"""Whom a text @s. Residents @ a person or an office, glued to other words, with any kind of @."""

import re
from collections.abc import Iterable

AT = "@＠﹫"
_LATIN = re.compile("[a-z0-9_]")
_LATIN_END = "(?![A-Za-z0-9_])"
"""@our_bot2 is somebody else; a Chinese name ends anywhere."""


def has_at(text: str) -> bool:
    """An @ of any kind stands in it. Three looks at the text cost less than one at a pattern."""
    return "@" in text or "＠" in text or "﹫" in text


class Vocabulary:
    """Every name that means us at an @: office aliases, officers' names and theirs, the bot's own @name.

    Matching is case-blind and takes the longest name; "＠" and one space after the @ are accepted.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(n.strip().lower() for n in names if n.strip())
        longest_first = sorted(self.names, key=lambda n: (-len(n), n))
        union = "|".join(re.escape(n) + (_LATIN_END if _LATIN.match(n[-1]) else "") for n in longest_first)
        self._pattern = re.compile(rf"[{AT}]\s?({union})", re.IGNORECASE) if union else None

    def find(self, text: str) -> tuple[str, ...]:
        """The known names @-ed in `text`, in order, lower case."""
        if self._pattern is None or not has_at(text):
            return ()
        return tuple(m.group(1).lower() for m in self._pattern.finditer(text))

    def strip(self, text: str) -> str:
        """`text` without the @s that mean us: what is left is the matter itself."""
        if self._pattern is None:
            return text.strip()
        return re.sub(r"[ \t]{2,}", " ", self._pattern.sub(" ", text)).strip(" \t\n,，:：;；。")
