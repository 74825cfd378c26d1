"""The button that takes apart what was joined by mistake. Apart, so that the receipt can show it."""

from handlers.kit import burst_texts
from storage.model.messages import Button
from storage.model.tickets import Ticket


def split_row(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """不是同一件事, once something was joined; it names how many were, so that an old press splits nothing else."""
    if not ticket.joined or ticket.finished:
        return ()
    return ((Button(label=burst_texts.SPLIT, action=f"split:{ticket.id}.{ticket.joined}"),),)
