"""The whole program on several platforms at once: real adapters, the emulators' servers, either database."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.adapters.wecom_aibot.adapter import AibotPlatform
from bot.app import App, build
from bot.clock import SystemClock
from bot.config import Settings, load
from handlers.tickets.view import card_buttons
from storage.model.tickets import Ticket
from storage.unit import Unit
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram import State as TelegramState
from tests.fake_telegram.make import group, private, user
from tests.fake_wecom import FakeWecom, HeldClock, Setup, State
from tests.fake_wecom.state import Shown

OWNERS, STAFF = group(-1001, "东湾花园业主群"), group(-1009, "民警群")
STAFF_ROOM = "wrStaff"
CHEN, LIU = user(100, "陈先生"), user(101, "刘大妈")
PHONE = "13812345678"
STATION = """
station: {code: dongwan, name: 东湾派出所, tz: Asia/Shanghai}
people:
  - {name: 王建国, code: wang, role: 民警, accounts: {%(wang)s}}
  - {name: 李强, code: li, role: 民警, accounts: {%(li)s}}
  - {name: 孙伟, code: sun, role: 值班长, accounts: {%(sun)s}}
  - {name: 陈先生, code: chen, role: 居民, accounts: {local: chen}}
  - {name: 刘阿姨, code: liu, role: 居民, accounts: {local: liu}}
areas:
  - {name: 东湾片区, officer: 王建国}
groups:
%(groups)s
shifts:
  - {who: 王建国, duty: 值班民警, days: 每天, from: "00:00", to: "24:00"}
  - {who: 孙伟, duty: 值班长, days: 每天, from: "00:00", to: "24:00"}
"""
GROUPS = {
    "telegram": ("-1001", "东湾花园业主群", "业主"),
    "local": ("g:garden", "东湾花园业主群", "业主"),
    "wecom_customer_group": ("wrA", "东湾花园业主群", "业主"),
    "wecom_aibot": (STAFF_ROOM, "民警群", "民警"),
}
TELEGRAM_IDS = {"wang": "7", "li": "8", "sun": "9"}
NEXT = {"接单", "到场", "办结", "转派", "更多"}
"""Buttons that say what a ticket still needs."""

AGAIN = ("已回复反映人", "已转告", "您是民警")
"""Answers that may be read more than once: each to something that was said."""


class MovedClock(SystemClock):
    """The real clock, moved on by as much as a test wants."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


AT = "@平安小助手 "


