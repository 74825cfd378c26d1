"""Numbers instead of buttons: on a channel without them a message says "回复 1 接单", and "1" presses the first."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.kit.channel_texts import choices, choose, press
from storage.model.channels import Capabilities
from storage.model.messages import Button, Content, Inbound, InboundKind, OutRow
from storage.unit import Unit

STAYS = timedelta(hours=48)
"""A number means the newest choices shown within this time."""

LOOK_BACK = 10
_NUMBER = re.compile(r"\s*([0-9０-９]{1,2})\s*[.。]?\s*")


def numbered(content: Content, can: Capabilities, *, group: bool) -> Content:
    """Pure. `content` with a line for every button its channel cannot show; none where nobody could answer."""
    buttons = _flat(content)
    shown = _shown(can)
    if len(buttons) <= shown or not can.hears:
        return content
    labels = [button.label for button in buttons[shown:]]
    line, text = choices(labels, first=shown + 1, group=group), content.text
    for number, label in enumerate(labels, shown + 1):
        text = text.replace(press(label), choose(number, group=group))
    return replace(content, text=f"{text}\n{line}" if text else line)


def is_number(event: Inbound) -> bool:
    """Pure. Could it be a choice at all?"""
    return event.kind is InboundKind.MESSAGE and not event.attachments and _NUMBER.fullmatch(event.text) is not None


async def as_press(unit: Unit, event: Inbound, can: Capabilities, now: datetime, *, asked: bool) -> Inbound | None:
    """The press a bare number stands for; None if it is a message like any other.

    In a group only as a reply to the message with the choices. `asked`: a question of ours is open there, so a number
    is a choice only if choices were the last thing we said.
    """
    found = _NUMBER.fullmatch(event.text)
    if found is None or not is_number(event):
        return None
    row = await _choices_of(unit, event, now, newest_only=asked)
    if row is None:
        return None
    buttons, number = _flat(row.out.content), int(found[1])
    if len(buttons) <= _shown(can) or not 1 <= number <= len(buttons):
        return None
    action = buttons[number - 1].action
    return replace(event, kind=InboundKind.BUTTON, button=action, message_id=row.message_ref, callback_id="")


async def _choices_of(unit: Unit, event: Inbound, now: datetime, *, newest_only: bool) -> OutRow | None:
    where = event.chat.address
    if event.reply_to:
        return await unit.outbox.by_ref(where, event.reply_to)
    if not event.chat.private:
        return None
    rows = await unit.outbox.shown(where.key, now - STAYS, 1 if newest_only else LOOK_BACK)
    return next((row for row in rows if row.out.content.buttons), None)


def _shown(can: Capabilities) -> int:
    return can.limits.buttons if can.buttons else 0


def _flat(content: Content) -> list[Button]:
    return [button for row in content.buttons for button in row]
