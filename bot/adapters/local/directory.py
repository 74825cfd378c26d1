"""Who can be played in the built-in chat, and which rooms each of them sees."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storage.model.messages import Address, Chat, ChatKind
from storage.model.people import GroupKind

PLATFORM = "local"
BOT = "local"
BOT_NAME = "平安"


def private_chat_id(user_id: str) -> str:
    """The chat a persona has with the bot alone."""
    return f"p:{user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody the person at the browser may be.

    `staff`: sees the officers' own group. `call`: what residents @ (王警官), the name if empty.
    """

    user_id: str
    name: str
    role_label: str
    station: str
    staff: bool = False
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomInfo:
    """A group of the local platform; `kind` is a GroupKind value."""

    chat_id: str
    title: str
    kind: str

    @property
    def staff_only(self) -> bool:
        return self.kind == GroupKind.OFFICERS.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDirectory:
    """Everybody and every group. `aliases` are the offices one can @, offered while typing."""

    personas: tuple[Persona, ...] = ()
    groups: tuple[RoomInfo, ...] = ()
    aliases: tuple[str, ...] = ("民警", "派出所")

    def persona(self, user_id: str) -> Persona | None:
        return next((p for p in self.personas if p.user_id == user_id), None)

    def rooms_of(self, persona: Persona) -> tuple[RoomInfo, ...]:
        return tuple(g for g in self.groups if persona.staff or not g.staff_only)

    def chat(self, chat_id: str) -> Chat | None:
        """The group or private chat of that id; None if there is none."""
        address = Address(platform=PLATFORM, bot=BOT, chat_id=chat_id)
        for group in self.groups:
            if group.chat_id == chat_id:
                return Chat(address=address, kind=ChatKind.GROUP, title=group.title)
        for persona in self.personas:
            if private_chat_id(persona.user_id) == chat_id:
                return Chat(address=address, kind=ChatKind.PRIVATE, title=persona.name)
        return None

    def sees(self, user_id: str, chat_id: str) -> bool:
        """Whether this persona is in that chat."""
        persona = self.persona(user_id)
        if persona is None:
            return False
        return chat_id == private_chat_id(user_id) or any(g.chat_id == chat_id for g in self.rooms_of(persona))


DirectorySource = Callable[[], Awaitable[LocalDirectory]]


class Roster:
    """The directory, read again when it is older than `seconds` so that not every message asks the store."""

    def __init__(self, source: DirectorySource, seconds: float = 2.0) -> None:
        self._source = source
        self._seconds = seconds
        self._read_at = float("-inf")
        self.known = LocalDirectory()

    async def current(self) -> LocalDirectory:
        """The directory, at most `seconds` old. Raises StoreDownError."""
        if time.monotonic() - self._read_at >= self._seconds:
            self.known = await self._source()
            self._read_at = time.monotonic()
        return self.known