@dataclass
class Town:
    """What outlives the program: the platforms, the database, the time."""

    folder: Path
    url: str
    channels: tuple[str, ...]
    officers_on: str
    wecom: FakeWecom
    telegram: FakeTelegram
    clock: MovedClock
    aibot_mode: str = "socket"
    more: Mapping[str, Any] = field(default_factory=dict)

    def settings(self) -> Settings:
        accounts = {
            who: f"{self.officers_on}: {TELEGRAM_IDS[who] if self.officers_on == 'telegram' else who}"
            for who in TELEGRAM_IDS
        }
        rooms = [
            f"  - {{platform: {name}, chat: '{chat}', title: {title}, kind: {kind}"
            f"{', area: 东湾片区' if kind == '业主' else ''}}}"
            for name, (chat, title, kind) in GROUPS.items()
            if name in self.channels or name == "wecom_customer_group"
        ]
        file = self.folder / "station.yaml"
        file.write_text(STATION % {**accounts, "groups": "\n".join(rooms)}, encoding="utf-8")
        fake, kit = self.wecom, self.wecom.setup
        door = {"token": kit.token, "aes_key": kit.aes_key}
        bot = {"bot_id": kit.bot.bot_id, "secret": kit.bot.secret, "mode": kit.mode, "url": fake.ws_url}
        official = {"app_id": kit.app_id, "app_secret": fake.official.app_secret, "base_url": fake.official_url}
        telegram = self.telegram
        sections: dict[str, dict[str, Any]] = {
            "local": {"enabled": True},
            "telegram": {"token": telegram.token, "base_url": telegram.base_url, "mode": "polling", "poll_seconds": 1},
            "wecom_aibot": bot | door,
            "wecom_app": {"agent_id": kit.agent_id, "secret": kit.app_secret, **door},
            "wecom_kf": {"open_kfid": fake.kf.open_kfid, "secret": kit.kf_secret, **door},
            "wechat_official": official | door,
        }
        config = {
            "data_dir": str(self.folder),
            "station_file": str(file),
            "database": {"url": self.url},
            "server": {"port": 0},
            "local": {"enabled": False},
            "broadcasts": {"rules": []},
            "wecom": {"corp_id": kit.corp_id, "base_url": fake.base_url},
            **{name: sections[name] for name in self.channels},
            **self.more,
        }
        path = self.folder / "config.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        return load(path, {})

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator["Play"]:
        """One life of the program."""
        async with AsyncExitStack() as stack:
            app = await build(self.settings(), stack, self.clock)
            for name, path in (("kf", "/wecom/kf"), ("official", "/wechat/official"), ("app", "/wecom/app")):
                self.wecom.doors[name].url = app.address + path
            http = await stack.enter_async_context(aiohttp.ClientSession(app.address))
            running = asyncio.create_task(app.run())
            play = Play(self, app, http)
            try:
                await play.until_ready()
                yield play
            finally:
                app.server.should_exit = True
                await asyncio.wait_for(running, 20)


@contextlib.asynccontextmanager
async def town(folder: Path, url: str, *channels: str, officers_on: str, **more: Any) -> AsyncIterator[Town]:
    """The platforms run; the program does not yet."""
    clock = MovedClock()

    class Same(HeldClock):
        def __call__(self) -> float:
            return clock.now().timestamp()

    async with (
        FakeWecom(Setup(), State(clock=Same())) as wecom,
        FakeTelegram(TelegramState(reads_all=True)) as telegram,
    ):
        for room in (OWNERS, STAFF):
            telegram.add_chat(room)
        wecom.add_members("wang", "li", "sun")
        yield Town(folder, url, channels, officers_on, wecom, telegram, clock, more=more)


