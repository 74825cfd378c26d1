"""这是不是骗子？ A verdict where one can be given; a ticket wherever an officer should look."""

from dataclasses import dataclass

from handlers.kit import scam_texts as say
from handlers.kit.context import Context
from handlers.kit.facts import ReportWanted
from handlers.scam.feature import scam
from handlers.scam.question import asks, suspicious_part
from handlers.scam.sightings import known_scam
from handlers.understanding import Verdict
from storage.model.matters import Category, Money
from storage.model.messages import Button, Content, InboundKind, Lane, Role
from storage.model.people import GroupKind
from storage.model.tickets import EntryKind, Urgency

AWAITED = "scam.text"
"""The step of a conversation in private: we asked for the suspicious text. Whatever else comes is what it is."""

ANSWERABLE = frozenset({Category.FRAUD, Category.QUESTION, Category.OTHER})
"""A doubtful banknote or a forged paper is asked about in the same words, and is a matter for an officer."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """What the question is about. `elsewhere`: it stands in a message other than the asking one."""

    text: str
    elsewhere: bool = False


@scam.otherwise(70)
async def check(ctx: Context) -> bool:
    """Take only what needs no ticket, or whose words stand elsewhere. Money that moves is never held up here."""
    if not _concerns_us(ctx) or await _belongs_to_a_ticket(ctx):
        return False
    suspect = _suspect(ctx)
    if not suspect.text:
        if not ctx.event.chat.private:
            return False
        await ctx.ask(AWAITED, {})
        await ctx.reply(say.TO_LOOK_AT)
        return True
    if _awaited(ctx):
        await ctx.end_conversation()
    return await _look(ctx, suspect)


def _awaited(ctx: Context) -> bool:
    """We asked for the text itself, and this may be it."""
    return ctx.conversation is not None and ctx.conversation.step == AWAITED


def _concerns_us(ctx: Context) -> bool:
    event, meaning = ctx.event, ctx.understood
    colleagues = ctx.staff or (ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS)
    if event.kind is not InboundKind.MESSAGE or event.attachments or colleagues or _moves_money(ctx):
        return False
    if meaning.category not in ANSWERABLE or meaning.courtesy is not None:
        return False
    return asks(ctx.said) or (event.chat.private and (meaning.pasted or _awaited(ctx)))


def _moves_money(ctx: Context) -> bool:
    """Not a question any more: it is urgent, and the ticket's receipt says how to stop the payment."""
    meaning = ctx.understood
    return meaning.money in (Money.SENT, Money.SENDING) or meaning.urgency is Urgency.URGENT


async def _belongs_to_a_ticket(ctx: Context) -> bool:
    where, replied = ctx.event.chat.address, ctx.event.reply_to
    return bool(replied) and await ctx.unit.tickets.by_message(where.platform, where.chat_id, replied) is not None


def _suspect(ctx: Context) -> Suspect:
    said = ctx.said
    if not asks(said):
        return Suspect(said)
    part = suspicious_part(said)
    if part:
        return Suspect(part)
    if ctx.event.quoted:
        return Suspect(ctx.event.quoted, elsewhere=True)
    return Suspect("\n".join(line.text for line in ctx.earlier if line.text))


async def _look(ctx: Context, suspect: Suspect) -> bool:
    """True if it is answered, or became a ticket in other words than were said. What is not goes on to the tickets."""
    known = await known_scam(ctx, ctx.here.id, suspect.text)
    verdict = Verdict.LIKELY if known is not None else ctx.understand(suspect.text).verdict
    if verdict is Verdict.UNKNOWN and ctx.event.chat.private:
        await _unknown(ctx, suspect)
        return True
    if suspect.elsewhere:
        ctx.emit(ReportWanted(text=f"{ctx.said}\n“{suspect.text}”"))
    return suspect.elsewhere


async def _unknown(ctx: Context, suspect: Suspect) -> None:
    words = f"{ctx.said}\n“{suspect.text}”" if suspect.elsewhere else ctx.said
    data = {"verdict": Verdict.UNKNOWN, "message": ctx.event.message_id}
    entry_id = await ctx.log(EntryKind.SCAM_CHECKED, text=words, data=data)
    buttons = ((Button(label=say.HUMAN, action=f"human:{entry_id}"),),)
    await ctx.reply(Content(text=say.unknown(), buttons=buttons), lane=Lane.RESIDENT, role=Role.ASK)
