"""pingan understand: what the bot makes of messages. pingan train: learning from officers' corrections."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from rich.table import Table

from bot.cli.boundary import CommandError
from bot.cli.common import console, opened, settings_of
from bot.own_model import MODEL_FOLDER, use_own_model
from handlers.understanding import Gazetteer, Understanding, understand
from handlers.understanding.normal import calls_police
from storage.model.tickets import Correction
from storage.unit import Unit

FEWEST = 20
"""Corrections from which a station's own model can begin to differ for the better."""


def understand_lines(source: str, places: Path | None, config: Path | None) -> None:
    """`source`: a file of JSON lines, "-" for standard input. A line that cannot be read is answered with its error."""
    use_own_model(settings_of(config).data_dir)
    gazetteer = Gazetteer(near=_names(places))
    if source == "-":
        _answer(sys.stdin, gazetteer)
        return
    try:
        with Path(source).open(encoding="utf-8", errors="replace") as lines:
            _answer(lines, gazetteer)
    except OSError as error:
        raise CommandError(f"打不开 {source}：{error.strerror}。") from None


def _names(places: Path | None) -> tuple[str, ...]:
    if places is None:
        return ()
    try:
        return tuple(line.strip() for line in places.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"读不了地名表 {places}：要是 UTF-8 的文本，一行一个地名。") from None


def _answer(lines: Iterable[str], gazetteer: Gazetteer) -> None:
    for line in lines:
        if line.strip():
            print(json.dumps(one(line, gazetteer), ensure_ascii=False), flush=True)  # noqa: T201 - the command's output


def one(line: str, gazetteer: Gazetteer) -> dict[str, Any]:
    """One JSON line → what is understood of it. `places` in the line adds to the gazetteer."""
    try:
        asked = json.loads(line)
        text = asked["text"]
        if not isinstance(text, str):
            raise TypeError
        own = tuple(p for p in asked.get("places", ()) if isinstance(p, str))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"id": None, "error": '每行要是 {"id": …, "text": "…", "mention": true}'}
    known = Gazetteer(near=(*own, *gazetteer.near)) if own else gazetteer
    mention = asked.get("mention")
    called = calls_police(text) if mention is None else bool(mention)
    return {"id": asked.get("id"), **told(understand(text, mention=called, gazetteer=known))}


def told(meaning: Understanding) -> dict[str, Any]:
    return {
        "is_request": meaning.is_request,
        "category": str(meaning.category),
        "urgency": str(meaning.urgency),
        "fraud": meaning.fraud,
        "fraud_score": meaning.fraud_score,
        "fraud_type": str(meaning.fraud_type or ""),
        "location": meaning.place,
        "phone": meaning.phone,
        "reasons": list(meaning.reasons),
    }


def show_one(text: str, config: Path | None, out: TextIO | None = None) -> None:
    """One message, for people to try it out."""
    use_own_model(settings_of(config).data_dir)
    meaning = understand(text, mention=calls_police(text))
    table = Table(show_header=False, box=None, pad_edge=False)
    rows = [
        ("要立单吗", "要" if meaning.is_request else "不用"),
        ("类别", str(meaning.category)),
        ("紧急程度", str(meaning.urgency) + (f"（{meaning.emergency}）" if meaning.emergency else "")),
        ("骗局", f"{meaning.verdict}（{meaning.fraud_score:.2f}）{meaning.fraud_type or ''}"),
        ("钱", str(meaning.money or "没提到")),
        ("地点", meaning.place or "没提到"),
        ("不宜公开", str(meaning.sensitive or "否")),
        ("因为提到", "、".join(meaning.reasons) or "——"),
    ]
    for row in rows:
        table.add_row(*row)
    console(out).print(table)


def learn(config: Path | None, *, dry_run: bool) -> None:
    """Train on corpus and corrections, show both models side by side, keep the new one unless it is worse."""
    settings = settings_of(config)
    if not settings.understanding.learn_from_corrections:
        raise CommandError(
            "还没有同意用民警改过的单子来学习。同意的话，在 config.yaml 里写上 "
            "understanding: {learn_from_corrections: true}，再运行一次。"
        )
    try:
        from bot.training.retrain import examples_of, retrain
    except ImportError:
        raise CommandError("训练需要 scikit-learn，请先运行：pip install 'pingan-bot[train]'") from None
    from bot.training.corpus import corpus_folder
    from handlers.understanding.core import current

    told_by = console()
    use_own_model(settings.data_dir)
    corrections = examples_of(asyncio.run(_corrections(config)))
    if len(corrections) < FEWEST:
        raise CommandError(
            f"民警改过的单子只有 {len(corrections)} 件，至少要 {FEWEST} 件才学得到东西。发“改类 12 扰民”来改。"
        )
    told_by.print(f"民警改过 {len(corrections)} 件，正在学（约一分钟）……")
    made = retrain(corpus_folder(), corrections, current())
    table = Table("成绩（没见过的人写的话）", "现在", "学过以后", box=None)
    for before, after in zip(made.before, made.after, strict=True):
        table.add_row(before.name, f"{before.value:.3f}", f"{after.value:.3f}")
    table.add_row("民警改过的，类别对的", f"{made.right[0]}/{len(corrections)}", f"{made.right[1]}/{len(corrections)}")
    told_by.print(table)
    if made.worse:
        told_by.print(f"有几项变差了：{'、'.join(made.worse)}。新模型没有启用，再积累一些再试。")
    elif dry_run:
        told_by.print("只是看看，没有启用。")
    else:
        folder = settings.data_dir / MODEL_FOLDER
        from bot.training.pack import save

        folder.mkdir(parents=True, exist_ok=True)
        save(folder, made.weights, made.card)
        told_by.print(f"新模型放在 {folder}，重启后启用；删掉这个目录就回到原来的。")


async def _corrections(config: Path | None) -> list[Correction]:
    async with opened(settings_of(config), create=False) as engine, engine.read() as tx:
        return await Unit(tx).entries.corrections()
