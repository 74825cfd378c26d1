"""The whole story on 智能机器人, on both transports, with a restart in the middle."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.wecom_aibot.adapter import AibotPlatform
from bot.app import build
from bot.config import Settings, load
from tests.aibot import AT, BOT, OWNERS, PLATFORM, STAFF, running, settings
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.server import Mode, Setup

WEBHOOKS = {"key-owners": OWNERS, "key-staff": STAFF}
BY_WEBHOOK: dict[str, Any] = {
    "wecom_webhook": {"groups": [{"name": chat, "key": key, "chat": chat} for key, chat in WEBHOOKS.items()]}
}


async def test_from_the_at_to_satisfied_by_socket_with_a_restart_in_the_middle(
    tmp_path: Path, database_url: str
) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake, url=database_url) as play:
            await fake.say("wang", "你好")
            await fake.say("li", f"{AT}你好", STAFF)
            await play.until(lambda: fake.seen("wang") and fake.seen(STAFF), "talk")
            await fake.say("chen", f"{AT}楼上有人高空抛物，电话13812345678", OWNERS)
            await play.until_text(OWNERS, "已登记为 1 号")
            receipt = fake.seen(OWNERS)[0]
            assert (receipt.kind, receipt.finished) == ("stream", True)
            await play.until_button(STAFF, "接单")
            await play.until_button("wang", "接单")
            assert "5678" not in "".join(play.texts(STAFF) + play.texts(OWNERS))
        async with running(tmp_path, fake, url=database_url) as play:
            card = await play.press("li", STAFF, "接单")
            await play.until(lambda: "接单" not in card.labels, "the card is changed")
            assert len(card.history) == 1
            await play.until_text(OWNERS, "1 号已接单")
            await play.until_text("wang", "1 号已接单")
            await play.press("li", STAFF, "办结")
            await play.until_button(STAFF, "已当面调解")
            await play.press("li", STAFF, "已当面调解")
            await play.until_button(OWNERS, "解决了")
        async with running(tmp_path, fake, url=database_url) as play:
            await play.press("chen", OWNERS, "解决了")
            await play.until_states({"已确认": 1})
        assert fake.state.complaints == []


async def test_the_story_by_callback_with_a_restart_in_the_middle(tmp_path: Path, database_url: str) -> None:
    """Within the request, by the one response_url, and by the groups' webhooks: whatever is open."""
    async with FakeWecom(Setup(mode="callback")) as fake:
        for key, chat in WEBHOOKS.items():
            fake.add_webhook(key, chat)
        async with running(tmp_path, fake, url=database_url, **BY_WEBHOOK) as play:
            assert await fake.doors["aibot"].hello()
            await fake.say("wang", "你好")
            assert [s.kind for s in fake.seen("wang")] == ["stream"]  # said within the request
            await fake.say("li", f"{AT}你好", STAFF)
            await fake.say("chen", f"{AT}楼上有人高空抛物", OWNERS)
            assert "已登记为 1 号" in play.texts(OWNERS)[0]
            await play.until_button("wang", "接单")
            await play.until_text(STAFF, "高空抛物")
            await play.settled()
        async with running(tmp_path, fake, url=database_url, **BY_WEBHOOK) as play:
            card = await play.press("wang", "wang", "接单")
            assert "接单" not in card.labels  # changed within the request
            await play.until_text(OWNERS, "1 号已接单")
            await play.press("wang", "wang", "办结")
            await play.until_button("wang", "已当面调解")
            await play.press("wang", "wang", "已当面调解")
            await play.until_states({"已办结": 1})
            await play.until_text(OWNERS, "已当面调解")
        assert fake.state.complaints == []
        assert max(knock.seconds for knock in fake.doors["aibot"].knocks) < 2.5


@pytest.mark.parametrize("mode", ["socket", "callback"])
async def test_the_program_itself_starts_on_both_transports(tmp_path: Path, database_url: str, mode: Mode) -> None:
    """From config.yaml to a receipt."""
    async with FakeWecom(Setup(mode=mode)) as fake, AsyncExitStack() as stack:
        app = await build(_configured(tmp_path, database_url, fake), stack)
        fake.doors["aibot"].url = f"{app.address}/wecom/aibot"
        running_app = asyncio.create_task(app.run())
        try:
            platform = app.core.platforms[(PLATFORM, BOT)]
            assert isinstance(platform, AibotPlatform)
            await asyncio.wait_for(platform.ready.wait(), 20)
            await fake.say("chen", "楼道里有人打架")
            await fake.until_seen("chen", 1)
            assert fake.state.complaints == []
        finally:
            app.server.should_exit = True
            await asyncio.wait_for(running_app, 20)


def _configured(folder: Path, database_url: str, fake: FakeWecom) -> Settings:
    config = {
        "data_dir": str(folder),
        "station_file": "",
        "database": {"url": database_url},
        "server": {"port": 0},
        "local": {"enabled": False},
        "broadcasts": {"rules": []},
        "wecom": {"base_url": fake.base_url},
        "wecom_aibot": settings(fake).wecom_aibot.model_dump(),
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return load(path, {})
