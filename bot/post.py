"""From one decided message to outbox rows: cut to what the platform takes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.adapters.base import Platform
from bot.adapters.textcut import cut_text, split_marked
from bot.choosing import numbered
from storage.model.messages import Outgoing, OutKind
from storage.unit import Unit


async def post(unit: Unit, out: Outgoing, now: datetime, platforms: Mapping[tuple[str, str], Platform]) -> bool:
    """Queue `out`. A text longer than the platform takes becomes several rows, buttons under the last one.

    Where the platform shows no buttons, or fewer, the text says which number stands for what.

    False if its key was queued before. A platform that is not running keeps its rows until it is.
    """
    platform = platforms.get((out.to.platform, out.to.bot))
    if platform is None:
        return await unit.outbox.add(out, now)
    limits = platform.capabilities.limits
    text = out.content.text
    if out.kind is OutKind.ANSWER:
        cut = cut_text(text, limits.answer, limits.unit)
        return await unit.outbox.add(replace(out, content=replace(out.content, text=cut)), now)
    limit = limits.caption if out.content.attachment else limits.text
    content = numbered(out.content, platform.capabilities, group=platform.is_group(out.to.chat_id))
    if out.kind is OutKind.EDIT:
        cut = cut_text(content.text, limit, limits.unit)
        return await unit.outbox.add(replace(out, content=replace(content, text=cut)), now)
    if content is not out.content:
        out = replace(out, content=content)
    apart = content.attachment is not None and not platform.capabilities.captions and bool(content.text)
    parts = split_marked(content.text, limits.text if apart else limit, limits.unit)
    if apart:
        parts = [*parts, ""]  # a file goes alone, after the words
    if len(parts) <= 1:
        return await unit.outbox.add(out, now)
    # The last part carries the key: edits and replies look for it.
    *heads, last = parts
    fresh = True
    for index, part in enumerate(heads):
        head = replace(out.content, text=part, buttons=(), attachment=None, ask=False)
        if index:
            head = replace(head, reply_to="")
        fresh = await unit.outbox.add(replace(out, key=f"{out.key}#{index}", content=head), now) and fresh
    tail = replace(out.content, text=last, reply_to="")
    return await unit.outbox.add(replace(out, content=tail), now) and fresh
