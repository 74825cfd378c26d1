"""The duty roster by chat."""

from handlers.roster import asking, calendars, figures, freedom, holes, leaving, ordered, settle, showing, undoing
from handlers.roster.feature import RosterSettings, roster

__all__ = [
    "RosterSettings",
    "asking",
    "calendars",
    "figures",
    "freedom",
    "holes",
    "leaving",
    "ordered",
    "roster",
    "settle",
    "showing",
    "undoing",
]
