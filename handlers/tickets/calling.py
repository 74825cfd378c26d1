"""A call without a matter: 我在, and then one waits for what is the matter."""

from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.feature import CALLED
from handlers.tickets.answering_back import says_solved, thanked
from handlers.tickets.feature import BurstSettings
from handlers.understanding import Courtesy
from storage.model.messages import Content
from storage.model.people import Conversation


async def courteous(ctx: Context, courtesy: Courtesy) -> None:
    """The kind word that thanks, a greeting or a bare call gets."""
    if courtesy is Courtesy.THANKS:
        await thanked(ctx)
        await ctx.reply(texts.THANKS_BACK)
    elif courtesy is Courtesy.SOLVED and await says_solved(ctx):
        return
    elif courtesy in (Courtesy.CALL, Courtesy.GREETING):
        await ctx.reply(Content(text=texts.YES_HERE_GROUP, ask=True) if ctx.public else texts.YES_HERE)
        await _wait_for_the_matter(ctx)
    else:
        await ctx.reply(texts.GOT_IT)


async def _wait_for_the_matter(ctx: Context) -> None:
    """Somebody in a group called us and said nothing else: what they write in the next minutes is the matter."""
    event = ctx.event
    if not ctx.among_residents or ctx.who.anonymous or ctx.staff or ctx.conversation is not None:
        return
    where = event.chat.address
    ctx.listening = ctx.waiting = True
    await ctx.unit.conversations.put(
        Conversation(
            platform=where.platform,
            chat_id=where.chat_id,
            user_id=event.sender.user_id,
            step=CALLED,
            data="{}",
            expires_at=event.at + ctx.settings(BurstSettings).cap,
        )
    )
