"""`tickets:` of config.yaml as the service knows it."""

from bot.config import StationTickets, TicketRules, Tickets
from handlers.tickets import Target, TicketSettings


def ticket_settings(section: Tickets) -> TicketSettings:
    """What all stations do, and what single ones do otherwise."""
    return _settings(section, {rules.station: _settings(_over(section, rules), {}) for rules in section.stations})


def _over(common: TicketRules, own: StationTickets) -> TicketRules:
    """The common rules, but for what is written for this station."""
    written = {name: getattr(own, name) for name in own.model_fields_set if name != "station"}
    return common.model_copy(update=written)


def _settings(section: TicketRules, stations: dict[str, TicketSettings]) -> TicketSettings:
    """Targets written there stand before our own, which stay for whatever they do not speak of."""
    own = tuple(
        Target(
            urgency=rule.urgency,
            categories=rule.categories,
            response=rule.response_minutes,
            scene=rule.scene_minutes,
            resolution=rule.resolution_minutes,
            working=rule.working_time,
        )
        for rule in section.targets
    )
    return TicketSettings(
        lease_urgent=section.lease_urgent_minutes,
        lease=section.lease_minutes,
        lease_scene=section.lease_scene_minutes,
        pause_hours=section.pause_hours,
        handover=section.handover_minutes,
        quiet_start=_minute(section.quiet_hours.start),
        quiet_end=_minute(section.quiet_hours.end),
        ladder_urgent=section.ladder_urgent_minutes,
        ladder=section.ladder_minutes,
        remind_hours=section.remind_hours,
        close_days=section.close_days,
        reopen_days=section.reopen_days,
        forward_days=section.forward_days,
        many_watch=section.many_watch,
        targets=(*own, *TicketSettings().targets),
        stations=stations,
    )


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
