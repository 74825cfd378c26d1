"""One ticket claimed on several platforms at once: the real program, its real adapters, servers that behave as theirs.

王建国 presses in the officers' group on Telegram, 李强 in that of 企业微信, 孙伟 on his own card of 自建应用.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.wecom_aibot.adapter import AibotPlatform
from bot.app import App, build
from bot.config import Settings, load
from storage.model.tickets import EntryKind
from storage.model.tickets import State as TicketState
from storage.unit import Unit
from tests.aibot import AT, BOT, STAFF
from tests.fake_telegram import FakeTelegram, Json
from tests.fake_telegram import State as Chats
from tests.fake_telegram.make import group, user
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.aibot import Rules
from tests.fake_wecom.server import Setup
from tests.fake_wecom.state import Shown
from tests.soak.kit import say

ROUNDS = 10
SECONDS = 1.0
"""So soon after the presses every card must be true."""

STATION = """
station: {code: dongwan, name: 东湾派出所, tz: Asia/Shanghai}
people:
  - {name: 王建国, code: wang, role: 民警, accounts: {telegram: 7}}
  - {name: 李强, code: li, role: 民警, accounts: {wecom_aibot: li}}
  - {name: 孙伟, code: sun, role: 民警, accounts: {wecom_app: sun}}
areas:
  - {name: 东湾片区, officer: 孙伟}
groups:
  - {platform: telegram, chat: -1001, title: 业主群, kind: 业主, area: 东湾片区}
  - {platform: telegram, chat: -1009, title: 民警群, kind: 民警}
  - {platform: wecom_aibot, chat: wrStaff, title: 民警群, kind: 民警}
shifts:
  - {who: 孙伟, duty: 值班民警, days: 每天, from: "00:00", to: "24:00"}
"""
OWNERS, OFFICERS = group(-1001, "业主群"), group(-1009, "民警群")
NAMES = {"telegram": "王建国", "wecom_aibot": "李强", "wecom_app": "孙伟"}
CLAIM = "接单"


@dataclass
class Cards:
    """The three cards of one ticket."""

    telegram: Json
    aibot: Shown
    app: Shown


@dataclass
class Play:
    telegram: FakeTelegram
    wecom: FakeWecom
    app: App
    chance: random.Random = field(default_factory=lambda: random.Random(20_261_122))

    async def until(self, holds: Callable[[], Any], what: str, seconds: float = 15) -> float:
        """How long it took."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while not holds():
            assert loop.time() - begun < seconds, f"not within {seconds} s: {what}"
            await asyncio.sleep(0.005)
        return loop.time() - begun

    async def report(self, number: int) -> Cards:
        """Somebody new tells of something new in the residents' group; returns once all three have their card."""
        where = f"{number}栋楼道里堆了杂物"
        self.telegram.push(self.telegram.make.text(OWNERS, user(1000 + number, f"居民{number}"), f"@民警 {where}"))
        found: list[Any] = []

        def there() -> bool:
            told = (self._telegram_card(where), self._wecom_card(STAFF, where), self._wecom_card("sun", where))
            found[:] = [card for card in told if card is not None]
            return len(found) == len(told)

        await self.until(there, f"three cards of {where}")
        return Cards(*found)

    def _telegram_card(self, where: str) -> Json | None:
        room = self.telegram.state.find(OFFICERS["id"])
        for number, shown in reversed(room.ours.items()):
            if where in shown.get("text", "") and CLAIM in _labels(shown):
                return {"message_id": number, "chat": OFFICERS, "date": 1_790_000_000, "text": shown["text"]}
        return None

    def _wecom_card(self, chat: str, where: str) -> Shown | None:
        cards = (s for s in reversed(self.wecom.seen(chat)) if CLAIM in s.labels)
        return next((s for s in cards if where in json.dumps(s.card, ensure_ascii=False)), None)

    async def press(self, platform: str, cards: Cards) -> None:
        """What a phone shows may be older than what the server knows: then it is pressed all the same."""
        buttons = [button for row in _rows(self.telegram_shows(cards)) for button in row]
        await asyncio.sleep(self.chance.random() * 0.03)
        if platform == "telegram":
            data = next(button["callback_data"] for button in buttons if button["text"] == CLAIM)
            self.telegram.push(self.telegram.make.press(user(7, "老王"), cards.telegram, data))
        elif platform == "wecom_aibot":
            await _click(self.wecom.click, "li", cards.aibot)
        else:
            await _click(self.wecom.app.click, "sun", cards.app)

    def telegram_shows(self, cards: Cards) -> Json:
        shown: Json = self.telegram.state.find(OFFICERS["id"]).ours[cards.telegram["message_id"]]
        return shown

    def true(self, cards: Cards, name: str) -> bool:
        """Do all three say that this officer has it, and offer it to nobody?"""
        shows = self.telegram_shows(cards)
        texts = (shows["text"], json.dumps(cards.aibot.card, ensure_ascii=False), cards.app.text)
        buttons = (_labels(shows), cards.aibot.labels, cards.app.labels)
        return all(name in text for text in texts) and not any(CLAIM in labels for labels in buttons)

    async def until_true(self, cards: Cards, names: list[str]) -> float:
        return await self.until(lambda: any(self.true(cards, name) for name in names), "every card is true", SECONDS)

    async def winner(self, number: int) -> str:
        """Who has it, by what is stored: it was claimed once."""
        async with self.app.core.engine.read() as tx:
            unit = Unit(tx)
            [station] = await unit.stations.all()
            ticket = await unit.tickets.by_number(station.id, number)
            assert ticket is not None
            assert ticket.assignee_id is not None
            assert ticket.state is TicketState.CLAIMED
            kinds = Counter(entry.kind for entry in await unit.entries.of_ticket(ticket.id))
            assert kinds[EntryKind.CLAIMED] == 1
            person = await unit.people.get(ticket.assignee_id)
        assert person is not None
        return person.name


