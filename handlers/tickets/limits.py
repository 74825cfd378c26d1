"""What a station promises and allows: targets, leases, the ladder, quiet hours. Set by `tickets:` in config.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.kit.clocks import Clock
from handlers.kit.context import Context
from storage.model.matters import Category
from storage.model.tickets import State, Ticket, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The first that fits a ticket counts. Empty `urgency` or `categories`: any. Minutes; 0: no such target.

    `working`: only working time counts, else every minute.
    """

    urgency: str = ""
    categories: tuple[str, ...] = ()
    response: int = 0
    scene: int = 0
    resolution: int = 0
    working: bool = False

    def fits(self, ticket: Ticket) -> bool:
        if self.urgency and self.urgency != ticket.urgency:
            return False
        return not self.categories or ticket.category in self.categories

    def of(self, clock: Clock) -> timedelta | None:
        amount = self.response if clock is Clock.RESPONSE else self.scene if clock is Clock.SCENE else self.resolution
        return timedelta(minutes=amount) if amount else None


NO_TARGET = Target()
HOUR, DAY, WORKING_DAY = 60, 24 * 60, 8 * 60

TARGETS = (
    Target(urgency=Urgency.URGENT, response=5, scene=30, resolution=DAY),
    Target(
        categories=(Category.PAPERS, Category.QUESTION), response=2 * HOUR, resolution=3 * WORKING_DAY, working=True
    ),
    Target(urgency=Urgency.LOW, response=4 * HOUR, resolution=5 * WORKING_DAY, working=True),
    Target(response=30, scene=2 * HOUR, resolution=3 * DAY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSettings:
    """Minutes, if the name says nothing else. `ladder`: after a missed target, officer · duty leader · leaders."""

    lease_urgent: int = 10
    lease: int = 60
    lease_scene: int = 240
    nudge_percent: int = 80
    pause_hours: int = 24  # a pause without a time of its own
    longest_pause_days: int = 30
    targets: tuple[Target, ...] = field(default=TARGETS)
    ladder_urgent: tuple[int, int, int] = (0, 5, 15)
    ladder: tuple[int, int, int] = (0, 30, 120)
    quiet_start: int = 22 * 60  # of the station's day: leaders are not woken for what is not urgent
    quiet_end: int = 7 * 60
    handover: int = 15
    remind_hours: int = 24
    close_days: int = 5
    reopen_days: int = 14
    forward_days: int = 3  # after which somebody asks over there, again and again
    many_watch: int = 3  # so many neighbours make a matter weigh more
    stations: Mapping[str, "TicketSettings"] = field(default_factory=dict)  # by code, where one has rules of its own

    def target(self, ticket: Ticket) -> Target:
        return next((t for t in self.targets if t.fits(ticket)), NO_TARGET)

    def lease_of(self, ticket: Ticket) -> timedelta:
        """How long a holder may be silent."""
        urgent = ticket.urgency is Urgency.URGENT
        if ticket.state is State.ON_SCENE:
            return timedelta(minutes=self.lease_scene)
        return timedelta(minutes=self.lease_urgent if urgent else self.lease)

    def ladder_of(self, ticket: Ticket) -> tuple[timedelta, ...]:
        """How long after a missed target each step hears of it. What many follow climbs as fast as what is urgent."""
        fast = ticket.urgency is Urgency.URGENT or ticket.watched >= self.many_watch
        minutes = self.ladder_urgent if fast else self.ladder
        return tuple(timedelta(minutes=m) for m in minutes)


async def limits_at(ctx: Context, station_id: int) -> TicketSettings:
    """What this station promises: its own rules, or those of all."""
    common = ctx.settings(TicketSettings)
    if not common.stations:
        return common
    known = ctx.station is not None and ctx.station.id == station_id
    station = ctx.station if known else await ctx.unit.stations.get(station_id)
    return common.stations.get(station.code, common) if station is not None else common
