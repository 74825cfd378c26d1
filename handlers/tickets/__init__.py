"""Tickets: from a resident's @ to a rated end."""

from handlers.tickets import (
    alarm,
    asking,
    bursts,
    closing,
    correcting,
    follow,
    lists,
    report,
    sensitive,
    splitting,
    transfer,
    wanted,
    watching,
    work,
)
from handlers.tickets.feature import BurstSettings, tickets

__all__ = [
    "BurstSettings",
    "alarm",
    "asking",
    "bursts",
    "closing",
    "correcting",
    "follow",
    "lists",
    "report",
    "sensitive",
    "splitting",
    "tickets",
    "transfer",
    "wanted",
    "watching",
    "work",
]
