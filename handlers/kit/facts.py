"""What features tell each other. A fact is something that has just become true in this transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened:
    """A ticket waits for somebody: new, or reopened. `mentioned`: the names its reporter @-ed."""

    ticket_id: int
    mentioned: tuple[str, ...] = ()
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRouted:
    """It is decided to whom a waiting ticket is brought. `person_id` None: nobody was found.

    `leader_ids`: who leads the station now and must see an urgent matter as well. `turned`: it was sent to this queue
    by hand.
    """

    ticket_id: int
    person_id: int | None
    failed_person_id: int | None = None
    leader_ids: tuple[int, ...] = ()
    turned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRose:
    """More was heard of a ticket, and it cannot wait any more: it has just been kept as urgent, or danger is new."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed:
    """It is over: its reporter confirmed, or never answered."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketGrew:
    """More was heard of a ticket: its text is another one now."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadersCalled:
    """It is decided who leads the station now and must see a ticket that rose."""

    ticket_id: int
    leader_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnreached:
    """The card of a ticket could not be delivered to this person: someone else must get it."""

    ticket_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTurned:
    """A ticket was sent to another queue by hand: somebody there must get it."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyGapMet:
    """A ticket came while nobody had this duty; it went to the next in line at once.

    `queue`: nobody of that queue had it; `people` belong to it.
    """

    station_id: int
    duty: str
    queue: str = ""
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameInPrivate:
    """A person opened a private chat with us: from now on we can write to them."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWanted:
    """What has just been said here is a report, in these words. Only while a message is handled."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamSpreading:
    """One scam was forwarded this often within a day: whoever leads the station should hear of it."""

    print_id: int
    station_id: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamAlertDue:
    """It is decided who leads the station now and is asked whether to warn everybody."""

    print_id: int
    count: int
    leader_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWanted:
    """A leader wants this text as a draft of a broadcast of the station."""

    title: str
    text: str
    station_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """The platform will never deliver this outgoing message."""

    outbox_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWaits:
    """The platform takes this outgoing message only after its reader has written to us; we had thought it would."""

    outbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoined:
    """The bot was added to a group (or its rights there changed)."""

    group_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAsked:
    """Somebody must know who leads a station now, and whether anybody is missing. `about` comes back unread."""

    station_id: int
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyStands:
    """The answer. `gaps`: duties of the plan that nobody has at this moment."""

    station_id: int
    about: str
    leader_ids: tuple[int, ...]
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveGranted:
    """This person is away otherwise than was planned. `now`: from this moment on."""

    station_id: int
    person_id: int
    now: bool


Fact = (
    TicketOpened
    | TicketRouted
    | TicketGrew
    | TicketClosed
    | TicketRose
    | LeadersCalled
    | TicketUnreached
    | TicketTurned
    | DutyGapMet
    | CameInPrivate
    | ReportWanted
    | ScamSpreading
    | ScamAlertDue
    | DraftWanted
    | DeliveryFailed
    | DeliveryWaits
    | GroupJoined
    | DutyAsked
    | DutyStands
    | LeaveGranted
)

FACTS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        TicketOpened,
        TicketRouted,
        TicketGrew,
        TicketClosed,
        TicketRose,
        LeadersCalled,
        TicketUnreached,
        TicketTurned,
        DutyGapMet,
        CameInPrivate,
        ReportWanted,
        ScamSpreading,
        ScamAlertDue,
        DraftWanted,
        DeliveryFailed,
        DeliveryWaits,
        GroupJoined,
        DutyAsked,
        DutyStands,
        LeaveGranted,
    )
}