async def _click(click: Callable[..., Awaitable[str]], who: str, shown: Shown) -> None:
    card = shown.body["template_card"]
    key = next(button["key"] for button in card["button_list"] if button["text"] == CLAIM)
    await click(who, card["task_id"], key, stale=True)


def _rows(shown: Json) -> list[list[Json]]:
    rows: list[list[Json]] = (shown.get("reply_markup") or {}).get("inline_keyboard", [])
    return rows


def _labels(shown: Json) -> list[str]:
    return [button["text"] for row in _rows(shown) for button in row]


def _settings(folder: Path, database_url: str, telegram: FakeTelegram, wecom: FakeWecom) -> Settings:
    """The platforms' limits are not what is raced against."""
    (folder / "station.yaml").write_text(STATION, encoding="utf-8")
    kit = wecom.setup
    plenty = {"per_second": 1000, "per_chat_second": 1000, "per_group_minute": 10_000}
    keys = {"token": kit.token, "aes_key": kit.aes_key, "per_minute": 1000}
    config = {
        "data_dir": str(folder),
        "station_file": str(folder / "station.yaml"),
        "database": {"url": database_url},
        "server": {"port": 0},
        "local": {"enabled": False},
        "broadcasts": {"rules": []},
        "telegram": {"token": telegram.token, "base_url": telegram.base_url, "poll_seconds": 1, **plenty},
        "wecom": {"corp_id": kit.corp_id, "base_url": wecom.base_url},
        "wecom_aibot": {"bot_id": BOT, "secret": kit.bot.secret, "url": wecom.ws_url, "per_minute": 1000},
        "wecom_app": {"agent_id": kit.agent_id, "secret": kit.app_secret, **keys},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return load(path, {})


@asynccontextmanager
async def running(folder: Path, database_url: str) -> AsyncIterator[Play]:
    async with (
        FakeTelegram(Chats(reads_all=True)) as telegram,
        FakeWecom(Setup(rules=Rules(per_minute=1000))) as wecom,
        AsyncExitStack() as stack,
    ):
        for chat in (OWNERS, OFFICERS):
            telegram.add_chat(chat)
        wecom.add_members("sun")
        app = await build(_settings(folder, database_url, telegram, wecom), stack)
        wecom.doors["app"].url = f"{app.address}/wecom/app"
        task = asyncio.create_task(app.run())
        play = Play(telegram, wecom, app)
        try:
            await asyncio.wait_for(app.telegram.ready.wait(), 10)
            aibot = app.core.platforms[("wecom_aibot", BOT)]
            assert isinstance(aibot, AibotPlatform)
            assert aibot.connection is not None
            await asyncio.wait_for(aibot.connection.up.wait(), 10)
            await wecom.say("li", f"{AT}你好", STAFF)
            await wecom.until_seen(STAFF, 1)
            yield play
        finally:
            app.server.should_exit = True
            await asyncio.wait_for(task, 20)


@pytest.mark.parametrize("pressing", [("telegram", "wecom_aibot"), ("telegram", "wecom_aibot", "wecom_app")])
async def test_claimed_everywhere_at_once_one_wins_and_every_card_is_true(
    tmp_path: Path, database_url: str, pressing: tuple[str, ...]
) -> None:
    won: Counter[str] = Counter()
    times = []
    async with running(tmp_path, database_url) as play:
        for number in range(1, ROUNDS + 1):
            cards = await play.report(number)
            presses = [asyncio.create_task(play.press(platform, cards)) for platform in pressing]
            times.append(await play.until_true(cards, [NAMES[platform] for platform in pressing]))
            await asyncio.gather(*presses)
            winner = await play.winner(number)
            assert play.true(cards, winner)
            won[winner] += 1
    say(f"{database_url.partition(':')[0]}, {len(pressing)} platforms: {dict(won)}, {max(times):.2f} s at most")
    assert won.total() == ROUNDS
    assert play.wecom.state.complaints == []
