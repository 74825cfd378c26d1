"""A channel as data: what a platform can do and how much. Features choose by it, never by a platform's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A platform's published limits. Texts are counted by `unit`: "utf16" code units or "utf8" bytes."""

    text: int = 4096
    caption: int = 1024
    unit: str = "utf16"
    answer: int = 200
    per_bot_second: float = 30.0
    per_chat_second: float = 1.0
    per_chat_burst: float = 3.0  # so many at once before the second's limit counts
    per_chat_minute: float = 20.0  # groups only


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    hears_mentions: bool = True
    replies: bool = True
    edits: bool = True
    buttons: bool = True
    pushes: bool = True
    private_chats: bool = True
    answers_presses: bool = True
    limits: Limits = Limits()
