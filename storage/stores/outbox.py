"""The outbox: everything that has been decided to be said, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from storage.engine.base import Row, Tx
from storage.model.messages import Address, Content, Lane, Outgoing, OutKind, OutRow, OutState, Policy, Role
from storage.stores.codec import from_ms, from_ms_or_none, to_ms, to_ms_or_none

WAITS_FOR_TURN = "waits until they write"

_CONTENT = msgspec.json.Decoder(Content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A row whose turn may have come. `target_state` is that of the message an edit wants to change."""

    row: OutRow
    target_state: OutState | None
    superseded: bool


def _out(row: Row) -> OutRow:
    return OutRow(
        id=row["id"],
        out=Outgoing(
            key=row["key"],
            to=Address(platform=row["platform"], bot=row["bot"], chat_id=row["chat_id"], thread=row["thread"]),
            content=_CONTENT.decode(row["content"]),
            lane=Lane(row["lane"]),
            policy=Policy(row["policy"]),
            kind=OutKind(row["kind"]),
            role=Role(row["role"]),
            target=row["target"],
            ticket_id=row["ticket_id"],
            broadcast_id=row["broadcast_id"],
            due_at=from_ms(row["due_at"]),
            expires_at=from_ms_or_none(row["expires_at"]),
            inbox_id=row["inbox_id"],
        ),
        state=OutState(row["state"]),
        created_at=from_ms(row["created_at"]),
        attempts=row["attempts"],
        message_ref=row["message_ref"],
        error=row["error"],
        sent_at=from_ms_or_none(row["sent_at"]),
        maybe_copy=bool(row["maybe_copy"]),
    )


def _ready(row: Row) -> Ready:
    out = _out(row)
    if row["target_ref"]:
        out = replace(out, target_ref=row["target_ref"])
    state = OutState(row["target_state"]) if row["target_state"] else None
    return Ready(row=out, target_state=state, superseded=bool(row["superseded"]))


