"""The duty roster by chat."""

from handlers.roster import asking, calendars, figures, freedom, holes, leaving, settle, showing, undoing
from handlers.roster.feature import RosterSettings, roster

__all__ = [
    "RosterSettings",
    "asking",
    "calendars",
    "figures",
    "freedom",
    "holes",
    "leaving",
    "roster",
    "settle",
    "showing",
    "undoing",
]
