"""Ways to answer one message later, each good once: kept in the database, so that a restart spends none twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.adapters.wecom.sealing import Seal
from bot.adapters.wecom_aibot.events import PLATFORM, address
from storage.engine.base import Engine
from storage.model.channels import Cursor, ReplyRoute
from storage.model.messages import OutRow
from storage.unit import Unit

URL_LASTS = timedelta(minutes=55)
"""A response_url is good for an hour (D 101138)."""

OTHER_NAME = "other_name"
"""The name under which the database keeps with which names the bot was set up when people called it by another."""

LOOK_BACK = timedelta(days=3)
LOOK_AT = 40


class Ways:
    """All methods raise StoreDownError. `stream_lasts`: how long a message may be answered by its req_id."""

    def __init__(self, engine: Engine, bot: str, secret: str, stream_lasts: timedelta) -> None:
        self._engine = engine
        self._bot = bot
        self._seal = Seal(secret)
        self._stream_lasts = stream_lasts

    def route(self, chat_id: str, message_id: str, at: datetime, *, req_id: str, url: str) -> ReplyRoute:
        """Pure. The address is sealed from here on."""
        return ReplyRoute(
            platform=PLATFORM,
            bot=self._bot,
            chat_id=chat_id,
            message_id=message_id,
            at=at,
            req_id=req_id,
            response_url=self._seal.close(url),
        )

    async def keep(self, routes: Sequence[ReplyRoute]) -> None:
        async with self._engine.write() as tx:
            for route in routes:
                await Unit(tx).channels.put_route(route)

    async def take(self, chat_id: str, message_id: str, now: datetime, stream_id: str = "") -> ReplyRoute | None:
        """The way to answer that message, or with "" the newest into that chat; used up, its address open.

        `used_at` is set if this very stream was tried before, and may have arrived: before a crash, perhaps.
        """
        async with self._engine.write() as tx:
            channels = Unit(tx).channels
            if not message_id:
                newest = await channels.latest_route(PLATFORM, self._bot, chat_id, now - URL_LASTS)
                message_id = newest.message_id if newest is not None else ""
            known = await channels.route(PLATFORM, self._bot, chat_id, message_id) if message_id else None
            if known is None or known.at + (URL_LASTS if known.response_url else self._stream_lasts) <= now:
                return None
            taken = await channels.take_route(PLATFORM, self._bot, chat_id, message_id, now, stream_id)
        if taken is None:
            return None
        return replace(taken, response_url=self._seal.open(taken.response_url) or "", used_at=known.used_at)

    async def called_otherwise(self, names: Sequence[str]) -> None:
        """For who looks from outside: in some group the bot has none of these names."""
        async with self._engine.write() as tx:
            mark = Cursor(platform=PLATFORM, bot=self._bot, name=OTHER_NAME, value="|".join(names))
            await Unit(tx).channels.read_to(mark)

    async def ours(self, chat_key: str, now: datetime) -> list[OutRow]:
        """What we said in that chat lately, newest first."""
        async with self._engine.read() as tx:
            return await Unit(tx).outbox.shown(chat_key, now - LOOK_BACK, LOOK_AT)

    async def unmade_edit(self, chat_id: str, task: str) -> OutRow | None:
        """How the card of that task should look, if that could not be shown when it changed."""
        async with self._engine.read() as tx:
            outbox = Unit(tx).outbox
            card = await outbox.by_ref(address(self._bot, chat_id), task)
            return await outbox.unmade_edit(card.out.key) if card is not None else None
