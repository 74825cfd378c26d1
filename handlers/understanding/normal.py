"""The text as the models read it. Training and running use the same function, or the scores would mean nothing."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 600
"""Characters of one message the models look at; what matters stands in them, and time stays bounded."""

_UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CALL = re.compile(
    r"@\s?(?:(?:社区|户籍|值班|我们|咱们?|驻村|片区|辖区|镇|所里)?"
    r"(?:民警|警察|警官|派出所|片警|辅警|公安|交警|平安小助手)|[\u4e00-\u9fff]{1,3}(?:警官|所长|民警|警察|队长|教导员|所|队))"
    r"(?:同志|叔叔|阿姨|小?哥哥|小?姐姐|大?哥|姐|先生|老师|您好|你好)?"
)
_LONG_NUMBER = re.compile(r"\d(?:[^\w\u4e00-\u9fff]{0,3}\d){4,}")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=2)  # the features of one event ask about the same text one after another
def plain(text: str) -> str:
    """One way of writing each character: full width, capitals and unseen characters are gone."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).lower()


def calls_police(text: str) -> bool:
    """An @ of the police by a name anybody would use. Officers' own names are the directory's to know."""
    return "@" in plain(text) and _CALL.search(plain(text)) is not None


def without_calls(text: str) -> str:
    return _CALL.sub(" ", plain(text))


def for_models(text: str) -> str:
    """Plain, without @s of the police, digits all alike, framed by ^ and $."""
    return framed(without_calls(text[:LONGEST]))


def framed(words: str) -> str:
    """The same for words that `without_calls` has made already."""
    words = _DIGIT.sub("0", _LONG_NUMBER.sub("9999", words))
    return f"^{_SPACE.sub(' ', words).strip()}$"
