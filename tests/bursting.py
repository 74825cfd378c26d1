"""A world whose groups have a prefilter: only what it hears reaches the bot, as on a real platform."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.ring import Line, Ring, leaned_on
from handlers.kit.mentions import has_at
from handlers.understanding.reference import is_bare, refers_back
from storage.model.messages import Envelope, Inbound
from storage.unit import Unit
from tests.harness import Someone, World


@dataclass
class Ears:
    """What an adapter's prefilter does, on events of the test platform."""

    world: World
    ring: Ring = field(default_factory=Ring)
    heard: list[str] = field(default_factory=list)

    async def take(self, event: Inbound, *, settle: bool = True) -> None:
        """Deliver `event` as a platform does, or keep it in the ring."""
        hearing, key, who = self.world.core.hearing, event.chat.address.key, event.sender.user_id
        body, at = msgspec.json.encode(event), event.at.timestamp()
        called = event.addressed or hearing.calls_us(key, event.text)
        staff = f"{event.platform}:{who}" in hearing.staff_accounts
        earlier: tuple[bytes, ...] = ()
        if event.chat.private or called or hearing.belongs(key, event.message_id, event.album):
            if called and not event.chat.private and not staff:
                earlier = self._called(event)
        elif event.reply_to or not hearing.goes_on(key, who, at, event.text):
            self.ring.keep(body)
            return
        self.heard.append(event.text)
        hearing.took(key, event.message_id, event.album)
        envelope = Envelope(
            platform=event.platform,
            bot=event.bot,
            event_id=event.event_id,
            chat_key=key,
            body=body,
            earlier=earlier,
        )
        await self.world.core.inbox.accept([envelope])
        if settle:
            await self.world.settle()

    def _called(self, event: Inbound) -> tuple[bytes, ...]:
        hearing = self.world.core.hearing
        said = hearing.vocabulary.strip(event.text)
        bare = is_bare(said) and not event.attachments and not event.reply_to
        at = event.at.timestamp()
        hearing.called(event.chat.address.key, event.sender.user_id, at, bare=bare)
        how = refers_back(said) if not event.reply_to else None
        lines = leaned_on(self._own(event), at, how, hearing.gap) if how is not None else []
        return tuple(line.body for line in lines)

    def _own(self, call: Inbound) -> Iterator[Line]:
        for body in self.ring.newest(call.sender.user_id.encode()):
            event = msgspec.json.decode(body, type=Inbound)
            if (event.chat, event.sender.user_id) == (call.chat, call.sender.user_id):
                yield Line(
                    body=body,
                    at=event.at.timestamp(),
                    text=event.text,
                    message_id=event.message_id,
                    album=event.album,
                    aside=has_at(event.text) or bool(event.reply_to),
                )


def someone(world: World, name: str, group: str = "g1") -> Someone:
    return Someone(world, f"u{name}", name, group)


async def said(ears: Ears, who: Someone, text: str, *, settle: bool = True, to: str = "", **more: Any) -> Inbound:
    """`who` writes now, in the own group unless `to` says another chat."""
    chat = to or who.group
    replied = more.get("reply_to", "")
    to_us = chat.startswith("p:") or any(s.ref == replied for s in ears.world.chat(chat))
    event = ears.world.message(who, text, chat, **{"addressed": to_us, **more})
    await ears.take(event, settle=settle)
    return event


async def after(world: World, seconds: float) -> None:
    """So many seconds after the last thing that happened."""
    world.clock.advance(seconds=seconds)


async def grouping(world: World) -> list[list[str]]:
    """The message ids of every ticket, in order of their numbers; within a ticket as they were sent."""
    found: dict[int, list[str]] = {}
    async with world.engine.read() as tx:
        for row in await tx.rows("ticket_message_recent", limit=10_000):
            ticket = await Unit(tx).tickets.by_message(row["platform"], row["chat_id"], row["message_id"])
            assert ticket is not None
            found.setdefault(ticket.number, []).append(row["message_id"])
    return [sorted(found[number], key=lambda m: int(m[1:])) for number in sorted(found)]


def whole_database(world: World) -> str:
    """Everything that stands in any table, as one text (SQLite)."""
    parts: list[str] = []
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                parts += [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row]
    return "\n".join(parts)
