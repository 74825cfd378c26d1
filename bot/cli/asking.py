"""pingan ask: what the knowledge base answers, without a database."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.cli.boundary import CommandError
from bot.cli.common import console
from bot.knowledge_load import read, shipped
from handlers.knowledge.rank import Index
from handlers.knowledge.search import Found, weigh
from handlers.understanding import understand


def ask_lines(source: str, folder: Path | None) -> None:
    """`source`: a file of JSON lines, "-" for standard input. A line that cannot be read is answered with its error."""
    index = _index(folder)
    if source == "-":
        _answer(sys.stdin, index)
        return
    try:
        with Path(source).open(encoding="utf-8", errors="replace") as lines:
            _answer(lines, index)
    except OSError as error:
        raise CommandError(f"打不开 {source}：{error.strerror}。") from None


def ask_one(text: str, folder: Path | None) -> None:
    """One question, for people to try it out."""
    found = find(_index(folder), text)
    out = console()
    if found is None:
        out.print("没有找到相关的答复。")
        return
    sure = "会直接答复" if found.sure else "没有把握，会转给民警"
    out.print(
        f"最接近：{found.entry.question}（{found.entry.code}，{found.score:.2f}，{sure}）\n\n{found.entry.answer}"
    )


def _index(folder: Path | None) -> Index:
    library = read(folder or shipped())
    for problem in library.problems:
        print(problem, file=sys.stderr)  # noqa: T201 - this is where the command speaks
    return Index(library.entries)


def _answer(lines: Iterable[str], index: Index) -> None:
    for line in lines:
        if line.strip():
            print(json.dumps(one(line, index), ensure_ascii=False), flush=True)  # noqa: T201 - the command's output


def one(line: str, index: Index) -> dict[str, Any]:
    """One JSON line → what it is about, how surely, and whether it is answered without a person.

    `topic`: the field (户籍, 身份证, …) of the nearest entry; `entry`: the entry itself, by its 编号.
    """
    try:
        asked = json.loads(line)
        text = asked["text"]
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        return {"id": None, "error": '每行要是 {"id": …, "text": "…"}'}
    found = find(index, text)
    if found is None:
        return {"id": asked.get("id"), "topic": None, "entry": None, "score": 0.0, "answered": False}
    score = round(min(1.0, max(0.0, found.score)), 3)
    entry = found.entry
    return {"id": asked.get("id"), "topic": entry.field, "entry": entry.code, "score": score, "answered": found.sure}


def find(index: Index, text: str) -> Found | None:
    hits = index.best(text, limit=1)
    return weigh(text, hits[0], index, understand(text, mention=True)) if hits else None
