"""Who we are on Telegram, and how a text shows that it means us. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from handlers.kit.mentions import AT

PLATFORM = "telegram"
COMMAND = re.compile(r"/(\w{1,64})(?:@([A-Za-z0-9_]{1,64})|(?!\S))")


class Account(Protocol):
    @property
    def id(self) -> int: ...


class Reply(Protocol):
    @property
    def message_id(self) -> int: ...
    @property
    def from_(self) -> Account | None: ...
    @property
    def forum_topic_created(self) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Me:
    """Our bot: `id` comes from the token, `username` (without @) from getMe.

    While the username is unknown (a stored event is parsed before getMe answered), any @name ending in "bot"
    counts as ours: what is stored has passed the prefilter, which never runs without the username.
    """

    id: int
    username: str = ""
    _needle: str = field(init=False, repr=False, compare=False)
    _named: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name = re.escape(self.username) if self.username else r"[a-z0-9_]*bot"
        pattern = re.compile(rf"[{AT}]{name}(?![A-Za-z0-9_])", re.IGNORECASE)
        object.__setattr__(self, "_named", pattern)
        object.__setattr__(self, "_needle", self.username.lower() or "bot")

    def named_in(self, text: str) -> bool:
        """True if our @name stands anywhere in `text`; Telegram marks no entity for "楼上@our_bot"."""
        return self._needle in text.lower() and self._named.search(text) is not None

    def owns(self, name: str) -> bool:
        """True if `name`, typed without its @, is ours."""
        return self._named.fullmatch("@" + name) is not None

    def commanded_by(self, text: str, ours: Collection[str] = ()) -> bool:
        """True for "/cmd@us" and, where it is one of `ours` (empty: any), "/cmd"; a group may have other bots.

        False for "/cmd@another_bot" and for "/a/path".
        """
        match = COMMAND.match(text)
        if match is None:
            return False
        if match.group(2) is not None:
            return self.owns(match.group(2))
        return not ours or match.group(1).lower() in ours

    def answered_by(self, reply: Reply | None) -> bool:
        """True for an answer to one of our messages.

        Inside a forum topic every message "answers" the service message that opened it; that is no answer.
        """
        if reply is None or reply.from_ is None or reply.forum_topic_created is not None:
            return False
        return reply.from_.id == self.id


def without_our_name(me: Me, text: str) -> tuple[str, int]:
    """ "/report@our_bot 路灯" → ("/report 路灯", 15): the plain command and how much of `text` it replaces.

    Every other text stays as it is, with 0.
    """
    match = COMMAND.match(text)
    if match is None or match.group(2) is None or not me.owns(match.group(2)):
        return text, 0
    rest = text[match.end() :]
    space = " " if rest and not rest[0].isspace() else ""
    return f"/{match.group(1)}{space}{rest}", match.end()
