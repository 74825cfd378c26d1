"""What is happening right now, and what must not be talked about in a group. The words stand in danger.toml."""

import re
import tomllib
from importlib import resources

from handlers.understanding.normal import without_calls
from storage.model.matters import Emergency, Sensitive

SHORT = 16
"""Characters within which a word of danger is hardly ever said in passing."""

SHOWN = 12
"""Characters of what was said that are shown as a reason."""


def _any(fragments: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(fragments))


_TOLD = tomllib.loads((resources.files("handlers.understanding") / "danger.toml").read_text(encoding="utf-8"))
_FIGURE_OF_SPEECH = _any(_TOLD["figure_of_speech"])
_FEARED = _any(_TOLD["feared"])
_CERTAIN = _any(_TOLD["certain"])
_UNCERTAIN = _any(_TOLD["uncertain"])
_PAST = _any(_TOLD["past"])
_NOW = _any(_TOLD["now"])
_DANGERS = tuple((Emergency(kind), _any(words)) for kind, words in _TOLD["danger"].items())
_SENSITIVE = tuple((Sensitive(kind), _any(words)) for kind, words in _TOLD["sensitive"].items())


def emergency(text: str) -> tuple[Emergency, str] | None:
    """The kind of danger the words tell of, and the words. Whether it is danger now is not asked here."""
    words = _FEARED.sub("，", _FIGURE_OF_SPEECH.sub("，", "".join(text.split())))
    for kind, pattern in _DANGERS:
        found = pattern.search(words)
        if found:
            return kind, found.group()[:SHOWN]
    return None


def certain(text: str) -> bool:
    """A short sentence that leaves no doubt: what it tells of is happening."""
    return certain_in(without_calls(text))


def certain_in(words: str) -> bool:
    """The same for words that `without_calls` has made already."""
    words = "".join(words.split())
    if len(words) > SHORT or _UNCERTAIN.search(words) or _FEARED.search(words):
        return False
    return _CERTAIN.search(words) is not None and not sounds_past(words)


def only_feared(text: str) -> bool:
    """Danger is spoken of as what may come, not as what is there: somebody must see to it, but need not run."""
    return _FEARED.search("".join(text.split())) is not None and emergency(text) is None and not sounds_now(text)


def sounds_now(text: str) -> bool:
    return _NOW.search(text) is not None


def sounds_past(text: str) -> bool:
    return _PAST.search(text) is not None and not sounds_now(text)


def sensitive(text: str) -> Sensitive | None:
    """Why this should not be talked about before the neighbours."""
    words = "".join(text.split())
    return next((kind for kind, pattern in _SENSITIVE if pattern.search(words)), None)
