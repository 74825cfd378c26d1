"""Each minute: what is broken now, against what was broken before; whoever leads hears the difference, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from handlers.auditing import promises
from handlers.auditing.feature import AuditSettings, auditing
from handlers.kit import audit_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission, may
from handlers.kit.context import Context
from handlers.kit.facts import DutyAsked, DutyStands
from storage.model.audit import Finding, Promise

ROUND = "audit.round:"
"""How the question to the duty feature begins, so that its answer is known as ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A call that nothing came of. `group`: its title, "" in private."""

    inbox_id: int
    group: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A time of a rule of this station that passed without its work."""

    rule: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What only the program itself can see. `running`: (platform, bot) of this process."""

    minute: datetime
    unanswered: tuple[Unanswered, ...] = ()
    missed: tuple[Missed, ...] = ()
    running: tuple[tuple[str, str], ...] = ()


def look(ctx: Context, looked: Looked) -> None:
    """Begin the round of a station; it goes on when it is known who leads it now."""
    ctx.emit(DutyAsked(station_id=ctx.here.id, about=ROUND + msgspec.json.encode(looked).decode()))


@auditing.on(DutyStands)
async def compare(ctx: Context, fact: DutyStands) -> None:
    if not fact.about.startswith(ROUND):
        return
    looked = msgspec.json.decode(fact.about.removeprefix(ROUND), type=Looked)
    found = {_key(f): f for f in await _broken(ctx, fact, looked)}
    before = {_key(f): f for f in await ctx.unit.audit.open(fact.station_id)}
    new = [f for key, f in found.items() if key not in before]
    gone = [f for key, f in before.items() if key not in found and _judged(f, looked)]
    for finding in new:
        await ctx.unit.audit.found(fact.station_id, finding, ctx.now)
    for finding in gone:
        await ctx.unit.audit.gone(fact.station_id, finding, ctx.now)
    if new or gone:
        over = [say.over(f.kind, f.ref) for f in gone]
        key = f"audit:{fact.station_id}:{looked.minute:%Y%m%dT%H%M}"
        await tell(ctx, fact, say.bundle([f.text for f in new], over), key)


def _key(finding: Finding) -> tuple[Promise, str]:
    return finding.kind, finding.subject


def _judged(finding: Finding, looked: Looked) -> bool:
    """What is sent through a bot of another process is that process's to judge."""
    if finding.kind is not Promise.OUTBOX_WAITS:
        return True
    return finding.subject in {_bot(*running) for running in looked.running}


def _bot(platform: str, bot: str) -> str:
    return f"{platform}:{bot}"


async def tell(ctx: Context, fact: DutyStands, text: str, key: str) -> None:
    """Whoever leads now; if none of them can be written to, those who manage the station."""
    told = [await _tell(ctx, person_id, text, key) for person_id in fact.leader_ids]
    if any(told):
        return
    for member in await ctx.unit.people.staff(fact.station_id):
        if may(member.role, Permission.MANAGE):
            await _tell(ctx, member.person.id, text, key)


async def _tell(ctx: Context, person_id: int, text: str, key: str) -> bool:
    return await ctx.tell(person_id, text, key=f"{key}:{person_id}") is not None


# ── what is broken ─────────────────────────────────────────────────────────
async def _broken(ctx: Context, fact: DutyStands, looked: Looked) -> list[Finding]:
    station = await ctx.unit.stations.get(fact.station_id)
    zone = ZoneInfo(station.tz if station else "Asia/Shanghai")
    settings = ctx.settings(AuditSettings)
    standings = await ctx.unit.audit.tickets(fact.station_id)
    names = {m.person.id: m.person.name for m in await ctx.unit.people.staff(fact.station_id)} if standings else {}
    return [
        *promises.tickets(standings, promises.Eyes(now=ctx.now, settings=settings, names=names)),
        *await _queues(ctx, looked, ctx.now - settings.patience),
        *(_unanswered(call, zone) for call in looked.unanswered),
        *(_missed(slot, zone) for slot in looked.missed),
        *_gaps(fact.gaps, ctx.now),
    ]


async def _queues(ctx: Context, looked: Looked, before: datetime) -> list[Finding]:
    """The queues are the program's, not one station's: everybody who leads hears of them."""
    audit, now = ctx.unit.audit, ctx.now
    found = [promises.queue(Promise.INBOX_WAITS, say.INBOX_WAITS, q, now) for q in await audit.inbox_waits(before)]
    found += [promises.queue(Promise.JOB_WAITS, say.JOB_WAITS, q, now) for q in await audit.jobs_wait(before)]
    for bot, waiting in (await audit.outbox_waits(before)).items():
        if bot in looked.running:
            found.append(promises.queue(Promise.OUTBOX_WAITS, say.OUTBOX_WAITS, waiting, now, _bot(*bot)))
    for bot, hanging in (await audit.sends_hang(before)).items():
        found.append(promises.queue(Promise.SEND_HANGS, say.SEND_HANGS, hanging, now, _bot(*bot)))
    return found


def _unanswered(call: Unanswered, zone: ZoneInfo) -> Finding:
    where, at, subject = call.group or texts.PRIVATE_CHAT, f"{call.at.astimezone(zone):%H:%M}", f"in:{call.inbox_id}"
    text = say.UNANSWERED.format(where=where, at=at, id=subject)
    return Finding(kind=Promise.UNANSWERED, subject=subject, since=call.at, ref=f"{where} {at}", text=text)


def _missed(slot: Missed, zone: ZoneInfo) -> Finding:
    text = say.SLOT_MISSED.format(name=slot.name, at=f"{slot.at.astimezone(zone):%H:%M}")
    return Finding(kind=Promise.SLOT_MISSED, subject=slot.rule, since=slot.at, ref=slot.name, text=text)


def _gaps(gaps: Sequence[str], now: datetime) -> list[Finding]:
    return [
        Finding(kind=Promise.DUTY_GAP, subject=duty, since=now, ref=duty, text=say.DUTY_GAP.format(duty=duty))
        for duty in gaps
    ]
