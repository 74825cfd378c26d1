"""Where only so much may be said after each word of a person, what one chat is to be told goes out as one message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.adapters.textcut import measure
from storage.model.channels import Capabilities, Limits
from storage.model.messages import OutKind, OutRow
from storage.stores.outbox import Ready
from storage.unit import Unit

MOST = 20
GAP = "\n\n"


async def bundled(unit: Unit, can: Capabilities, ready: Ready, now: datetime) -> tuple[Ready, list[OutRow]]:
    """`ready` with the words of others in front of or behind its own, and those others; nothing is written down."""
    out = ready.row.out
    if not can.limits.per_turn or out.kind is not OutKind.SEND:
        return ready, []
    rows = await unit.outbox.together(out.to.key, out.lane, now, MOST)
    run = _run([row for row in rows if row.out.to == out.to], can)
    if len(run) < 2 or all(row.id != ready.row.id for row in run):
        return ready, []
    return replace(ready, row=_joined(run)), run[:-1]


async def bind(unit: Unit, row: OutRow, others: Sequence[OutRow], now: datetime) -> None:
    """Write down that `row` says what `others` were to say."""
    if not others:
        return
    for other in others:
        await unit.outbox.said_with(other.id, row.id)
    await unit.outbox.reword(row, now)


def _run(rows: Sequence[OutRow], can: Capabilities) -> list[OutRow]:
    """As many from the first on as one message takes. Buttons stand under it, so it ends with those that have any."""
    run: list[OutRow] = []
    for row in rows:
        if row.out.content.attachment is not None or (run and not _fits([*run, row], can)):
            break
        run.append(row)
        if row.out.content.buttons:
            break
    return run


def _fits(run: Sequence[OutRow], can: Capabilities) -> bool:
    limits: Limits = can.limits
    menu = limits.menu if can.buttons and run[-1].out.content.buttons else 0
    return measure(_joined(run).out.content.text, limits.unit) <= (menu or limits.text)


def _joined(run: Sequence[OutRow]) -> OutRow:
    """The last of them, with all their words."""
    *_, last = run
    contents = [row.out.content for row in run]
    content = replace(
        last.out.content,
        text=GAP.join(content.text for content in contents),
        loud=any(content.loud for content in contents),
        can_wait=all(content.can_wait for content in contents),
    )
    return replace(last, out=replace(last.out, content=content))
