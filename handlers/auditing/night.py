"""Each night: 未应答@ = 0, counted anew from what was received and what became of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from handlers.auditing.feature import AuditSettings, auditing
from handlers.auditing.rounds import tell
from handlers.kit import audit_texts as say
from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.facts import DutyAsked, DutyStands
from storage.model.audit import Called
from storage.model.tickets import EntryKind

MORNING = "audit.morning:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A call and what it got: a key of audit_texts.COUNTED, or "" for nothing."""

    called: Called
    got: str


async def count_day(ctx: Context, day: date, answers: Sequence[Answer]) -> None:
    """Write the count of a station's day down, and have it told in the morning. Messages are named, never quoted."""
    counts = Counter(answer.got for answer in answers if answer.got)
    missing = [answer.called for answer in answers if not answer.got]
    data = {
        "day": day.isoformat(),
        "called": len(answers),
        "counts": {key: counts[key] for key in say.COUNTED},
        "unanswered": [_reference(call) for call in missing],
    }
    text = say.day(len(answers), counts, [_place(ctx, call) for call in missing])
    await ctx.log(EntryKind.AUDITED, text=text, data=data)
    hour = ctx.settings(AuditSettings).morning_hour
    morning = datetime.combine(ctx.local().date(), time(hour), tzinfo=ctx.zone)
    payload = {"station": ctx.here.id, "day": day.isoformat(), "text": text}
    key = f"audit:morning:{ctx.here.id}:{day.isoformat()}"
    await ctx.later("audit.morning", at=max(morning.astimezone(UTC), ctx.now), key=key, payload=payload)


def _reference(call: Called) -> dict[str, Any]:
    where = call.where
    return {"inbox": call.inbox_id, "platform": where.platform, "chat": where.chat_id, "message": call.message_id}


def _place(ctx: Context, call: Called) -> str:
    return f"{call.group or texts.PRIVATE_CHAT} {ctx.local(call.at):%H:%M}（编号 in:{call.inbox_id}）"


@auditing.job("audit.morning")
async def in_the_morning(ctx: Context, payload: dict[str, Any]) -> None:
    about = MORNING + msgspec.json.encode(payload).decode()
    ctx.emit(DutyAsked(station_id=int(payload["station"]), about=about))


@auditing.on(DutyStands)
async def told(ctx: Context, fact: DutyStands) -> None:
    if not fact.about.startswith(MORNING):
        return
    payload = msgspec.json.decode(fact.about.removeprefix(MORNING))
    await tell(ctx, fact, payload["text"], f"audit:day:{fact.station_id}:{payload['day']}")


def yesterday(local: datetime) -> tuple[date, datetime, datetime]:
    """(the day before, its first moment, the first moment after it), of the station's own clock."""
    today = datetime.combine(local.date(), time(0), tzinfo=local.tzinfo)
    day = local.date() - timedelta(days=1)
    return day, datetime.combine(day, time(0), tzinfo=local.tzinfo), today
