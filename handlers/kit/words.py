"""Words: the only importer of jieba. Loaded on first use; rjieba, where it is installed, says the same much faster."""

import logging
from collections.abc import Callable, Iterable
from functools import cache

Cut = Callable[[str], list[str]]


@cache
def jieba_cut() -> Cut:
    """jieba without its guessing of unknown words (HMM), so that rjieba agrees."""
    import jieba

    jieba.setLogLevel(logging.WARNING)

    def cut(text: str) -> list[str]:
        return list(jieba.cut(text, HMM=False))

    return cut


@cache
def rjieba_cut() -> Cut | None:
    """None where rjieba is not installed."""
    try:
        import rjieba
    except ImportError:
        return None

    def cut(text: str) -> list[str]:
        return list(rjieba.cut(text, False))

    return cut


class Words:
    """Cuts texts into words. Names of the directory (小区, officers) are words too, once added."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._longest = 0

    def add_words(self, names: Iterable[str]) -> None:
        """From now on each of these stays whole. Kept here, not in a cutter, so that both cut alike."""
        self._names |= {name for name in names if len(name) > 1}
        self._longest = max(map(len, self._names), default=0)

    def cut(self, text: str) -> list[str]:
        """The words of a text, in order, nothing left out."""
        cutter = rjieba_cut() or jieba_cut()
        found: list[str] = []
        for piece, known in self._split(text):
            found += [piece] if known else cutter(piece)
        return found

    def _split(self, text: str) -> list[tuple[str, bool]]:
        """(piece, is it a name): the longest name first at every place."""
        pieces: list[tuple[str, bool]] = []
        last = at = 0
        while at < len(text) and self._names:
            name = self._name_at(text, at)
            if name:
                if at > last:
                    pieces.append((text[last:at], False))
                pieces.append((name, True))
                at = last = at + len(name)
            else:
                at += 1
        return [*pieces, (text[last:], False)] if last < len(text) else pieces

    def _name_at(self, text: str, at: int) -> str:
        for size in range(min(self._longest, len(text) - at), 1, -1):
            if text[at : at + size] in self._names:
                return text[at : at + size]
        return ""


def content_words(words: Words, text: str) -> list[str]:
    """Words of two characters and more that tell what a text is about, each once."""
    return list(dict.fromkeys(w for w in words.cut(text) if len(w) > 1 and w not in EMPTY and not w.isascii()))


_EVERYWHERE = """
怎么 如何 什么 怎样 怎么办 可以 需要 哪里 请问 一下 你们 我们 他们 这个 那个 现在 多少 多久 是不是 有没有 能不能 要不要
为什么 时候 知道 民警 警官 派出所 号码 已隐去 已经
还是 或者 如果 因为 所以 但是 没有 不是 就是 自己 东西 材料 办理 手续 咨询
"""
EMPTY = frozenset(_EVERYWHERE.split())
"""Words every question has."""
