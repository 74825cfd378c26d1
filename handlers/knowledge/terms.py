"""A question as the search sees it: pieces of one to three characters, and the notions they stand for."""

import re
from functools import cache
from importlib import resources
from itertools import combinations

from handlers.understanding.normal import plain, without_calls

NOTION = "ξ"
"""Begins a notion, a letter no question has: "娃" and "宝宝" are both ξ孩子."""

LONGEST = 300
"""Characters of a question that are looked at."""

_ASKING = frozenset({"怎么", "什么"})
"""Notions every question has: they tell nothing."""

_COURTESY = re.compile(
    r"请问一下|请问|(?:我|俺)?想问一?下|想问|(?:我|俺)?想咨询一?下|咨询一?下|问一?下|麻烦问?一?下|麻烦|[您你]好|各位|谢谢|谢了|"
    r"(?:民警|警察|警官)(?:同志|叔叔)|帮忙看看|求解答|求助|知道吗|有?谁知道|一下|那个|就是说|老师|同志|现在|这边|"
    r"我们|你们|咱们|咱|我的|俺|这个|请教|跟您打听|打听|警官|大家|(?:小声)?问问"
)
_MISHEARD = tuple(
    (re.compile(pattern), right)
    for pattern, right in (
        (r"(?<=身份|居住|暂住|通行|驾驶|行驶)[正証政症]|(?<=[狗犬签取办换补])正(?=[要在到怎咋去得能丢还]|$)", "证"),
        (r"验正|验症|检证(?=码)", "验证"),
        (r"无犯[最嘴醉]", "无犯罪"),
        (r"养老[今斤]", "养老金"),
        (r"反[炸榨乍]", "反诈"),
        (r"[妖腰要幺一]{2}[零另洞]", "110"),
        (r"户[囗扣]", "户口"),
        (r"电[平瓶]车", "电瓶车"),
        (r"壳得|可得(?=办)", "可以"),
    )
)
"""What the telephone writes when it is spoken to."""

_FIGURES = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_SPELT = re.compile(r"(?<![一二三四五六七八九十百千])[零〇一二三四五六七八九幺]{3,6}(?![十百千万])")

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")


@cache
def _lines() -> tuple[str, ...]:
    """same_words.txt: one notion a line, first its name, then its words. An asterisk marks a thing."""
    text = (resources.files("handlers.knowledge") / "same_words.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


@cache
def things() -> frozenset[str]:
    """Notions of what a question is about: an answer that never speaks of it answers something else."""
    return frozenset(NOTION + line[1:].split()[0] for line in _lines() if line.startswith("*"))


@cache
def notions() -> dict[str, frozenset[str]]:
    """word → the notions it stands for."""
    found: dict[str, set[str]] = {}
    for line in _lines():
        words = line.removeprefix("*").split()
        for word in words:
            if words[0] not in _ASKING:
                found.setdefault(word, set()).add(NOTION + words[0])
    return {word: frozenset(names) for word, names in found.items()}


@cache
def _longest() -> int:
    return max(map(len, notions()))


def bare(text: str) -> str:
    """Without @s and courtesies; one way of writing each character and the numbers people call: 九六一一零 is 96110."""
    words = _COURTESY.sub(" ", without_calls(plain(text[:LONGEST])))
    words = _SPELT.sub(lambda spelt: spelt.group().translate(_FIGURES), words)
    for misheard, right in _MISHEARD:
        words = misheard.sub(right, words)
    return words


def meant(text: str) -> set[str]:
    """The notions in a bare text. A longer word hides the shorter ones inside it: 身份证复印件 is no 身份证."""
    table, longest = notions(), _longest()
    names: set[str] = set()
    covered = 0
    for start in range(len(text)):
        for end in range(min(len(text), start + longest), start, -1):
            known = table.get(text[start:end])
            if known is not None:
                if end > covered:
                    names |= known
                    covered = end
                break
    return names


def terms(text: str, *, pairs: bool = True) -> set[str]:
    """Everything a question is compared by. `pairs`: also which two notions it brings together."""
    words = bare(text)
    found = set()
    for run in _RUN.findall(words):
        if run.isascii():
            found.add(run)
            continue
        for size in (1, 2, 3):
            found.update(run[at : at + size] for at in range(len(run) - size + 1))
    names = meant(words)
    found |= names
    if pairs:
        found.update(first + second for first, second in combinations(sorted(names), 2))
    return found


def index_words(text: str, *, whole: bool = False) -> set[str]:
    """What the database finds an entry by: single characters, pairs of them, and notions. `whole`: of a long text."""
    pieces = [text] if not whole else text.splitlines()
    found = {term for piece in pieces for term in terms(piece, pairs=False)}
    return {t for t in found if len(t) <= 2 or t.startswith(NOTION) or t.isascii()}
