"""For an unknown word: the nearest valid one, or what could have been written."""

import difflib
from collections.abc import Iterable

SHOWN = 12


def nearest(word: str, options: Iterable[str], likeness: float = 0.5) -> str:
    """The option most like `word`, blind to case; empty if none is as like as `likeness` (0 to 1)."""
    known = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=likeness)
    return known[found[0]] if found else ""


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
