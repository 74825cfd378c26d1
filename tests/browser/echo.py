"""A sample station and a bot that only echoes, to look at the chat page without the service behind it.

`python -m tests.browser.echo` serves it on http://127.0.0.1:8099 until Ctrl-C.
"""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from bot.adapters.local import LocalDirectory, LocalPlatform, Persona, RoomInfo, private_chat_id
from bot.hearing import Hearing
from bot.web.app import build_web
from bot.web.health import Health
from handlers.kit.mentions import Vocabulary
from storage.engine.base import Engine
from storage.engine.migrate import migrate
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Address, Button, Content, Envelope, Inbound, InboundKind, Outgoing, OutKind

STATION = "东湾派出所"


def _someone(user_id: str, name: str, role: str, staff: bool, call: str = "") -> Persona:
    return Persona(user_id=user_id, name=name, role_label=role, station=STATION, staff=staff, call=call)


DIRECTORY = LocalDirectory(
    personas=(
        _someone("chen", "陈先生", "商业街门店", False),
        _someone("liu", "刘阿姨", "东湾花园，70 岁", False),
        _someone("zhou", "小周", "东湾花园租户", False),
        _someone("wang", "王建国", "东湾片区", True, "王警官"),
        _someone("li", "李强", "商业街片区", True, "李警官"),
        _someone("zhao", "赵敏", "综合指挥室", True, "赵警官"),
        _someone("sun", "孙队", "值班长", True),
        _someone("zhouming", "周明", "所长", True),
    ),
    groups=(
        RoomInfo(chat_id="g:garden", title="东湾花园业主群", kind="业主"),
        RoomInfo(chat_id="g:street", title="商业街门店群", kind="门店"),
        RoomInfo(chat_id="g:police", title="民警工作群", kind="民警"),
    ),
)


def new_hearing() -> Hearing:
    hearing = Hearing(("待办", "帮助"))
    names = [p.call or p.name for p in DIRECTORY.personas if p.staff]
    hearing.vocabulary = Vocabulary(("民警", "派出所", "平安小助手", *names))
    hearing.staff_chats = frozenset({"local:g:police"})
    return hearing


def new_platform(engine: Engine, data_dir: Path, hearing: Hearing | None = None) -> LocalPlatform:
    async def directory() -> LocalDirectory:
        return DIRECTORY

    return LocalPlatform(
        engine=engine,
        hearing=hearing or new_hearing(),
        directory=directory,
        now=lambda: datetime.now(UTC),
        data_dir=data_dir,
    )


async def open_engine(folder: Path) -> SqliteEngine:
    await migrate("sqlite:///room.db", base=folder)
    engine = SqliteEngine(folder / "room.db")
    await engine.open()
    return engine


class EchoBot:
    """Gives every report a receipt with a number, and the officer on duty a card that can be claimed."""

    def __init__(self, platform: LocalPlatform) -> None:
        self.platform = platform
        self.heard: list[Inbound] = []
        self._seen: set[str] = set()
        self._cards: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        for envelope in envelopes:
            if envelope.event_id not in self._seen:
                self._seen.add(envelope.event_id)
                event = self.platform.parse(envelope.body)
                self.heard.append(event)
                task = asyncio.create_task(self.answer(event))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def answer(self, event: Inbound) -> None:
        if event.kind is InboundKind.BUTTON:
            await self._pressed(event)
        elif event.kind is InboundKind.MESSAGE:
            await self._reported(event)

    async def _send(self, key: str, chat_id: str, text: str, *rows: tuple[Button, ...], reply_to: str = "") -> None:
        to = Address(platform="local", bot="local", chat_id=chat_id)
        content = Content(text=text, buttons=rows, reply_to=reply_to)
        await self.platform.send(Outgoing(key=key, to=to, content=content), "")

    async def _reported(self, event: Inbound) -> None:
        number = len(self.heard)
        receipt = f"收到，第 {number} 号。已经转给王警官，他正在值班。\n急事请先打 110，受伤请打 120。"
        await self._send(f"receipt:{event.event_id}", event.chat.address.chat_id, receipt, reply_to=event.message_id)
        card = f"第 {number} 号 · 求助\n{event.sender.name}：{event.text or '（照片）'}\n因为您在值东湾片区的班。"
        rows = (
            (Button(label="接单", action=f"claim:{number}"), Button(label="转派", action=f"pass:{number}")),
            (Button(label="先看详情", action=f"show:{number}"),),
        )
        await self._send(f"card:{event.event_id}", private_chat_id("wang"), card, *rows)

    async def _pressed(self, event: Inbound) -> None:
        verb, _, number = event.button.partition(":")
        to = event.chat.address
        words = {"claim": "接好了，辛苦。", "pass": "要转给谁？", "show": "只有这些。"}.get(verb, "好的。")
        answer = Outgoing(
            key=f"answer:{event.event_id}",
            to=to,
            kind=OutKind.ANSWER,
            target=event.callback_id,
            content=Content(text=words, alert=verb == "show"),
        )
        await self.platform.send(answer, "")
        if verb == "claim":
            text = f"第 {number} 号 · {event.sender.name} 已接单\n到场后按一下“到场”。"
            rows = ((Button(label="到场", action=f"arrive:{number}"),),)
            edit = Outgoing(
                key=f"edit:{event.event_id}", to=to, kind=OutKind.EDIT, content=Content(text=text, buttons=rows)
            )
            await self.platform.send(edit, event.message_id)


@contextlib.asynccontextmanager
async def serve(folder: Path, port: int = 0) -> AsyncIterator[tuple[str, EchoBot]]:
    """The page with the echo bot behind it, at the address that is given."""
    engine = await open_engine(folder)
    platform = new_platform(engine, folder)
    bot = EchoBot(platform)

    async def health() -> Health:
        return Health(ok=True)

    app = build_web(health=health, metrics=lambda: b"", chat=platform, demo=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2))
    listening = socket.create_server(("127.0.0.1", port))
    running = asyncio.create_task(platform.run(bot.accept))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", bot
    finally:
        running.cancel()
        await asyncio.wait([running])
        server.should_exit = True
        await serving
        await engine.close()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serve(Path(folder), 8099):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
