"""微信客服, against the server that keeps its limits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_kf.adapter import KfPlatform, build
from bot.adapters.wecom_kf.pulling import envelopes_of
from storage.model.messages import Envelope
from tests.browser.echo import open_engine
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.kf import Rules
from tests.residents import config, kit_of

CHEN = "wmChen"


class KfDriver(Driver):
    name = "wecom_kf"
    chats = (CHEN,)

    def __init__(self, fake: FakeWecom, adapter: KfPlatform) -> None:
        self._fake = fake
        self.platform = adapter

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        async with FakeWecom() as fake, new_session() as session:
            fake.kf.rules = Rules(per_turn=10_000)
            adapter = build(kit_of(config(folder, fake, "wecom_kf"), engine, session)).platform
            assert isinstance(adapter, KfPlatform)
            fake.kf.menus[f"k{'0' * 24}:claim:1"] = "接单"
            await fake.kf.say(CHEN, "楼上扔垃圾", notify=False)
            await fake.kf.say(CHEN, media="MEDIA1", notify=False)
            await fake.kf.say(CHEN, "接单", menu_id=f"k{'0' * 24}:claim:1", notify=False)
            fake.doors["kf"].tries = 0
            yield cls(fake, adapter)
        await engine.close()

    def samples(self) -> Sequence[bytes]:
        head = {"msgid": "kf9", "send_time": 1_700_000_000, "external_userid": CHEN, "origin": 3}
        more = [
            head | {"msgtype": "location", "location": {"latitude": 30.2, "longitude": 120.1, "name": "东湾花园"}},
            head | {"msgtype": "link", "link": {"title": "网页", "url": "https://example.cn"}},
            head | {"msgtype": "business_card", "business_card": {"userid": "x"}},
            head | {"origin": 5, "msgtype": "text", "text": {"content": "同事说的"}},
            {
                "msgid": "kf10",
                "send_time": 1_700_000_000,
                "origin": 4,
                "msgtype": "event",
                "event": {
                    "event_type": "enter_session",
                    "external_userid": CHEN,
                    "scene_param": "g1",
                    "welcome_code": "WC",
                },
            },
        ]
        return [msgspec.json.encode(row) for row in [*self._fake.kf.log, *more]]

    async def envelopes(self) -> Sequence[Envelope]:
        return list(envelopes_of(self._fake.kf.log, self.platform.bot))

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        shown = self._fake.seen(chat_id, "wecom_kf")
        return [Seen(text=s.text, labels=_labels(s.body), picture=s.kind == "image") for s in shown]

    async def cut_off(self) -> None:
        await self._fake.stop()


def _labels(body: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> tuple[str, ...]:
    return tuple(entry["click"]["content"] for entry in body.get("msgmenu", {}).get("list", []))
