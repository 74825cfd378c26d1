"""The local platform as the courier and the inbox see it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from bot.adapters.base import Accept, Capabilities, Later, Limits, Never, NotFetched, SendResult, Sent
from bot.adapters.local import events, views
from bot.adapters.local.board import Board
from bot.adapters.local.directory import BOT, PLATFORM, DirectorySource
from bot.adapters.local.door import TEXT_MAX, Door
from bot.hearing import Hearing
from storage.engine.base import Engine, StoreDownError
from storage.model.messages import AttachmentKind, Inbound, Outgoing, OutKind
from storage.stores.room import RoomMessage

STARTED = "local.started"
START_LATE = "local.start_without_store"
SEND_FAILED = "local.send_failed"

log = structlog.get_logger()


class LocalPlatform:
    """One bot in rooms of our own. `directory` says who and which groups there are; `now` is aware."""

    name = PLATFORM
    bot = BOT
    capabilities = Capabilities(
        shows=frozenset({AttachmentKind.PHOTO}),
        limits=Limits(
            text=TEXT_MAX, per_bot_second=500.0, per_chat_second=50.0, per_chat_burst=200.0, per_chat_minute=3000.0
        ),
    )

    def __init__(
        self,
        *,
        engine: Engine,
        hearing: Hearing,
        directory: DirectorySource,
        now: Callable[[], datetime],
        data_dir: Path,
        names: tuple[str, ...] = ("平安小助手",),
    ) -> None:
        self.board = Board(engine, directory, now, data_dir)
        self.door = Door(self.board, hearing, names)
        self.ready = asyncio.Event()  # set once what browsers send is taken

    def parse(self, body: bytes) -> Inbound:
        return events.parse(body)

    def is_group(self, chat_id: str) -> bool:
        return chat_id.startswith("g:")

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return await self.board.photos.load(ref) or NotFetched(why="no such picture")

    async def run(self, accept: Accept) -> None:
        """Take what browsers send until cancelled; then every stream ends."""
        try:
            await self.board.room.start()
        except StoreDownError as error:
            log.warning(START_LATE, why=str(error))
        self.door.accept = accept
        self.ready.set()
        log.info(STARTED)
        try:
            await asyncio.Event().wait()
        finally:
            self.door.accept = None
            self.close()

    def close(self) -> None:
        """End all streams, so that the web server can stop."""
        self.board.hub.close()

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.ANSWER:
            return self._answer(out)
        try:
            directory = await self.board.roster.current()
            if directory.chat(out.to.chat_id) is None:
                return Never(why="no such room", gone=True)
            if out.kind is OutKind.EDIT:
                return await self._edit(out, target_ref)
            return await self._post(out)
        except StoreDownError as error:
            log.warning(SEND_FAILED, chat=out.to.key, key=out.key, why=str(error))
            return Later(why="store down", after=1.0)

    async def _post(self, out: Outgoing) -> SendResult:
        kept = await self.board.room.keep(
            RoomMessage(
                id=self.board.room.new_id(),
                chat_id=out.to.chat_id,
                key=views.BOT_KEY + out.key,
                at=self.board.room.millis(),
                text=out.content.text,
                buttons=views.dump_buttons(out.content.buttons),
                attachment=views.dump_attachment(out.content.attachment),
                reply_to=out.content.reply_to,
            )
        )
        await self.board.publish("message", kept, ask=out.content.ask, loud=out.content.loud)
        return Sent(message_ref=kept.id)

    async def _edit(self, out: Outgoing, target_ref: str) -> SendResult:
        buttons = views.dump_buttons(out.content.buttons)
        changed = await self.board.room.edit(out.to.chat_id, target_ref, out.content.text, buttons)
        if changed is None:
            return Never(why="no such message")
        await self.board.publish("edit", changed)
        return Sent()

    def _answer(self, out: Outgoing) -> SendResult:
        user_id, event = events.presser(out.target)
        if not user_id:
            return Never(why="not a callback id")
        toast = {"event": event, "text": out.content.text, "alert": out.content.alert}
        self.board.hub.publish("toast", msgspec.json.encode(toast), only=user_id)
        return Sent()
