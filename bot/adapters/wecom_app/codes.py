"""Permissions to change a card: each send and each press brings one, good once within 72 hours (D 94888)."""

from datetime import timedelta

from bot.adapters.wecom.sealing import Seal
from bot.adapters.wecom_app.events import PLATFORM
from bot.clock import Clock
from storage.engine.base import Engine
from storage.model.channels import CardCode
from storage.model.messages import Address, Outgoing
from storage.unit import Unit

GOOD_FOR = timedelta(hours=72)


class Codes:
    """Kept in the database, sealed, so that a restart loses none. All methods raise StoreDownError."""

    def __init__(self, engine: Engine, clock: Clock, bot: str, secret: str) -> None:
        self._engine = engine
        self._clock = clock
        self._bot = bot
        self._seal = Seal(secret)

    async def keep(self, user: str, task: str, code: str, event_id: str = "") -> None:
        """The newest one counts. `event_id`: the press that brought it. If that is stored already, this is a late copy,
        whose code was used, and would take the place of a newer one."""
        until = self._clock.now() + GOOD_FOR
        sealed = self._seal.close(code)
        card = CardCode(platform=PLATFORM, bot=self._bot, chat_id=user, task_id=task, code=sealed, until=until)
        async with self._engine.write() as tx:
            if not event_id or not await Unit(tx).inbox.known(PLATFORM, self._bot, event_id):
                await Unit(tx).channels.put_code(card)

    async def take(self, user: str, task: str) -> str:
        """The code, used up; "" if there is none that may work."""
        now = self._clock.now()
        async with self._engine.write() as tx:
            sealed = await Unit(tx).channels.take_code(PLATFORM, self._bot, user, task, now)
        return self._seal.open(sealed or "") or ""

    async def unmade_edit(self, user: str, task: str) -> Outgoing | None:
        """How the card of that task should look, if that could not be shown when it changed."""
        where = Address(platform=PLATFORM, bot=self._bot, chat_id=user)
        async with self._engine.read() as tx:
            outbox = Unit(tx).outbox
            card = await outbox.by_ref(where, task)
            row = await outbox.unmade_edit(card.out.key) if card is not None else None
        return row.out if row is not None else None
