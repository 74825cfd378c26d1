"""客户群群发, against the server that keeps its limits. Its member confirms whatever is asked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_customer_group.adapter import CustomerGroupPlatform, build
from storage.model.messages import Envelope
from tests.browser.echo import open_engine
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.residents import GRID, config, kit_of


class CustomerGroupDriver(Driver):
    name = "wecom_customer_group"
    chats = ("wrA",)

    def __init__(self, fake: FakeWecom, adapter: CustomerGroupPlatform) -> None:
        self._fake = fake
        self.platform = adapter

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        async with FakeWecom() as fake, new_session() as session:
            fake.add_customer_group("wrA", "东湾花园业主群", GRID)
            settings = config(folder, fake, "wecom_customer_group")
            adapter = build(kit_of(settings, engine, session), gather=0).platform
            assert isinstance(adapter, CustomerGroupPlatform)
            yield cls(fake, adapter)
        await engine.close()

    def samples(self) -> Sequence[bytes]:
        return [b"", b"{}", b"<xml></xml>"]

    async def envelopes(self) -> Sequence[Envelope]:
        return []

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        for msgid, task in self._fake.customers.tasks.items():
            if not task.sent_at:
                self._fake.customers.confirm(msgid)
        return [Seen(text=shown.text) for shown in self._fake.seen(chat_id, "wecom_customer_group")]

    async def cut_off(self) -> None:
        await self._fake.stop()
