"""A notice to the reporter about their ticket: where it was told; in private where it must not be read by others."""

from handlers.kit import texts
from handlers.kit.account_texts import platform_name
from handlers.kit.context import Context
from storage.model.messages import Address, Button, Content, Lane, Role
from storage.model.tickets import Ticket


async def tell_reporter(
    ctx: Context, ticket: Ticket, sentence: str, *, key: str, buttons: tuple[tuple[Button, ...], ...] = ()
) -> str:
    """Once per key. The group reads no word about a confidential matter but its number and state.

    As `waits_on`.
    """
    content, role = Content(text=sentence, buttons=buttons), Role.ASK if buttons else Role.NOTICE
    if ticket.confidential:
        to = await ctx.private_chat(ticket.reporter_id, ticket.source.platform)
        if to is not None:
            waits = await waits_on(ctx, ticket, to, content)
            await ctx.tell(to, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key)
            return waits
        content = Content(text=texts.status_line(ticket), buttons=buttons)
    if not ticket.private:
        content = Content(
            text=content.text, buttons=buttons, reply_to="" if ticket.confidential else ticket.source_message
        )
    waits = await waits_on(ctx, ticket, ticket.source, content)
    await ctx.say(ticket.source, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key)
    return waits


async def waits_on(ctx: Context, ticket: Ticket, to: Address, content: Content) -> str:
    """Before it is said: the platform where its reader must write to us first, as people call it; "" if it leaves."""
    return "" if await ctx.arrives(to, content, ticket.id) else platform_name(to.platform)