class Outbox:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, out: Outgoing, at: datetime) -> bool:
        """Queue it. False if its key is known: it was queued before."""
        chat_key = f"{out.to.platform}:press:{out.target}" if out.kind is OutKind.ANSWER else out.to.key
        now = to_ms(at)
        row = await self._tx.one(
            "outbox_add",
            key=out.key,
            platform=out.to.platform,
            bot=out.to.bot,
            chat_id=out.to.chat_id,
            thread=out.to.thread,
            chat_key=chat_key,
            lane=int(out.lane),
            policy=out.policy,
            kind=out.kind,
            role=out.role,
            target=out.target,
            content=msgspec.json.encode(out.content).decode(),
            ticket_id=out.ticket_id,
            broadcast_id=out.broadcast_id,
            at=now,
            due_at=to_ms(out.due_at) if out.due_at else now,
            expires_at=to_ms_or_none(out.expires_at),
            inbox_id=out.inbox_id,
        )
        return row is not None

    async def ready(self, platform: str, bot: str, now: datetime, *, limit: int) -> list[Ready]:
        """Due rows of one bot's chats with nothing in flight, most urgent lane first, oldest first."""
        rows = await self._tx.rows("outbox_ready", platform=platform, bot=bot, now=to_ms(now), limit=limit)
        return [_ready(row) for row in rows]

    async def lease(self, row_id: int, *, owner: str, until: datetime) -> bool:
        """Take it for sending. False if it is taken, its chat has a send in flight, or earlier words wait there.

        Refused, it waits with those of its chat: limits hold back what is queued, not what comes later.
        """
        if await self._tx.one("outbox_lease", id=row_id, owner=owner, until=to_ms(until)) is not None:
            return True
        await self._tx.one("outbox_queue", id=row_id)
        return False

    async def renew(self, *, owner: str, until: datetime) -> None:
        """This owner lives and is still sending."""
        await self._tx.one("outbox_renew", owner=owner, until=to_ms(until))

    async def sent(self, row_id: int, *, owner: str, message_ref: str, at: datetime, messages: int = 1) -> None:
        """`messages`: so many it was for the platform's limits."""
        await self._tx.one(
            "outbox_sent", id=row_id, owner=owner, message_ref=message_ref, at=to_ms(at), messages=messages
        )

    async def later(self, row_id: int, *, owner: str, due_at: datetime, error: str, copy: bool) -> None:
        """Try again then. `copy`: this time it may already have arrived."""
        await self._tx.one("outbox_later", id=row_id, owner=owner, due_at=to_ms(due_at), error=error, copy=int(copy))

    async def end(self, row_id: int, state: OutState, error: str = "") -> None:
        await self._tx.one("outbox_end", id=row_id, state=state, error=error)

    async def said_with(self, row_id: int, carrier: int) -> None:
        """Its words leave in another message."""
        await self.end(row_id, OutState.OBSOLETE, f"said with {carrier}")

    async def undeliver_with(self, carrier: OutRow) -> list[int]:
        """What was said with it did not arrive either; the rows of which that was not known."""
        rows = await self._tx.rows(
            "outbox_undeliver_with",
            chat_key=carrier.out.to.key,
            said=f"said with {carrier.id}",
            error=f"not delivered with {carrier.id}",
        )
        return [row["id"] for row in rows]

    async def undeliver(self, row_id: int, error: str) -> bool:
        """It was sent, and did not arrive. False if it was not sent, or that is known."""
        return await self._tx.one("outbox_undeliver", id=row_id, error=error) is not None

    async def hold_chat(self, chat_key: str, until: datetime, *, min_lane: Lane = Lane.EMERGENCY) -> None:
        """Nothing of `min_lane` or less urgent leaves for this chat before `until`."""
        await self._tx.one("outbox_hold_chat", chat_key=chat_key, until=to_ms(until), min_lane=int(min_lane))

    async def said(self, chat_key: str, since: datetime) -> tuple[int, datetime | None]:
        """(how many messages and edits left for that chat after `since`, when the first of them did)."""
        row = await self._tx.one("outbox_said", chat_key=chat_key, since=to_ms(since))
        return (row["n"], from_ms_or_none(row["oldest"])) if row else (0, None)

    async def coming(self, chat_key: str) -> int:
        """How many messages are on their way to that chat."""
        row = await self._tx.one("outbox_coming", chat_key=chat_key)
        return int(row["n"]) if row else 0

    async def together(self, chat_key: str, lane: Lane, now: datetime, limit: int) -> list[OutRow]:
        """What that chat is to be told now, or as soon as its person writes, and was never tried; oldest first."""
        why = WAITS_FOR_TURN
        found = await self._tx.rows(
            "outbox_together", chat_key=chat_key, lane=int(lane), now=to_ms(now), why=why, limit=limit
        )
        return [_out(row) for row in found]

    async def reword(self, row: OutRow, now: datetime) -> None:
        """Its content becomes that of `row`, and it is due; only if it was never tried."""
        content = msgspec.json.encode(row.out.content).decode()
        await self._tx.one("outbox_reword", id=row.id, content=content, due_at=to_ms(now))

    async def shown(self, chat_key: str, since: datetime, limit: int) -> list[OutRow]:
        """What that chat was shown after `since`, newest first."""
        rows = await self._tx.rows("outbox_shown", chat_key=chat_key, since=to_ms(since), limit=limit)
        return [_out(row) for row in rows]

    async def hold_turn(self, chat_key: str, until: datetime) -> None:
        """Nothing leaves for this chat before `until`, or before its person writes again."""
        await self._tx.one("outbox_hold_turn", chat_key=chat_key, until=to_ms(until), why=WAITS_FOR_TURN)

    async def release_turn(self, chat_key: str, now: datetime) -> None:
        """They wrote: what waited for it goes."""
        await self._tx.one("outbox_release_turn", chat_key=chat_key, now=to_ms(now), why=WAITS_FOR_TURN)

    async def last_brief(self, target: str) -> OutRow | None:
        """What was last shown of the message of key `target` since it was sent: a change, or a short line instead."""
        row = await self._tx.one("outbox_last_brief", target=target)
        return _out(row) if row else None

    async def unmade_edit(self, target: str) -> OutRow | None:
        """The newest change of the message of key `target`, if it could not be shown; None if it was."""
        row = await self._tx.one("outbox_unmade_edit", target=target)
        return _out(row) if row else None

    async def postpone(self, row_id: int, until: datetime) -> None:
        await self._tx.one("outbox_postpone", id=row_id, until=to_ms(until))

    async def recover(self, now: datetime, *, lapsed: datetime) -> None:
        """Rows whose lease ran out before `lapsed`: notices go again at once, broadcasts become uncertain."""
        await self._tx.one("outbox_recover_uncertain", lapsed=to_ms(lapsed))
        await self._tx.one("outbox_recover_repeat", now=to_ms(now), lapsed=to_ms(lapsed))

    async def next_due(self) -> datetime | None:
        row = await self._tx.one("outbox_next_due")
        return from_ms_or_none(row["due_at"]) if row else None

    async def get(self, row_id: int) -> OutRow | None:
        row = await self._tx.one("outbox_get", id=row_id)
        return _out(row) if row else None

    async def by_key(self, key: str) -> OutRow | None:
        row = await self._tx.one("outbox_by_key", key=key)
        return _out(row) if row else None

    async def by_ref(self, at: Address, message_ref: str) -> OutRow | None:
        """Our own message, by the platform's id."""
        row = await self._tx.one("outbox_by_ref", platform=at.platform, chat_id=at.chat_id, message_ref=message_ref)
        return _out(row) if row else None

    async def of_ticket(self, ticket_id: int, role: Role) -> list[OutRow]:
        return [_out(row) for row in await self._tx.rows("outbox_of_ticket", ticket_id=ticket_id, role=role)]

    async def cancel_broadcast(self, broadcast_id: int) -> int:
        """Stop what has not left; how many groups it will not reach."""
        return len(await self._tx.rows("outbox_cancel_broadcast", broadcast_id=broadcast_id))

    async def chat_moved(self, platform: str, chat_id: str, new_id: str) -> None:
        """Everything follows. Message ids of the old chat mean nothing, or something else, in the new one."""
        await self._tx.one(
            "outbox_chat_moved",
            platform=platform,
            chat_id=chat_id,
            new_id=new_id,
            new_key=f"{platform}:{new_id}",
        )

    async def dead(self, limit: int = 100) -> list[OutRow]:
        return [_out(row) for row in await self._tx.rows("outbox_dead", limit=limit)]

    async def replay(self, row_id: int, now: datetime) -> bool:
        return await self._tx.one("outbox_replay", id=row_id, now=to_ms(now)) is not None

    async def counts(self) -> dict[str, tuple[int, datetime]]:
        """state → (how many, the longest due)."""
        return {r["state"]: (r["n"], from_ms(r["oldest"])) for r in await self._tx.rows("outbox_counts")}

    async def prune(self, before: datetime) -> None:
        await self._tx.one("outbox_prune", before=to_ms(before))