@dataclass
class Play:
    """People at the platforms, and what they see there."""

    town: Town
    app: App
    http: aiohttp.ClientSession

    @property
    def wecom(self) -> FakeWecom:
        return self.town.wecom

    async def until_ready(self) -> None:
        if self.app.local is not None:
            await asyncio.wait_for(self.app.local.ready.wait(), 10)
        if "telegram" in self.town.channels:
            await asyncio.wait_for(self.app.telegram.ready.wait(), 10)
        for platform in self.app.core.platforms.values():
            if isinstance(platform, AibotPlatform) and platform.connection is not None:
                await asyncio.wait_for(platform.connection.up.wait(), 10)

    # ── what people do ─────────────────────────────────────────────────────
    def telegram_says(self, who: Any, text: str, chat: Any = None) -> None:
        make = self.town.telegram.make
        self.town.telegram.push(make.text(chat or private(who), who, text))

    async def telegram_presses(self, who: Any, chat: Any, label: str) -> None:
        """The newest button of that label there, as soon as it is there."""
        await self.until(lambda: self._telegram_button(chat, label), f"telegram [{label}]")
        message, button = self._telegram_button(chat, label)[-1]
        self.town.telegram.push(self.town.telegram.make.press(who, message, button["callback_data"]))

    def _telegram_button(self, chat: Any, label: str) -> list[tuple[Any, Any]]:
        found = []
        for number, shown in sorted(self.town.telegram.state.find(chat["id"]).ours.items()):
            rows = (shown.get("reply_markup") or {}).get("inline_keyboard") or []
            message = {"message_id": number, "chat": chat, "date": 1_790_000_000, "text": shown.get("text", "")}
            found += [(message, button) for row in rows for button in row if button["text"] == label]
        return found

    async def web_says(self, who: str, text: str, chat: str = "") -> None:
        await self._post("/chat/messages", persona=who, chat=chat or f"p:{who}", text=text)

    async def web_presses(self, who: str, label: str, chat: str = "") -> None:
        """The newest button of that label there, as soon as it is there."""
        chat = chat or f"p:{who}"
        for _ in range(1000):
            for message in reversed(await self._history(who, chat)):
                for button in (b for row in message["buttons"] for b in row if b["label"] == label):
                    await self._post(
                        "/chat/presses", persona=who, chat=chat, message=message["id"], action=button["action"]
                    )
                    return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{who}: no button {label}: {await self.web_reads(who, chat)}")

    async def web_reads(self, who: str, chat: str = "") -> list[str]:
        return [message["text"] for message in await self._history(who, chat or f"p:{who}")]

    async def until_web(self, who: str, part: str, chat: str = "") -> str:
        for _ in range(1000):
            for text in reversed(await self.web_reads(who, chat)):
                if part in text:
                    return text
            await asyncio.sleep(0.01)
        raise AssertionError(f"{who} never read {part!r}: {await self.web_reads(who, chat)}")

    async def _history(self, who: str, chat: str) -> list[Any]:
        async with self.http.get("/chat/history", params={"persona": who, "chat": chat}) as answer:
            messages = (await answer.json())["messages"]
        return [message for message in messages if not message["sender"]]

    async def _post(self, path: str, **fields: str) -> None:
        own = {"X-Pingan": "1", "Origin": self.app.address}
        async with self.http.post(path, json={"event": str(uuid.uuid4()), **fields}, headers=own) as answer:
            assert answer.status == 200, await answer.text()

    async def press(self, who: str, label: str, chat: str = "", channel: str = "wecom_aibot") -> Shown:
        """A button of the newest card there that has it, as soon as it is there (智能机器人, 自建应用)."""
        await self.until(lambda: self._cards(chat or who, label, channel), f"{chat or who} [{label}]")
        shown = self._cards(chat or who, label, channel)[-1]
        assert shown.card is not None
        key = next(b["key"] for b in shown.card["button_list"] if b["text"] == label)
        if channel == "wecom_app":
            await self.wecom.app.click(who, shown.body["template_card"]["task_id"], key)
        else:
            await self.wecom.click(who, shown.card["task_id"], key)
        return shown

    def _cards(self, chat: str, label: str, channel: str) -> list[Shown]:
        return [shown for shown in self.wecom.seen(chat, channel) if label in shown.labels]

    async def kf_presses(self, who: str, label: str) -> None:
        """An entry of the newest menu there that has it."""

        def found() -> list[str]:
            menus = [s.body["msgmenu"]["list"] for s in self.wecom.seen(who, "wecom_kf") if s.kind == "msgmenu"]
            return [e["click"]["id"] for menu in menus for e in menu if e["click"]["content"] == label]

        await self.until(found, f"{who} menu [{label}]")
        await self.wecom.kf.press(who, found()[-1])

    async def officers_say_hello(self) -> None:
        """Nobody can be written to by 智能机器人 who has not."""
        for who in ("wang", "li", "sun"):
            await self.wecom.say(who, "你好")
            await self.wecom.until_seen(who, 1)
        await self.wecom.say("li", f"{AT}你好", STAFF_ROOM)
        await self.wecom.until_seen(STAFF_ROOM, 1)

    # ── what they see ──────────────────────────────────────────────────────
    def texts(self, chat: str, channel: str = "") -> list[str]:
        return [shown.text for shown in self.wecom.seen(chat, channel)]

    def telegram_texts(self, chat: Any) -> list[str]:
        return [shown.get("text", "") for shown in self.town.telegram.state.room(chat).ours.values()]

    async def until(self, holds: Callable[[], Any], what: str = "", seconds: float = 10) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.transcript()}\n{self.wecom.state.complaints}") from None

    async def until_text(self, chat: str, part: str, channel: str = "") -> str:
        await self.until(lambda: any(part in text for text in self.texts(chat, channel)), f"{chat}: {part}")
        return next(text for text in reversed(self.texts(chat, channel)) if part in text)

    async def until_telegram(self, chat: Any, part: str) -> None:
        await self.until(lambda: any(part in text for text in self.telegram_texts(chat)), f"{chat['id']}: {part}")

    async def ticket(self, number: int = 1) -> Ticket | None:
        async with self.app.core.engine.read() as tx:
            return await Unit(tx).tickets.by_number(1, number)

    async def until_true(self, holds: Callable[[Unit], Awaitable[Any]], what: str = "") -> Any:
        """What `holds` finds in the database, as soon as it finds something."""
        for _ in range(1000):
            async with self.app.core.engine.read() as tx:
                if found := await holds(Unit(tx)):
                    return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"never: {what}\n{self.transcript()}")

    async def until_state(self, state: str, number: int = 1) -> None:
        async def holds(unit: Unit) -> bool:
            ticket = await unit.tickets.by_number(1, number)
            return ticket is not None and ticket.state == state

        await self.until_true(holds, f"{number} {state}")

    async def idle(self) -> None:
        """Returns once all that came is handled and all that can be said now is said."""
        quiet = 0
        for _ in range(1500):
            async with self.app.core.engine.read() as tx:
                inbox, outbox = await Unit(tx).inbox.counts(), await Unit(tx).outbox.counts()
                job = await Unit(tx).jobs.next_due()
            now = self.town.clock.now()
            sending = "leased" in outbox or ("pending" in outbox and outbox["pending"][1] <= now)
            quiet = 0 if "new" in inbox or sending or (job is not None and job <= now) else quiet + 1
            if quiet > 3:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"still busy\n{self.transcript()}")

    async def all_is_well(self, *hidden: str) -> None:
        """Once nothing moves: no complaint of a platform, nothing private nor `hidden` in a group, nothing said twice,
        and the newest card of every chat shows how 1 号 stands."""
        await self.idle()
        assert self.wecom.state.complaints == []
        in_groups = "".join(self.texts(STAFF_ROOM))
        in_groups += "".join("".join(shown.history) for shown in self.wecom.seen(STAFF_ROOM)) + "".join(
            sent.text for sent in self.town.telegram.state.sent if sent.chat_id < 0
        )
        assert not [word for word in (PHONE, PHONE[-4:], *hidden) if word in in_groups]
        ticket = await self.ticket()
        assert ticket is not None
        wanted = {button.label for row in card_buttons(ticket) for button in row}
        for chat in {shown.chat for shown in self.wecom.state.shown}:
            said = [text for text in self.texts(chat) if not text.startswith(AGAIN)]
            assert len(said) == len(set(said)), said
            about = [set(shown.labels) & NEXT for shown in self.wecom.seen(chat) if "1 号" in shown.text]
            live = [labels for labels in about if labels]
            assert not live or (live[-1] == wanted if wanted else not about[-1]), (chat, self.transcript())
        for room in self.town.telegram.state.rooms.values():
            texts = [shown.get("text", "") for shown in room.ours.values()]
            assert len(texts) == len(set(texts)), texts
            for shown in room.ours.values():
                rows = (shown.get("reply_markup") or {}).get("inline_keyboard") or []
                assert {button["text"] for row in rows for button in row} & NEXT in (set(), wanted), shown

    def transcript(self) -> str:
        """All that people see on the emulators, for eyes."""
        lines = [f"{s.channel} {s.chat} [{s.kind}] {s.text!r} {s.labels or ''}" for s in self.wecom.state.shown]
        for number, room in self.town.telegram.state.rooms.items():
            lines += [f"telegram {number} {shown.get('text')!r}" for shown in room.ours.values()]
        return "\n".join(lines)
