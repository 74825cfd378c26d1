"""What is said where a message cannot be changed: one new short line, once, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.adapters.base import Platform
from bot.post import post
from storage.model.messages import Content, Outgoing, OutKind
from storage.unit import Unit


async def say_brief(unit: Unit, out: Outgoing, now: datetime, platforms: Mapping[tuple[str, str], Platform]) -> bool:
    """Queue the short line of an edit that cannot be made, with the buttons the message would have now.

    False if there is nothing to say, or the last line said for that message was the same.
    """
    words = out.content.brief
    if out.kind is not OutKind.EDIT or not words:
        return False
    before = await unit.outbox.last_brief(out.target)
    if before is not None and before.out.content.brief == words:
        return False
    content = Content(text=words, brief=words, buttons=out.content.buttons, loud=out.content.loud)
    line = replace(out, key=f"{out.key}:brief", kind=OutKind.SEND, content=content, due_at=None)
    return await post(unit, line, now, platforms)
