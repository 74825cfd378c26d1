"""What comes in and what goes out, in words every platform shares."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class AttachmentKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    LOCATION = "location"


class InboundKind(StrEnum):
    """What happened outside."""

    MESSAGE = "message"
    EDIT = "edit"
    BUTTON = "button"
    JOINED = "joined"  # the bot was added to a chat, or a person opened a private one
    LEFT = "left"  # the bot was removed from a chat, or a person blocked it
    MOVED = "moved"  # the chat got a new id (Telegram: group → supergroup)
    SIGHTED = "sighted"  # nobody spoke to us: a known scam was passed on in a group that wants to be warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message can be sent: one chat (and topic) of one platform, through one of our bots."""

    platform: str
    bot: str
    chat_id: str
    thread: str = ""

    @property
    def key(self) -> str:
        """Order and throttling are kept per this key. A topic shares its group's limits."""
        return f"{self.platform}:{self.chat_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The chat an event happened in, as its platform describes it."""

    address: Address
    kind: ChatKind
    title: str = ""

    @property
    def private(self) -> bool:
        return self.kind is ChatKind.PRIVATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who did it, as the platform names them. `anonymous`: a channel or a hidden group admin; never authorised."""

    user_id: str
    name: str
    username: str = ""
    is_bot: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A reference to a file. `ref` is the name its platform has for it, or "file/<SHA-256>": kept under data/files.

    `home`: the platform `ref` belongs to, where it goes to another one. Bytes are never stored here.
    """

    kind: AttachmentKind
    ref: str = ""
    name: str = ""
    size: int = 0
    seconds: int = 0
    latitude: float | None = None
    longitude: float | None = None
    home: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One @ in a message. `name` is what was typed after the @; `user_id` only where the platform tells it."""

    name: str
    user_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One raw event as it arrived, addressed to us and not yet understood. Unique by (platform, bot, event_id)."""

    platform: str
    bot: str
    event_id: str
    chat_key: str
    body: bytes
    earlier: tuple[bytes, ...] = ()  # what the same person wrote just before and now refers to, as it arrived
    sighted: bool = False  # as InboundKind.SIGHTED: not addressed to us, and forgotten as soon as it is handled
    unreadable: str = ""  # why it can never be parsed; it is then parked at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One event, parsed. `addressed`: the bot itself was @-ed, replied to, or written to in private."""

    platform: str
    bot: str
    event_id: str
    kind: InboundKind
    chat: Chat
    sender: Sender
    at: datetime
    message_id: str = ""
    text: str = ""
    mentions: tuple[Mention, ...] = ()
    addressed: bool = False
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""  # id of the message this one answers
    quoted: str = ""  # the text of that message, where the platform tells it
    album: str = ""  # several photos sent as one
    button: str = ""  # the action a button carries
    callback_id: str = ""  # what to answer a press with
    moved_to: str = ""
    scene: str = ""  # a person opened a private chat by this QR code of ours


class Lane(IntEnum):
    """Who goes first. Lanes 0–2 have tokens of every rate limit reserved for them."""

    EMERGENCY = 0
    OFFICER = 1
    RESIDENT = 2
    URGENT_PUSH = 3
    DIGEST = 4


class Policy(StrEnum):
    AT_LEAST_ONCE = "at_least_once"  # an uncertain send is repeated, marked as a possible copy
    AT_MOST_ONCE = "at_most_once"  # an uncertain send is listed as 可能未送达


class OutKind(StrEnum):
    SEND = "send"
    EDIT = "edit"
    ANSWER = "answer"  # the short private answer to a button press


class Role(StrEnum):
    """What an outgoing message is for; edits and lists find it by this."""

    REPLY = "reply"
    RECEIPT = "receipt"
    CARD = "card"
    NOTICE = "notice"
    ASK = "ask"
    PUSH = "push"


class OutState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    OBSOLETE = "obsolete"  # no longer true when its turn came
    DEAD = "dead"  # the platform said never
    UNKNOWN = "unknown"  # may or may not have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`action` is at most 64 bytes of UTF-8 (Telegram's callback_data), e.g. `claim:12`."""

    label: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What people will see. Always plain text: user text is never parsed as markup."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: str = ""
    attachment: Attachment | None = None
    ask: bool = False  # opens the answering field where the platform can
    alert: bool = False  # an ANSWER that must be tapped away
    loud: bool = False  # rings where the platform can: for what cannot wait
    can_wait: bool = False  # where we may say only so much, what matters more goes first
    brief: str = ""  # an EDIT in one new line, for platforms that cannot change what they sent; "": then nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One send, edit or answer that has been decided. `key` makes it idempotent."""

    key: str
    to: Address
    content: Content
    lane: Lane = Lane.RESIDENT
    policy: Policy = Policy.AT_LEAST_ONCE
    kind: OutKind = OutKind.SEND
    role: Role = Role.REPLY
    target: str = ""  # EDIT: the key of the message to change. ANSWER: the platform's callback id
    ticket_id: int | None = None
    broadcast_id: int | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    inbox_id: int | None = None  # the event it answers, or was decided in


@dataclass(frozen=True, slots=True, kw_only=True)
class OutRow:
    """An Outgoing with its fate."""

    id: int
    out: Outgoing
    state: OutState
    created_at: datetime
    attempts: int = 0
    message_ref: str = ""
    target_ref: str = ""  # EDIT: the message id of its target, once known
    error: str = ""
    sent_at: datetime | None = None
    maybe_copy: bool = field(default=False)
