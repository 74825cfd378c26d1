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
    """It is decided to whom a waiting ticket is brought. `person_id` None: nobody was found."""

    ticket_id: int
    person_id: int | None
    failed_person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnreached:
    """The card of a ticket could not be delivered to this person: someone else must get it."""

    ticket_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """The platform will never deliver this outgoing message."""

    outbox_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoined:
    """The bot was added to a group (or its rights there changed)."""

    group_id: int


Fact = TicketOpened | TicketRouted | TicketUnreached | DeliveryFailed | GroupJoined

FACTS: dict[str, type[Fact]] = {
    kind.__name__: kind for kind in (TicketOpened, TicketRouted, TicketUnreached, DeliveryFailed, GroupJoined)
}
