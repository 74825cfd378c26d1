"""A notice to the reporter about their ticket: where it was told; in private where it must not be read by others."""

from handlers.kit import texts
from handlers.kit.context import Context
from storage.model.messages import Button, Content, Lane, Role
from storage.model.tickets import Ticket


async def tell_reporter(
    ctx: Context, ticket: Ticket, sentence: str, *, key: str, buttons: tuple[tuple[Button, ...], ...] = ()
) -> None:
    """Once per key. The group reads no word about a confidential matter but its number and state."""
    content, role = Content(text=sentence, buttons=buttons), Role.ASK if buttons else Role.NOTICE
    if ticket.confidential:
        who, near = ticket.reporter_id, ticket.source.platform
        told = await ctx.tell(who, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key, near=near)
        if told is not None:
            return
        content = Content(text=texts.status_line(ticket), buttons=buttons)
    if not ticket.private:
        content = Content(
            text=content.text, buttons=buttons, reply_to="" if ticket.confidential else ticket.source_message
        )
    await ctx.say(ticket.source, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key)
