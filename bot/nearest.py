"""For an unknown word: the nearest valid one, or what could have been written."""

import difflib
from collections.abc import Iterable

SHOWN = 12


def nearest(word: str, options: Iterable[str], likeness: float = 0.5) -> str:
    """The option most like `word`, blind to case; empty if none is as like as `likeness` (0 to 1)."""
    known = {option.lower(): option for option in options}
    typed = word.lower()
    found = difflib.get_close_matches(typed, known, n=3, cutoff=likeness)
    return known[max(found, key=lambda each: _likeness(typed, each))] if found else ""


def _likeness(typed: str, option: str) -> tuple[float, bool]:
    """Of two equally like ones, people mean the one that begins the same."""
    return difflib.SequenceMatcher(None, option, typed).ratio(), typed[:1] == option[:1]


def hint(word: str, options: Iterable[str]) -> str:
    """The end of a sentence about an unknown word."""
    known = list(options)
    near = nearest(word, known)
    if near:
        return f"，是不是想写 {near}？"
    if not known:
        return "。"
    more = " 等" if len(known) > SHOWN else ""
    return f"。可以写：{'、'.join(known[:SHOWN])}{more}。"
