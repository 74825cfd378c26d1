"""智能机器人 by its last way, the 消息推送 of a group: long texts, and the pace of the key."""

from pathlib import Path
from typing import Any

from bot.adapters.base import Later, Sent
from bot.adapters.wecom_aibot.adapter import build
from bot.adapters.wecom_aibot.events import address
from bot.adapters.wecom_webhook.adapter import build as build_webhook
from storage.engine.base import Engine
from storage.model.messages import Content, Outgoing
from tests.aibot import BOT, STAFF, running
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Fault
from tests.wecom_channels import emulator, kit_for
from tests.wecom_channels import out as out_of


def out(chat: str, text: str, key: str = "k") -> Outgoing:
    return Outgoing(key=key, to=address(BOT, chat), content=Content(text=text))


async def test_a_long_text_by_the_webhook_comes_in_parts_and_none_twice(tmp_path: Path) -> None:
    hook: dict[str, Any] = {"wecom_webhook": {"groups": [{"name": "民警群", "key": "key-1234", "chat": STAFF}]}}
    async with FakeWecom() as fake, running(tmp_path, fake, **hook) as play:
        fake.add_webhook("key-1234", STAFF)
        words = "".join(f"第{n}件：楼上往下扔垃圾，已派民警到场。\n" for n in range(110))
        fake.inject(Fault("slow", "webhook/send"), Fault("errcode", "webhook/send", code=45009))
        assert isinstance(await play.platform.send(out(STAFF, words), ""), Later)
        assert isinstance(await play.platform.send(out(STAFF, words), ""), Sent)
        shown = [s.text for s in fake.seen(STAFF)]
        assert len(shown) == 2
        assert all(len(text.encode()) <= 4096 for text in shown)
        assert "".join(text.rpartition("\n")[0] for text in shown).replace("\n", "") == words.replace("\n", "")
        assert [text.rpartition("\n")[2] for text in shown] == ["(1/2)", "(2/2)"]


async def test_one_key_has_one_pace_whoever_speaks_by_it(tmp_path: Path, engine: Engine) -> None:
    sections: dict[str, Any] = {
        "wecom_aibot": {"mode": "callback", "bot_id": BOT, "token": "t", "aes_key": "a" * 43},
        "wecom_webhook": {"groups": [{"name": "民警群", "key": "KEY-1111-2222", "chat": STAFF}], "per_minute": 3},
    }
    async with emulator() as (fake, clock), kit_for(fake, clock, engine, tmp_path, **sections) as kit:
        webhook, aibot = build_webhook(kit).platform, build(kit).platform
        said = out_of("wecom_webhook", "wecom_webhook", "民警群", "好")
        assert isinstance(await webhook.send(said, ""), Sent)
        for n in range(2):
            assert isinstance(await aibot.send(out(STAFF, "通知", f"k{n}"), ""), Sent)
        for platform, what in ((aibot, out(STAFF, "通知", "k9")), (webhook, said)):
            late = await platform.send(what, "")
            assert isinstance(late, Later)
            assert late.chat_wide
        assert len(fake.state.called("webhook/send")) == 3
        clock.advance(seconds=61)
        assert isinstance(await aibot.send(out(STAFF, "通知", "k9"), ""), Sent)
