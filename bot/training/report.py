"""The measured part of docs/understanding.md: figures, their intervals, and what went wrong, from the held-out sets."""

from collections.abc import Sequence
from pathlib import Path

from bot.training.corpus import read_folder
from bot.training.measure import Figure, confusion, figures, read
from handlers.understanding.core import current

BEGIN, END = "<!-- 以下由 make train 写入 -->", "<!-- 以上由 make train 写入 -->"
SHOWN = 12
"""Error cases shown per figure."""

TOLD = (
    "紧急 召回",
    "@ 了该立单的，立了",
    "骗局里判为高度疑似或拿不准的",
    "不是骗局、没判高度疑似",
    "地点 有重叠（没有地名表）",
)


def write(root: Path) -> None:
    """Measure the models as they lie there, and put the tables into the page."""
    page = root / "docs" / "understanding.md"
    text = page.read_text(encoding="utf-8")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{head}{BEGIN}\n\n{_measured(root / 'corpus')}\n{END}{tail}", encoding="utf-8")


def _measured(corpus: Path) -> str:
    held = read_folder(corpus / "heldout")
    pairs = read(held)
    found = figures(pairs)
    about = current().card["about"]
    lines = [
        (
            f"训练语料 {about['messages']} 条（其中骗局 {about['fraud']} 条，{about['files']} 位写手）；"
            f"留出集 {len(held)} 条，由没看过训练语料的人另写。"
        ),
        "",
        "| 指标 | 成绩 | 95 % 区间 | 条数 |",
        "|---|---|---|---|",
        *(_row(figure) for figure in found),
        "",
        "各类别的召回：",
        "",
        "| 类别 | 召回 | 95 % 区间 | 条数 |",
        "|---|---|---|---|",
        *(_row(figure) for figure in confusion(pairs).values()),
        "",
        "## 认错的例子",
        "",
        "写法是“应该 → 认成”。",
    ]
    for figure in found:
        if figure.name in TOLD and figure.wrong:
            lines += ["", f"**{figure.name}**", "", *_cases(figure.wrong)]
    lines += ["", "**类别**", "", *_cases([case for f in confusion(pairs).values() for case in f.wrong[:3]], 30)]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    return f"| {figure.name} | {figure.value:.3f} | {figure.low:.3f}–{figure.high:.3f} | {figure.count} |"


def _cases(wrong: Sequence[str], limit: int = SHOWN) -> list[str]:
    return [f"- {case.replace('|', '｜')}" for case in wrong[:limit]]
