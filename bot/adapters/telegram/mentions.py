"""Every @ in a text, whether Telegram marked it or not. Pure."""

import re
from collections.abc import Iterable

from bot.adapters.telegram.offsets import place
from bot.adapters.telegram.wire import Entity
from handlers.kit.mentions import AT
from storage.model.messages import Mention

TYPED = re.compile(rf"[{AT}]\s?([^\s{AT}]{{1,64}})")


def mentions_of(text: str, entities: Iterable[Entity], after: int = 0) -> tuple[Mention, ...]:
    """The @s of `text` from index `after` on, in order; names without their @.

    An entity says exactly where a name ends. An @ without one takes the run up to the next space or @: the
    vocabulary decides later which part of it is a name.
    """
    found: dict[int, Mention] = {}
    covered: list[range] = []
    for entity in entities:
        if entity.type not in {"mention", "text_mention"}:
            continue
        start, end = place(entity, text)
        name = text[start:end].lstrip(AT).strip()
        if start < after or not name:
            continue
        found[start] = Mention(name=name, user_id=str(entity.user.id) if entity.user is not None else "")
        covered.append(range(start, end))
    for match in TYPED.finditer(text, after):
        if not any(match.start() in span for span in covered):
            found[match.start()] = Mention(name=match.group(1))
    return tuple(found[start] for start in sorted(found))
