"""knowledge/*.md → entries. A bad entry is reported with its line and never stops the others.

# 户籍
## 新生儿怎么上户口
- 编号：hukou-newborn
- 别的问法：孩子刚生怎么落户 | 宝宝上户口要啥材料
- 来源：《中华人民共和国户口登记条例》
- 版本：1
- 复核：2027-06-01

出生后一个月内……
"""

import re
from dataclasses import dataclass, field
from datetime import date

from handlers.kit import knowledge_texts as say
from storage.model.knowledge import Knowledge

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
LONGEST_ANSWER = 1500
"""Characters: it must fit one message together with place and source."""

_DETAIL = re.compile(r"[-*]\s*(编号|别的问法|来源|版本|复核)\s*[:：]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence for whoever edits the file. `code`: the entry it is about, if that could be read."""

    line: int
    sentence: str
    code: str = ""


@dataclass(slots=True)
class _Draft:
    line: int
    question: str
    topic: str
    details: dict[str, str] = field(default_factory=dict)
    answer: list[str] = field(default_factory=list)


def parse(text: str) -> tuple[list[Knowledge], list[Problem]]:
    """The entries of one file, and what is wrong with the others."""
    entries: dict[str, Knowledge] = {}
    problems: list[Problem] = []
    for draft in _drafts(text):
        made = _entry(draft)
        if isinstance(made, Problem):
            problems.append(made)
        elif made.code in entries:
            problems.append(Problem(draft.line, say.FILE_TWICE.format(code=made.code), made.code))
        else:
            entries[made.code] = made
    return list(entries.values()), problems


def _drafts(text: str) -> list[_Draft]:
    topic = ""
    drafts: list[_Draft] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# "):
            topic = line[2:].strip()
        elif line.startswith("## "):
            drafts.append(_Draft(number, line[3:].strip(), topic))
        elif drafts:
            _read(drafts[-1], line.rstrip())
    return drafts


def _read(draft: _Draft, line: str) -> None:
    detail = _DETAIL.fullmatch(line) if not draft.answer else None
    if detail is not None:
        draft.details[detail.group(1)] = detail.group(2).strip()
    elif line or draft.answer:
        draft.answer.append(line)


def _entry(draft: _Draft) -> Knowledge | Problem:
    code, version = draft.details.get("编号", ""), draft.details.get("版本", "1")
    review, answer = draft.details.get("复核", ""), "\n".join(draft.answer).strip()
    known = code if CODE.fullmatch(code) else ""
    wrong = (
        (not draft.topic, say.FILE_NO_FIELD),
        (not draft.question, say.FILE_NO_QUESTION),
        (not known, say.FILE_BAD_CODE.format(code=code)),
        (not re.fullmatch(r"[1-9]\d{0,5}", version, re.ASCII), say.FILE_BAD_VERSION.format(version=version)),
        (bool(review) and not is_date(review), say.FILE_BAD_DATE.format(date=review)),
        (not answer, say.FILE_NO_ANSWER),
        (len(answer) > LONGEST_ANSWER, say.FILE_LONG_ANSWER.format(length=len(answer), limit=LONGEST_ANSWER)),
    )
    for found, sentence in wrong:
        if found:
            return Problem(draft.line, sentence, known)
    return Knowledge(
        code=code,
        field=draft.topic,
        question=draft.question,
        aliases=split_aliases(draft.details.get("别的问法", "")),
        answer=answer,
        source=draft.details.get("来源", ""),
        version=int(version),
        review_on=review,
    )


def split_aliases(text: str) -> tuple[str, ...]:
    """ "甲 | 乙" → (甲, 乙), each once."""
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[|｜]", text) if part.strip()))


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
