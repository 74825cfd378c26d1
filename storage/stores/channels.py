"""What channels must remember. Values that open a door (response_url, response_code) arrive here sealed."""

from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.channels import CardCode, Cursor, PushState, PushTask, ReplyRoute
from storage.stores.codec import from_ms, from_ms_or_none, to_ms


def _route(row: Row) -> ReplyRoute:
    return ReplyRoute(
        platform=row["platform"],
        bot=row["bot"],
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        at=from_ms(row["at"]),
        req_id=row["req_id"],
        stream_id=row["stream_id"],
        response_url=row["response_url"],
        used_at=from_ms_or_none(row["used_at"]),
    )


def _task(row: Row) -> PushTask:
    return PushTask(
        id=row["id"],
        broadcast_id=row["broadcast_id"],
        platform=row["platform"],
        bot=row["bot"],
        chat_id=row["chat_id"],
        sender=row["sender"],
        msgid=row["msgid"],
        state=PushState(row["state"]),
        at=from_ms(row["at"]),
        reminded=row["reminded"],
        reminded_at=from_ms_or_none(row["reminded_at"]),
    )


class Channels:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # ── who spoke last when, and how far was read ──────────────────────────
    async def spoke(self, platform: str, chat_id: str, at: datetime) -> None:
        """Somebody spoke to us there. An earlier moment than the known one changes nothing."""
        await self._tx.one("turn_put", platform=platform, chat_id=chat_id, at=to_ms(at))

    async def last_spoke(self, platform: str, chat_id: str) -> datetime | None:
        row = await self._tx.one("turn_get", platform=platform, chat_id=chat_id)
        return from_ms(row["last_in_at"]) if row else None

    async def came_from(self, platform: str, chat_id: str, group_id: int) -> None:
        """Its person came by the QR code of that group. The newest counts."""
        await self._tx.one("origin_put", platform=platform, chat_id=chat_id, group_id=group_id)

    async def origin(self, platform: str, chat_id: str) -> int | None:
        row = await self._tx.one("origin_get", platform=platform, chat_id=chat_id)
        return row["group_id"] if row else None

    async def read_to(self, cursor: Cursor) -> None:
        """So far was read; somebody who moved it first has read on from there."""
        where = {"platform": cursor.platform, "bot": cursor.bot, "name": cursor.name, "value": cursor.value}
        if cursor.before is None:
            await self._tx.one("cursor_put", **where)
        else:
            await self._tx.one("cursor_move", **where, before=cursor.before)

    async def cursor(self, platform: str, bot: str, name: str) -> str:
        """How far was read; "" at the beginning."""
        row = await self._tx.one("cursor_get", platform=platform, bot=bot, name=name)
        return row["value"] if row else ""

    # ── ways to answer later ───────────────────────────────────────────────
    async def put_route(self, route: ReplyRoute) -> None:
        """Keep it. What was used stays used, however often its message is delivered."""
        await self._tx.one(
            "route_put",
            platform=route.platform,
            bot=route.bot,
            chat_id=route.chat_id,
            message_id=route.message_id,
            req_id=route.req_id,
            stream_id=route.stream_id,
            response_url=route.response_url,
            at=to_ms(route.at),
        )

    async def route(self, platform: str, bot: str, chat_id: str, message_id: str) -> ReplyRoute | None:
        row = await self._tx.one("route_get", platform=platform, bot=bot, chat_id=chat_id, message_id=message_id)
        return _route(row) if row else None

    async def latest_route(self, platform: str, bot: str, chat_id: str, since: datetime) -> ReplyRoute | None:
        """The newest unused way into that chat, not older than `since`."""
        row = await self._tx.one("route_latest", platform=platform, bot=bot, chat_id=chat_id, since=to_ms(since))
        return _route(row) if row else None

    async def take_route(
        self, platform: str, bot: str, chat_id: str, message_id: str, at: datetime, stream_id: str = ""
    ) -> ReplyRoute | None:
        """Use it up. None if somebody did before: it works only once, but for the same stream as often as need be."""
        row = await self._tx.one(
            "route_take",
            platform=platform,
            bot=bot,
            chat_id=chat_id,
            message_id=message_id,
            at=to_ms(at),
            stream_id=stream_id,
        )
        return _route(row) if row else None

    # ── permissions to change a card ───────────────────────────────────────
    async def put_code(self, code: CardCode) -> None:
        """The newest one counts."""
        await self._tx.one(
            "code_put",
            platform=code.platform,
            bot=code.bot,
            chat_id=code.chat_id,
            task_id=code.task_id,
            code=code.code,
            until=to_ms(code.until),
        )

    async def take_code(self, platform: str, bot: str, chat_id: str, task_id: str, now: datetime) -> str | None:
        """Use it up. None if there is none, it is too old, or somebody used it."""
        row = await self._tx.one(
            "code_take", platform=platform, bot=bot, chat_id=chat_id, task_id=task_id, now=to_ms(now)
        )
        return row["code"] if row else None

    # ── pushes a person confirms ───────────────────────────────────────────
    async def add_push(
        self, broadcast_id: int, platform: str, bot: str, chat_id: str, *, sender: str, msgid: str, at: datetime
    ) -> bool:
        """A task was made. False if it is known."""
        row = await self._tx.one(
            "push_add",
            broadcast_id=broadcast_id,
            platform=platform,
            bot=bot,
            chat_id=chat_id,
            sender=sender,
            msgid=msgid,
            state=PushState.CREATED,
            at=to_ms(at),
        )
        return row is not None

    async def open_pushes(self, platform: str, bot: str, limit: int = 1000) -> list[PushTask]:
        """Those neither delivered nor expired, oldest first."""
        return [_task(r) for r in await self._tx.rows("push_open", platform=platform, bot=bot, limit=limit)]

    async def pushes(self, broadcast_id: int) -> list[PushTask]:
        return [_task(row) for row in await self._tx.rows("push_of_broadcast", broadcast_id=broadcast_id)]

    async def move_push(self, task: PushTask, state: PushState) -> bool:
        """False if somebody moved it before."""
        return await self._tx.one("push_move", id=task.id, start=task.state, state=state) is not None

    async def remind_push(self, task: PushTask, at: datetime) -> bool:
        """Count one reminder. False if somebody else did, or nothing waits any more."""
        return await self._tx.one("push_remind", id=task.id, reminded=task.reminded, at=to_ms(at)) is not None

    async def pushes_since(self, platform: str, chat_id: str, since: datetime) -> int:
        """How many tasks that chat had or still may get."""
        row = await self._tx.one("push_month", platform=platform, chat_id=chat_id, since=to_ms(since))
        return row["n"] if row else 0

    async def prune(self, before: datetime) -> None:
        """Forget ways nobody can use any more."""
        await self._tx.one("route_prune", before=to_ms(before))
        await self._tx.one("code_prune", before=to_ms(before))
