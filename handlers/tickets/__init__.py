"""Tickets: from a resident's @ to a rated end."""

from handlers.tickets import closing, follow, lists, report, transfer, work
from handlers.tickets.feature import tickets

__all__ = ["closing", "follow", "lists", "report", "tickets", "transfer", "work"]
