"""What kf/send_msg took and could not deliver after all: a person refuses us, the five are used up (D 94670)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bot.adapters.wecom.turns import own_id
from bot.adapters.wecom_kf.parse import PLATFORM
from bot.adapters.wecom_kf.render import words_key
from bot.adapters.wecom_kf.wire import SEND_FAILED, SYSTEM, Row
from bot.settle import lost_after_all
from storage.engine.base import Engine
from storage.model.messages import Address, OutRow
from storage.unit import Unit

LOST = "wecom_kf.refused_later"
LOOK_BACK = timedelta(days=3)
LOOK_AT = 40

log = structlog.get_logger()


async def note(engine: Engine, rows: Iterable[Any], bot: str, now: datetime) -> None:
    """Write down that these were not delivered; told twice, it happens once. Raises StoreDownError."""
    failed = [row for row in map(_read, rows) if row is not None]
    if not failed:
        return
    async with engine.write() as tx:
        unit = Unit(tx)
        for row in failed:
            assert row.event is not None
            why = f"refused later: fail_type {row.event.fail_type}"
            where = Address(platform=PLATFORM, bot=bot, chat_id=row.person)
            sent = await _said(unit, where, row.event.fail_msgid, now)
            if sent is not None and await lost_after_all(unit, sent, why, now):
                log.warning(LOST, outbox=sent.id, fail_type=row.event.fail_type)


async def _said(unit: Unit, where: Address, msgid: str, now: datetime) -> OutRow | None:
    """What was said by that message; also by the first of two."""
    whole = await unit.outbox.by_ref(where, msgid)
    if whole is not None:
        return whole
    lately = await unit.outbox.shown(where.key, now - LOOK_BACK, LOOK_AT)
    return next((row for row in lately if own_id(words_key(row.out.key)) == msgid), None)


def _read(raw: Any) -> Row | None:
    try:
        row = msgspec.convert(raw, Row)
    except (ValueError, RecursionError):
        return None
    ours = row.origin == SYSTEM and row.event is not None and row.event.event_type == SEND_FAILED
    return row if ours else None
