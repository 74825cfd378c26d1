"""A platform in memory: it shows what it is sent, and fails where it is told to."""

import asyncio
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.adapters.base import Accept, Capabilities, Limits, Never, NotFetched, SendResult, Sent, UnreadableError
from storage.model.messages import Button, Inbound, Outgoing, OutKind

PLATFORM, BOT = "world", "bot"
GENEROUS = Limits(per_bot_second=1e6, per_chat_second=1e6, per_chat_burst=1e6, per_chat_minute=1e6)


@dataclass
class Shown:
    """A message as people see it now."""

    ref: str
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    out: Outgoing
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        return [b.label for row in self.buttons for b in row]

    def button(self, label: str) -> Button:
        return next(b for row in self.buttons for b in row if b.label == label)


@dataclass
class FakePlatform:
    """A platform that keeps what it is sent. `faults`: answers to give instead, per chat id, in order."""

    name: str = PLATFORM
    bot: str = BOT
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(limits=GENEROUS))
    chats: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    answers: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[SendResult]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)  # what people sent here, by its ref
    fetches: list[str] = field(default_factory=list)
    size: int = 1  # so many messages our limits count for each row
    sent: int = 0  # how often we were asked to send
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def parse(self, body: bytes) -> Inbound | None:
        try:
            return msgspec.json.decode(body, type=Inbound)
        except msgspec.MsgspecError as error:
            raise UnreadableError(type(error).__name__) from None

    def is_group(self, chat_id: str) -> bool:
        return chat_id.startswith("g")

    def messages(self, out: Outgoing) -> int:
        return self.size

    async def fetch(self, ref: str) -> bytes | NotFetched:
        self.fetches.append(ref)
        return self.files.get(ref) or NotFetched(why="40007 invalid media_id")

    async def run(self, accept: Accept) -> None:
        await asyncio.Event().wait()

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        self.sent += 1
        planned = self.faults.get(out.to.chat_id)
        if planned:
            return planned.pop(0)
        if out.to.chat_id in self.closed:
            return Never(why="blocked", gone=True)
        if out.kind is OutKind.ANSWER:
            self.answers.append((out.target, out.content.text))
            return Sent()
        if out.kind is OutKind.EDIT:
            for shown in self.chats[out.to.chat_id]:
                if shown.ref == target_ref:
                    shown.text, shown.buttons = out.content.text, out.content.buttons
                    shown.edits += 1
                    return Sent()
            return Never(why="no such message")
        ref = str(next(self._ids) + 900_000)
        self.chats[out.to.chat_id].append(Shown(ref, out.content.text, out.content.buttons, out))
        return Sent(message_ref=ref)
