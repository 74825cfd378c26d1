"""A 公众号, against the server that keeps its limits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.wechat_official.adapter import OfficialPlatform, build
from bot.adapters.wechat_official.parse import chat_key, event_id, fields_of
from bot.adapters.wecom.api import new_session
from storage.model.messages import Envelope
from tests.browser.echo import open_engine
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.crypt import Json, write_xml
from tests.fake_wecom.official import Rules
from tests.residents import config, kit_of

CHEN = "oChen"


class OfficialDriver(Driver):
    name = "wechat_official"
    chats = (CHEN,)

    def __init__(self, fake: FakeWecom, adapter: OfficialPlatform) -> None:
        self._fake = fake
        self.platform = adapter

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        async with FakeWecom() as fake, new_session() as session:
            fake.official.rules = Rules(per_turn=10_000)
            adapter = build(kit_of(config(folder, fake, "wechat_official"), engine, session)).platform
            assert isinstance(adapter, OfficialPlatform)
            fake.doors["official"].url, fake.doors["official"].tries = "http://127.0.0.1:9/", 1
            await fake.official.say(CHEN, "楼上扔垃圾")
            yield cls(fake, adapter)
        await engine.close()

    def samples(self) -> Sequence[bytes]:
        place: Json = {"Location_X": "30.2", "Location_Y": "120.1", "Label": "东湾花园"}
        told: list[Json] = [
            {"MsgType": "text", "Content": "楼上扔垃圾", "MsgId": 1},
            {"MsgType": "image", "PicUrl": "https://example.cn/1", "MediaId": "M1", "MsgId": 2},
            {"MsgType": "voice", "MediaId": "M2", "Recognition": "有人打架", "MsgId": 3},
            {"MsgType": "location", "MsgId": 4, **place},
            {"MsgType": "link", "Title": "网页", "Url": "https://example.cn", "MsgId": 5},
            {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_g1"},
            {"MsgType": "event", "Event": "SCAN", "EventKey": "g1"},
            {"MsgType": "event", "Event": "CLICK", "EventKey": "我的"},
            {"MsgType": "event", "Event": "CLICK", "EventKey": "V1001_OF_SOMEBODY_ELSE"},
            {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""},
        ]
        head = {"ToUserName": "gh_pingan", "FromUserName": CHEN, "CreateTime": 1_700_000_000}
        return [write_xml(head | what).encode() for what in told]

    async def envelopes(self) -> Sequence[Envelope]:
        return [_envelope(body, self.platform.bot) for body in self.samples()]

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        shown = self._fake.seen(chat_id, "wechat_official")
        return [Seen(text=s.text, picture=s.kind == "image") for s in shown]

    async def cut_off(self) -> None:
        await self._fake.stop()


def _envelope(body: bytes, bot: str) -> Envelope:
    fields = fields_of(body)
    return Envelope(
        platform="wechat_official", bot=bot, event_id=event_id(fields), chat_key=chat_key(fields), body=body
    )
