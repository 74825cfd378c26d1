"""What a platform must be able to do, and what it may answer. Platforms translate, they do not decide."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from storage.model.channels import Capabilities, Cursor, Edits, Limits
from storage.model.messages import Envelope, Inbound, Outgoing, OutKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform has it. `message_ref` is its id there (empty for answers and edits)."""

    message_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Certainly not delivered; try again after `after` seconds. `chat_wide`: the whole chat must pause (429)."""

    why: str
    after: float | None = None
    chat_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """Certainly not delivered and never will be. `gone`: the chat is closed to us (kicked, blocked, deleted)."""

    why: str
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Certainly not delivered: the chat has a new id. Repeat there."""

    chat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may have been delivered (read timeout, 5xx, connection lost after sending)."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotEdit:
    """The message can no longer be changed. Certainly nothing was said; a short new line may follow."""

    why: str = "cannot edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """`why` is short English without address or key. `again`: another try may help."""

    why: str
    again: bool = False


SendResult = Sent | Later | Never | Moved | Unknown | CannotEdit


class UnreadableError(ValueError):
    """A stored event that can never be parsed. The message names the place, never the content."""


class Platform(Protocol):
    """One bot on one platform."""

    name: str  # "local", "telegram"
    bot: str  # which of our bots there
    capabilities: Capabilities

    def parse(self, body: bytes) -> Inbound | None:
        """Pure. One stored raw event → Inbound, or None if it is nothing to us. Raises UnreadableError."""

    def is_group(self, chat_id: str) -> bool:
        """Pure. True if more than one person reads this chat (limits per minute count there)."""

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        """One send, edit (of message `target_ref`) or answer. Never raises for what the platform or network does."""

    async def fetch(self, ref: str) -> bytes | NotFetched:
        """A file people sent us here, by the `ref` of its Attachment. Nothing of platform or network is raised."""

    async def run(self, accept: "Accept") -> None:
        """Fetch events until cancelled; acknowledge each only after `accept` returned."""


@runtime_checkable
class OneSpeaker(Protocol):
    """A platform to which only one of several processes can speak at a time."""

    @property
    def ours(self) -> bool:
        """Is it this process? Else what is to be said there is left in the outbox, for the one that can."""


@runtime_checkable
class InSeveral(Protocol):
    """A platform where one row of the outbox may be several messages."""

    def messages(self, out: Outgoing) -> int:
        """Pure. How many its limits count when `out` is sent as a new message."""


def messages_of(platform: Platform, out: Outgoing) -> int:
    """So many messages the limits of `platform` count for `out`; a change is one."""
    return platform.messages(out) if out.kind is OutKind.SEND and isinstance(platform, InSeveral) else 1


class Accept(Protocol):
    """Inbox.accept."""

    async def __call__(self, envelopes: list[Envelope], *, cursor: Cursor | None = None) -> None:
        """Returns once all envelopes are durable (duplicates are fine), and with them how far was read.

        Raises StoreDownError if they are not: the platform must then not be acknowledged, so that it delivers again.
        """


__all__ = [
    "Accept",
    "CannotEdit",
    "Capabilities",
    "Cursor",
    "Edits",
    "InSeveral",
    "Later",
    "Limits",
    "Moved",
    "Never",
    "NotFetched",
    "OneSpeaker",
    "Platform",
    "SendResult",
    "Sent",
    "Unknown",
    "UnreadableError",
    "messages_of",
]
