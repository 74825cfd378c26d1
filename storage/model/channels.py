"""A channel as data: what a platform can do and how much. Features choose by it, never by a platform's name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.model.messages import AttachmentKind

EVERY_KIND = frozenset(AttachmentKind)


class Edits(StrEnum):
    """When a message that was sent can still be changed."""

    ALWAYS = "always"
    ON_PRESS = "on_press"  # only cards, while the platform permits it: it does so anew with every press
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A platform's published limits. Texts are counted by `unit`: "utf16" code units or "utf8" bytes. 0: no limit."""

    text: int = 4096
    caption: int = 1024
    unit: str = "utf16"
    menu: int = 0  # a text with buttons under it
    answer: int = 200
    buttons: int = 100  # on one message; what is beyond is chosen by number
    at_once: int = 48  # sends under way of one bot; a platform that hangs never holds up another
    per_bot_second: float = 30.0
    per_chat_second: float = 1.0
    per_chat_burst: float = 3.0  # so many at once before the second's limit counts
    per_chat_minute: float = 20.0  # groups only
    per_chat_hour: int = 0  # any chat; counted over restarts
    per_turn: int = 0  # messages to a person after each of theirs; counted over restarts
    turn_hours: float = 48.0  # for so long after it
    per_group_month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    hears_mentions: bool = True
    replies: bool = True
    editing: Edits = Edits.ALWAYS
    buttons: bool = True
    pushes: bool = True
    push_needs_talk: bool = False  # nothing can be said in a chat before somebody has spoken to us there
    human_confirms: bool = False  # a push leaves only when a person confirms it on a phone
    reaches_residents: bool = True  # people without an account of ours can be in its chats
    private_chats: bool = True
    answers_presses: bool = True
    drops_copies: float = 0.0  # for so many seconds the same message sent once more does not arrive twice
    shows: frozenset[AttachmentKind] = EVERY_KIND  # what it can show of what came from elsewhere
    captions: bool = True  # words and a file fit into one message
    forgets_files: bool = False  # what people send is gone after some days, and cannot be sent again by its name
    limits: Limits = Limits()

    @property
    def edits(self) -> bool:
        """Is trying to change a message worth it at all?"""
        return self.editing is not Edits.NEVER

    @property
    def hears(self) -> bool:
        """Can anybody say anything to us there?"""
        return self.hears_mentions or self.private_chats

    @property
    def takes_turns(self) -> bool:
        """Must it be remembered when somebody last spoke in a chat?"""
        return self.push_needs_talk or self.limits.per_turn > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a channel has been read, kept in the same transaction as what was read. `before`: it moves only from
    there, so that who was slow does not move it back; None: from anywhere."""

    platform: str
    bot: str
    name: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRoute:
    """Ways to answer one message later. `response_url` is sealed: it is a key to the chat."""

    platform: str
    bot: str
    chat_id: str
    message_id: str
    at: datetime
    req_id: str = ""
    stream_id: str = ""
    response_url: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCode:
    """The one permission to change a card that was sent. `code` is sealed."""

    platform: str
    bot: str
    chat_id: str
    task_id: str
    code: str
    until: datetime


class PushState(StrEnum):
    """A push that a person must confirm. Never "sent" because the platform took the task."""

    CREATED = "已建任务"
    WAITING = "待群主确认"
    DELIVERED = "已送达"
    EXPIRED = "过期"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTask:
    """One broadcast for one chat, waiting for the member who must confirm it."""

    id: int
    broadcast_id: int
    platform: str
    bot: str
    chat_id: str
    sender: str
    msgid: str
    state: PushState
    at: datetime
    reminded: int = 0
    reminded_at: datetime | None = None
