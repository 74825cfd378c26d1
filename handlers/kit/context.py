"""Context: everything a handler can see and do. It never sends, sleeps or opens a socket; the courier acts."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from handlers.kit import texts
from handlers.kit.access import Permission, is_staff, may
from handlers.kit.errors import UsageError
from handlers.kit.facts import Fact
from handlers.kit.private import hide_private
from handlers.kit.reach import Reach
from storage.model.messages import (
    Address,
    Content,
    InboundKind,
    Lane,
    Outgoing,
    OutKind,
    Policy,
    Role,
)
from storage.model.people import Conversation, Group, Person, PersonRole, Station
from storage.model.queues import Desk
from storage.model.tickets import EntryKind, Ticket
from storage.unit import Unit

if TYPE_CHECKING:
    from handlers.kit.feature import Feature

S = TypeVar("S")
ANSWER_SECONDS = 60
"""A press older than this shows nobody its answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it. `roles`: station id → role. An anonymous sender has none."""

    person: Person
    roles: dict[int, PersonRole] = field(default_factory=dict)
    anonymous: bool = False
    private_chat: str = ""

    def role_at(self, station_id: int | None) -> PersonRole:
        if self.anonymous or station_id is None:
            return PersonRole.RESIDENT
        return self.roles.get(station_id, PersonRole.RESIDENT)

    def may(self, permission: Permission, station_id: int | None) -> bool:
        return may(self.role_at(station_id), permission)

    @property
    def staff(self) -> bool:
        """Works at some station."""
        return not self.anonymous and any(is_staff(role) for role in self.roles.values())


@dataclass(kw_only=True)
class Context(Reach):
    """One event, job or cron slot being handled, inside its transaction."""

    now: datetime
    unit: Unit
    cause: str  # unique name of what is handled; keys of what it sends are built on it
    inbox_id: int | None = None  # the row of the inbox that is handled: what is said now answers it
    post: Callable[[Unit, Outgoing, datetime], Awaitable[bool]]
    features: "Sequence[Feature]" = ()
    all_settings: dict[type, Any] = field(default_factory=dict)
    desks: Mapping[int, Desk] = field(default_factory=dict)  # station id → its queues and rules, as remembered
    may_leave: Callable[[Unit, Outgoing, datetime], Awaitable[bool]] | None = None
    actor: Actor | None = None
    conversation: Conversation | None = None
    facts: list[Fact] = field(default_factory=list)
    listening: bool = False  # what this person adds without an @ is heard for a while
    waiting: bool = False  # and they have not said yet what the matter is
    forgotten: bool = False  # it turned out not to be meant for us: nothing of it may stay
    directory_changed: bool = False
    gathered: list[str] | None = None  # of several orders in one: each answer is one line of a single one
    replied: bool = False
    answered: bool = False
    _sent: int = 0

    # ── who, and where ─────────────────────────────────────────────────────
    @property
    def who(self) -> Actor:
        if self.actor is None:
            raise LookupError("nobody acts here")
        return self.actor

    @property
    def here(self) -> Station:
        """The station this is about: the group's, the person's own, or the only one."""
        if self.station is None:
            raise UsageError(texts.TROUBLE.format(reference="未设置派出所"))
        return self.station

    @property
    def staff(self) -> bool:
        return self.actor is not None and is_staff(self.actor.role_at(self.station.id if self.station else None))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.station.tz if self.station else "Asia/Shanghai")

    def local(self, at: datetime | None = None) -> datetime:
        """A moment on the station's own clock."""
        return (at or self.now).astimezone(self.zone)

    def settings(self, kind: type[S]) -> S:
        found = self.all_settings.get(kind)
        if not isinstance(found, kind):
            found = self.all_settings[kind] = kind()
        return found

    def require(self, permission: Permission, station_id: int | None) -> None:
        """Raises UsageError with a sentence if the actor may not do this at that station."""
        if self.actor is not None and self.actor.may(permission, station_id):
            return
        if self.actor is not None and self.actor.anonymous:
            raise UsageError(texts.NO_RIGHT_ANONYMOUS)
        if self.actor is not None and is_staff(self.actor.role_at(station_id)):
            raise UsageError(texts.NO_RIGHT_STAFF)
        raise UsageError(texts.NO_RIGHT)

    # ── whom and what it is about: what this event has brought along is not asked again ───
    async def person(self, person_id: int) -> Person | None:
        if self.actor is not None and self.actor.person.id == person_id:
            return self.actor.person
        return await self.unit.people.get(person_id)

    async def group_of(self, ticket: Ticket) -> Group | None:
        """The group a ticket was reported in; None if in private."""
        if ticket.group_id is None:
            return None
        if self.group is not None and self.group.id == ticket.group_id:
            return self.group
        return await self.unit.groups.get(ticket.group_id)

    async def station_of(self, ticket: Ticket) -> Station | None:
        if self.station is not None and self.station.id == ticket.station_id:
            return self.station
        return await self.unit.stations.get(ticket.station_id)

    # ── what to say ────────────────────────────────────────────────────────
    def _key(self) -> str:
        self._sent += 1
        return f"{self.cause}:{self._sent}"

    async def _put(self, out: Outgoing, *, public: bool) -> bool:
        if public:
            phone = self.station.phone if self.station else ""
            shown, brief = hide_private(out.content.text, phone), hide_private(out.content.brief, phone)
            if (shown, brief) != (out.content.text, out.content.brief):
                out = replace(out, content=replace(out.content, text=shown, brief=brief))
        return await self.post(self.unit, out, self.now)

    async def reply(
        self,
        content: Content | str,
        *,
        lane: Lane | None = None,
        role: Role = Role.REPLY,
        ticket_id: int | None = None,
        key: str = "",
    ) -> None:
        """Say it where it happened; in a group, as a reply to the message. Private numbers never reach a group."""
        event = self.event
        body = Content(text=content) if isinstance(content, str) else content
        if self.gathered is not None and not body.buttons:
            self.gathered.append(body.text)
            return
        if self.public and not body.reply_to and event.kind is not InboundKind.BUTTON:
            body = replace(body, reply_to=event.message_id)
        self.replied = True
        out = Outgoing(
            key=key or self._key(),
            to=event.chat.address,
            content=body,
            lane=lane if lane is not None else (Lane.OFFICER if self.staff else Lane.RESIDENT),
            role=role,
            ticket_id=ticket_id,
            inbox_id=self.inbox_id,
        )
        await self._put(out, public=self.public)

    async def answer(self, text: str, *, alert: bool = False) -> None:
        """The short private answer to a press, or the greeting of who came in; where neither can be, a reply."""
        event = self.event
        if not event.callback_id or self.gathered is not None:
            if text:
                await self.reply(text)
            return
        self.replied = self.answered = True
        out = Outgoing(
            key=f"{self.cause}:answer",
            to=event.chat.address,
            content=Content(text=text, alert=alert),
            lane=Lane.EMERGENCY,
            kind=OutKind.ANSWER,
            target=event.callback_id,
            expires_at=self.now + timedelta(seconds=ANSWER_SECONDS),
            inbox_id=self.inbox_id,
        )
        await self._put(out, public=False)

    async def tell(
        self,
        person: int | Address,
        content: Content | str,
        *,
        lane: Lane = Lane.OFFICER,
        role: Role = Role.NOTICE,
        ticket_id: int | None = None,
        key: str = "",
        expires_at: datetime | None = None,
        near: str = "",
    ) -> Address | None:
        """Write to a person (or to their `private_chat`, if known) in private. After `expires_at` it is not sent.

        `near`: as in private_chat.

        None if they cannot be reached (they never wrote to us, or blocked us).
        """
        to = await self.private_chat(person, near) if isinstance(person, int) else person
        if to is None:
            return None
        body = Content(text=content) if isinstance(content, str) else content
        out = Outgoing(
            key=key or self._key(),
            to=to,
            content=body,
            lane=lane,
            role=role,
            ticket_id=ticket_id,
            expires_at=expires_at,
            inbox_id=self.inbox_id,
        )
        await self._put(out, public=False)
        return to

    async def arrives(self, to: Address, content: Content, ticket_id: int | None = None) -> bool:
        """Before it is said: does it leave at once? False where we may not speak until they write to us again."""
        out = Outgoing(key="", to=to, content=content, ticket_id=ticket_id)
        return self.may_leave is None or await self.may_leave(self.unit, out, self.now)

    async def private_chat(self, person_id: int, near: str = "") -> Address | None:
        """Where a person can be reached; see `nearest`. `near`: the platform their ticket came from."""
        found = [i for i in await self.unit.people.identities(person_id) if i.chat_id]
        if not found:
            return None
        mine = self.inbound is not None and self.actor is not None and self.actor.person.id == person_id
        best = self.nearest(found, near, self.event.platform if mine else "")
        return Address(platform=best.platform, bot=best.bot, chat_id=best.chat_id)

    async def say(
        self,
        to: Group | Address,
        content: Content | str,
        *,
        lane: Lane = Lane.OFFICER,
        role: Role = Role.NOTICE,
        ticket_id: int | None = None,
        key: str = "",
    ) -> None:
        """Say it in a group. Private numbers are taken out."""
        body = Content(text=content) if isinstance(content, str) else content
        out = Outgoing(
            key=key or self._key(),
            to=_address(to),
            content=body,
            lane=lane,
            role=role,
            ticket_id=ticket_id,
            inbox_id=self.inbox_id,
        )
        await self._put(out, public=True)

    async def push(
        self,
        to: Group | Address,
        content: Content,
        *,
        key: str,
        lane: Lane,
        broadcast_id: int,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """A broadcast: at most once per key, in our own words (a station's phone number may stand in it)."""
        out = Outgoing(
            key=key,
            to=_address(to),
            content=content,
            lane=lane,
            policy=Policy.AT_MOST_ONCE,
            role=Role.PUSH,
            broadcast_id=broadcast_id,
            due_at=due_at,
            expires_at=expires_at,
            inbox_id=self.inbox_id,
        )
        return await self._put(out, public=False)

    async def edit(
        self, target: str, to: Address, content: Content, *, public: bool, lane: Lane, ticket_id: int | None = None
    ) -> None:
        """Change the message that was sent under key `target`; where the platform cannot, a new short one follows."""
        out = Outgoing(
            key=self._key(),
            to=to,
            content=content,
            lane=lane,
            kind=OutKind.EDIT,
            target=target,
            role=Role.NOTICE,
            ticket_id=ticket_id,
            inbox_id=self.inbox_id,
        )
        await self._put(out, public=public)

    async def close_question(self, text: str, key: str = "", *, answering: bool = False) -> None:
        """A question of ours (of that key, or the one whose button was pressed) is answered: it loses its buttons.
        `answering`: whoever pressed reads the same; where a press has no answer of its own, by the question alone."""
        outbox, here = self.unit.outbox, self.event
        row = await (outbox.by_key(key) if key else outbox.by_ref(here.chat.address, here.message_id))
        alone = answering and not here.callback_id and row is not None and row.out.role is Role.ASK
        if row is not None and row.out.role is Role.ASK:
            content = Content(text=text, brief=text if alone else "")
            await self.edit(row.out.key, row.out.to, content, public=self.public, lane=row.out.lane)
        self.answered |= alone
        if answering and not alone:
            await self.answer(text)

    # ── what else to do ────────────────────────────────────────────────────
    async def ask(self, step: str, data: dict[str, Any], *, minutes: int = 30) -> None:
        """The next message of this person in this chat is the answer to our question and goes to `step`."""
        event = self.event
        where = event.chat.address
        await self.unit.conversations.put(
            Conversation(
                platform=where.platform,
                chat_id=where.chat_id,
                user_id=event.sender.user_id,
                step=step,
                data=msgspec.json.encode(data).decode(),
                expires_at=self.now + timedelta(minutes=minutes),
            )
        )

    async def end_conversation(self) -> None:
        where = self.event.chat.address
        await self.unit.conversations.end(where.platform, where.chat_id, self.event.sender.user_id)

    @property
    def asked(self) -> dict[str, Any]:
        """What our open question was about."""
        data: dict[str, Any] = msgspec.json.decode(self.conversation.data) if self.conversation else {}
        return data

    async def later(self, job: str, *, at: datetime, key: str, payload: dict[str, Any] | None = None) -> bool:
        """Run the job at that time, once per key."""
        return await self.unit.jobs.add(job, key=key, due_at=at, payload=msgspec.json.encode(payload or {}).decode())

    def emit(self, fact: Fact) -> None:
        """Tell the other features, within this transaction."""
        self.facts.append(fact)

    async def log(
        self,
        kind: EntryKind,
        *,
        ticket: Ticket | None = None,
        text: str = "",
        data: dict[str, Any] | None = None,
        station_id: int | None = None,
    ) -> int:
        """Write a line of the log every figure is computed from. Its id."""
        if station_id is None:
            station_id = ticket.station_id if ticket else (self.station.id if self.station else None)
        return await self.unit.entries.add(
            kind,
            at=self.now,
            station_id=station_id,
            ticket_id=ticket.id if ticket else None,
            actor_id=self.actor.person.id if self.actor else None,
            text=text,
            data=msgspec.json.encode(data or {}).decode(),
        )


def _address(to: Group | Address) -> Address:
    if isinstance(to, Address):
        return to
    return Address(platform=to.platform, bot=to.bot, chat_id=to.chat_id)
