"""What the two channels share that only let us speak for a while after each word of a person."""

import hashlib

from bot.adapters.base import Capabilities, Edits, Later, Limits, Never, SendResult
from bot.adapters.wecom.api import Lost, Refused
from bot.adapters.wecom.errcodes import judge
from storage.model.channels import EVERY_KIND
from storage.model.messages import AttachmentKind
from storage.stores.outbox import WAITS_FOR_TURN

LOOK_AGAIN = 1800.0
TEXT_BYTES = 2048


def resident_channel(*, per_turn: int, turn_hours: float, buttons: int, menu: int = 0) -> Capabilities:
    """One to one with residents. `buttons`: how many a message can have; 0: none, people choose by number. `menu`:
    bytes of the text above them."""
    return Capabilities(
        hears_mentions=False,
        replies=False,
        editing=Edits.NEVER,
        buttons=buttons > 0,
        pushes=False,
        push_needs_talk=True,
        answers_presses=False,
        shows=EVERY_KIND - {AttachmentKind.LOCATION},
        captions=False,
        forgets_files=True,
        limits=Limits(
            text=TEXT_BYTES,
            unit="utf8",
            answer=TEXT_BYTES,
            buttons=buttons,
            menu=menu,
            per_turn=per_turn,
            turn_hours=turn_hours,
        ),
    )


def own_id(key: str) -> str:
    """Our id of the message with this outbox key: the same at every try. 25 letters and digits."""
    return "k" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def judge_turn(reply: Refused | Lost, *, over: frozenset[int], gone: frozenset[int]) -> SendResult:
    """As `judge`. `over`: the platform counts differently from us; it waits until they write, like all the rest.
    `gone`: this person cannot be reached any more."""
    if isinstance(reply, Refused) and reply.code in over:
        return Later(why=WAITS_FOR_TURN, after=LOOK_AGAIN)
    if isinstance(reply, Refused) and reply.code in gone:
        return Never(why=f"{reply.code} {reply.why}", gone=True)
    return judge(reply)
