"""What counts as a broken promise. Pure: rows and the time in, findings out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from handlers.auditing.feature import AuditSettings
from handlers.kit import audit_texts as say
from handlers.kit import texts
from storage.model.audit import Finding, Holding, Promise, Queue, Standing
from storage.model.tickets import HELD, WAITING, EntryKind, State, Ticket, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What the rules about tickets need beside them. `names`: of staff, by person id."""

    now: datetime
    settings: AuditSettings
    names: Mapping[int, str]

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id, say.NOBODY) if person_id is not None else say.NOBODY


def tickets(standings: Iterable[Standing], eyes: Eyes) -> list[Finding]:
    """Every promise about unfinished tickets that is broken now."""
    found = []
    for standing in standings:
        found += [finding for rule in RULES if (finding := rule(standing, eyes)) is not None]
    return found


def _finding(kind: Promise, ticket: Ticket, since: datetime, eyes: Eyes, sentence: str, allowed: timedelta) -> Finding:
    """`since` when it waits; it is broken since `allowed` later."""
    number = texts.number(ticket)
    text = sentence.format(
        number=number,
        bare=ticket.number,
        waited=say.waited(eyes.now - since),
        officer=eyes.name(ticket.assignee_id),
    )
    return Finding(kind=kind, subject=f"ticket:{ticket.id}", since=since + allowed, ref=number, text=text)


def _waits_since(ticket: Ticket) -> datetime:
    return ticket.waiting_at or ticket.opened_at


def no_receipt(standing: Standing, eyes: Eyes) -> Finding | None:
    ticket, allowed = standing.ticket, eyes.settings.patience
    if standing.receipt or eyes.now - ticket.opened_at < allowed:
        return None
    return _finding(Promise.NO_RECEIPT, ticket, ticket.opened_at, eyes, say.NO_RECEIPT, allowed)


def unrouted(standing: Standing, eyes: Eyes) -> Finding | None:
    ticket, allowed, since = standing.ticket, eyes.settings.patience, _waits_since(standing.ticket)
    if ticket.state not in WAITING or ticket.routed_id is not None or eyes.now - since < allowed:
        return None
    return _finding(Promise.UNROUTED, ticket, since, eyes, say.UNROUTED, allowed)


def urgent_waits(standing: Standing, eyes: Eyes) -> Finding | None:
    ticket, since = standing.ticket, _waits_since(standing.ticket)
    allowed = timedelta(minutes=eyes.settings.urgent_minutes)
    if ticket.state not in WAITING or ticket.urgency is not Urgency.URGENT or eyes.now - since < allowed:
        return None
    return _finding(Promise.URGENT_WAITS, ticket, since, eyes, say.URGENT_WAITS, allowed)


def claim_silent(standing: Standing, eyes: Eyes) -> Finding | None:
    """A lease that ran out gives the ticket back at once; where that did not happen, or there is none, this tells."""
    ticket, settings = standing.ticket, eyes.settings
    if ticket.state not in HELD:
        return None
    if ticket.lease_until is not None:
        since, allowed = ticket.lease_until, timedelta(minutes=settings.lease_minutes)
    else:
        urgent = ticket.urgency is Urgency.URGENT
        minutes = settings.claim_urgent_minutes if urgent else settings.claim_minutes
        on_scene = ticket.state is State.ON_SCENE
        since, allowed = standing.last_at, timedelta(minutes=settings.scene_minutes if on_scene else minutes)
    if eyes.now - since < allowed:
        return None
    finding = _finding(Promise.CLAIM_SILENT, ticket, standing.last_at, eyes, say.CLAIM_SILENT, allowed)
    return replace(finding, since=since + allowed)


def pause_over(standing: Standing, eyes: Eyes) -> Finding | None:
    ticket, allowed = standing.ticket, eyes.settings.patience
    if ticket.state is not State.PAUSED or ticket.wake_at is None or eyes.now - ticket.wake_at < allowed:
        return None
    return _finding(Promise.PAUSE_OVER, ticket, ticket.wake_at, eyes, say.PAUSE_OVER, allowed)


def two_holders(standing: Standing, eyes: Eyes) -> Finding | None:
    ticket = standing.ticket
    if holder(standing.holding) == ticket.assignee_id:
        return None
    return _finding(Promise.TWO_HOLDERS, ticket, standing.last_at, eyes, say.TWO_HOLDERS, timedelta(0))


def holder(holding: Holding | None) -> int | None:
    """Who has a ticket, as its log tells it."""
    if holding is None:
        return None
    if holding.kind is EntryKind.CLAIMED:
        return holding.actor_id
    to: int | None = msgspec.json.decode(holding.data).get("to")
    return to if holding.kind in (EntryKind.TRANSFERRED, EntryKind.HANDED_OVER) else None


RULES: tuple[Callable[[Standing, Eyes], Finding | None], ...] = (
    no_receipt,
    unrouted,
    urgent_waits,
    claim_silent,
    pause_over,
    two_holders,
)


def queue(kind: Promise, sentence: str, found: Queue, now: datetime, subject: str = "") -> Finding:
    """A queue in which something waits too long. One finding, however many rows."""
    text = sentence.format(count=found.count, name=found.name, waited=say.waited(now - found.since))
    return Finding(kind=kind, subject=subject or kind.value, since=found.since, ref=found.name, text=text)
