"""What an officer's sentence means: an order to carry out, or a doubt to ask about."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Action(StrEnum):
    CLAIM = "claim"
    ARRIVE = "arrive"
    RESOLVE = "resolve"
    TRANSFER = "transfer"
    GIVE_BACK = "return"
    PAUSE = "pause"
    RESUME = "resume"
    HELP = "help"
    NOTE = "note"
    FALSE_REPORT = "false_report"
    PRIORITY = "urgent"
    SWAP = "swap"
    STATUS = "status"
    ASK = "ask"
    HANDOVER = "handover"


class Topic(StrEnum):
    """What exactly a SWAP or an ASK is about."""

    EXCHANGE = "exchange"  # my shift for another; `person`: with whom, "" = anyone
    COVER = "cover"  # somebody takes my shift; `person`: who, "" = anyone
    TAKE = "take"  # I take the shift of `person`
    LEAVE = "leave"
    TICKET = "ticket"
    MINE = "mine"  # what I have in hand
    UNCLAIMED = "unclaimed"  # what nobody has claimed
    DUTY = "duty"  # who is on duty; `day` and `text` say when


class Status(StrEnum):
    """Availability as officers say it. Values are what people read, and stand in `Phrase.text`."""

    BUSY = "处警中"
    EN_ROUTE = "在途"
    OFF = "休"
    ON = "在岗"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One order. `numbers`: the tickets, in the order said. `person`: a colleague (full name), a queue or a partner.

    `text`: finding, reason or note. `until`: when a paused ticket wakes, in the station's local time.
    `day`: the day of the shift a swap or a question is about.
    """

    action: Action
    numbers: tuple[int, ...] = ()
    person: str = ""
    text: str = ""
    until: datetime | None = None
    topic: Topic | None = None
    day: date | None = None


class Why(StrEnum):
    """What has to be asked."""

    WHICH_TICKET = "which_ticket"  # no number, and not exactly one that can be meant
    NOT_YOURS = "not_yours"  # a ticket the asker does not hold
    WHICH_ACTION = "which_action"  # a ticket is meant, but what is to be done?
    WHO = "who"  # nobody, or nobody known, is named
    WHICH_DAY = "which_day"


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nothing is done; one question with `choices` as buttons. No choices: the answer has to be typed."""

    why: Why
    choices: tuple[Phrase, ...] = ()
