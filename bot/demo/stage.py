"""A stage for stories: the real path on a throw-away database, a clock we hold, and a platform that prints."""

import itertools
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.text import Text

from bot.adapters.base import Accept, Capabilities, Limits, NotFetched, SendResult, Sent, UnreadableError
from bot.config import Database, Settings, load
from bot.core import Core, assemble
from bot.hearing import Hearing
from bot.instance import process_name
from bot.metrics import Metrics
from bot.seed import seed
from handlers import FEATURES
from storage.engine import connect
from storage.engine.migrate import migrate
from storage.model.messages import (
    Address,
    Button,
    Chat,
    ChatKind,
    Content,
    Envelope,
    Inbound,
    InboundKind,
    Outgoing,
    OutKind,
    Sender,
)

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = {
    "chen": "陈先生",
    "liu": "刘阿姨",
    "wang": "王建国",
    "li": "李强",
    "zhao": "赵敏",
    "sun": "孙伟",
    "zhou": "周明",
}
ROOMS = {"g:dongwan": "东湾花园业主群", "g:street": "商业街门店群", "g:officers": "平安民警工作群"}
STAFF_ROOM = "g:officers"


class StageClock:
    """Stands still until the story moves it."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    async def wait(self, event: object, until: datetime | None) -> None:
        raise RuntimeError("a stage runs step by step")


@dataclass
class Shown:
    ref: str
    content: Content


class StagePlatform:
    """Prints what people would see. It has no limits and never fails."""

    name = "local"
    bot = "local"
    capabilities = Capabilities(
        limits=Limits(per_bot_second=1e6, per_chat_second=1e6, per_chat_burst=1e6, per_chat_minute=1e6)
    )

    def __init__(self, show: Callable[[str, str, Content, bool], None]) -> None:
        self.chats: dict[str, list[Shown]] = defaultdict(list)
        self.sends = 0
        self._show = show
        self._ids: Iterator[int] = itertools.count(1)

    def parse(self, body: bytes) -> Inbound:
        try:
            return msgspec.json.decode(body, type=Inbound)
        except msgspec.MsgspecError as error:
            raise UnreadableError(type(error).__name__) from None

    def is_group(self, chat_id: str) -> bool:
        return chat_id.startswith("g:")

    async def fetch(self, ref: str) -> NotFetched:
        return NotFetched(why="nobody sends files here")

    async def run(self, accept: Accept) -> None:
        """Nothing comes from outside."""

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        self.sends += 1
        chat = out.to.chat_id
        if out.kind is OutKind.ANSWER:
            if out.content.text:
                self._show(out.target, "（只有他看到）", out.content, False)
            return Sent()
        if out.kind is OutKind.EDIT:
            shown = next(s for s in self.chats[chat] if s.ref == target_ref)
            changed = shown.content.text != out.content.text
            shown.content = out.content
            if changed and chat != STAFF_ROOM:  # the same as the officer's own card
                self._show(chat, "平安小助手", out.content, True)
            return Sent()
        ref = f"b{next(self._ids)}"
        self.chats[chat].append(Shown(ref, out.content))
        self._show(chat, "平安小助手", out.content, False)
        return Sent(message_ref=ref)


class Stage:
    """`async with Stage(console) as stage:` — the sample station at 11:00 on a working day."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.clock = StageClock(datetime(2026, 11, 20, 11, 0, tzinfo=ZONE))
        self.platform = StagePlatform(self._show)
        self.core: Core
        self._stack = AsyncExitStack()
        self._events = itertools.count(1)

    async def __aenter__(self) -> "Stage":
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pingan-demo-")))
        url = f"sqlite:///{folder / 'demo.db'}"
        settings: Settings = load(None, {}).model_copy(update={"database": Database(url=url), "station_file": ""})
        await migrate(url)
        engine = connect(url)
        await engine.open()
        self._stack.push_async_callback(engine.close)
        await seed(engine, settings, self.clock, {"local": "local"})
        self.core = assemble(
            engine=engine,
            clock=self.clock,
            metrics=Metrics(),
            hearing=Hearing(),
            platforms=[self.platform],
            features=FEATURES,
            aliases=settings.aliases,
            settings={},
            owner=process_name(),
            files=folder / "files",
        )
        await self.core.start(alone=True)
        await self.core.scheduler.tick(self.clock.now())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    # ── what people do ─────────────────────────────────────────────────────
    async def says(self, who: str, text: str, chat: str) -> None:
        event = self._event(who, chat, text)
        self._line(chat, NAMES[who], text)
        await self._happen([event])

    async def press(self, label: str, who: str, chat: str = "") -> None:
        await self.press_together(label, [(who, chat or f"p:{who}")])

    async def press_together(self, label: str, presses: list[tuple[str, str]]) -> None:
        """(person, chat) each: they press the newest button of that label before the bot looks."""
        events = []
        for who, chat in presses:
            shown, button = self._find(chat, label)
            self._line(chat, NAMES[who], f"〔按下 {label}〕")
            event = self._event(who, chat, "")
            pressed = replace(event, kind=InboundKind.BUTTON, button=button.action, message_id=shown.ref)
            events.append(replace(pressed, callback_id=f"p:{who}"))
        await self._happen(events)

    async def passes(self, minutes: float = 0) -> None:
        self.clock.time += timedelta(minutes=minutes)
        await self.core.scheduler.tick(self.clock.now())
        await self._settle()

    def _event(self, who: str, chat: str, text: str) -> Inbound:
        number = next(self._events)
        private = chat.startswith("p:")
        return Inbound(
            platform="local",
            bot="local",
            event_id=f"e{number}",
            kind=InboundKind.MESSAGE,
            chat=Chat(
                address=Address(platform="local", bot="local", chat_id=chat),
                kind=ChatKind.PRIVATE if private else ChatKind.GROUP,
                title=ROOMS.get(chat, ""),
            ),
            sender=Sender(user_id=who, name=NAMES[who]),
            at=self.clock.now(),
            message_id=f"m{number}",
            text=text,
            addressed=private,
        )

    def _find(self, chat: str, label: str) -> tuple[Shown, Button]:
        for shown in reversed(self.platform.chats[chat]):
            for row in shown.content.buttons:
                for button in row:
                    if button.label == label:
                        return shown, button
        raise LookupError(f"{chat}: no button {label}")

    async def _happen(self, events: list[Inbound]) -> None:
        await self.core.inbox.accept(
            [
                Envelope(
                    platform=e.platform,
                    bot=e.bot,
                    event_id=e.event_id,
                    chat_key=e.chat.address.key,
                    body=msgspec.json.encode(e),
                )
                for e in events
            ]
        )
        await self._settle()

    async def _settle(self) -> None:
        while True:
            before = self.platform.sends
            busy = await self.core.dispatcher.step()
            busy = await self.core.jobs.step() or busy
            await self.core.courier.step()
            await self.core.courier.idle()
            await self.core.courier.step()
            if not busy and self.platform.sends == before:
                return

    # ── what we print ──────────────────────────────────────────────────────
    def _show(self, chat: str, who: str, content: Content, edited: bool) -> None:
        mark = "（原消息更新）" if edited else ""
        self._line(chat, f"{who}{mark}", content.text, bot=True)
        for row in content.buttons:
            labels = Text("　　　" + "　".join(f"[ {b.label} ]" for b in row), style="cyan")
            self.console.print(labels, soft_wrap=True)

    def _line(self, chat: str, who: str, text: str, *, bot: bool = False) -> None:
        place = ROOMS.get(chat) or f"与{NAMES.get(chat[2:], '')}的私聊"
        head = Text(f"{self.clock.now().astimezone(ZONE):%H:%M} ", style="dim")
        head.append(f"【{place}】", style="dim")
        head.append(f"{who}：", style="bold cyan" if bot else "bold")
        first, *more = text.split("\n")
        head.append(first)
        self.console.print(head, soft_wrap=True)
        for line in more:
            self.console.print(Text(f"　　　{line}"), soft_wrap=True)
