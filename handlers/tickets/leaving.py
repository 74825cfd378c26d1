"""转出 · 收回 · 误报: what is another office's, and what was none of ours at all. Its reporter always hears of it."""

import re

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.channel_texts import told as told_line
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketOpened
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.moving import awake, checked, mine, say_lost
from handlers.tickets.outside import ask_in_time
from handlers.tickets.telling import tell_reporter
from handlers.tickets.view import refresh
from handlers.tickets.watching import tell_watchers
from storage.model.messages import Button, Content, Role
from storage.model.tickets import EntryKind, FalseAlarm, Move, State, Ticket

REASONS = tuple(FalseAlarm)
LONGEST = 40
_REF = re.compile(r"(?:回执|编号|受理|工单)(?:单)?(?:号|编号)?\s*[:：]?\s*([A-Za-z0-9][A-Za-z0-9\-]{1,29})")


# ── 转出 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "转出",
    slash="forward",
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="转出 12 12345 回执20261121　转给别的部门",
)
async def forward(ctx: Context, arg: parse.NumberAndText) -> None:
    """Out of our hands, with the receipt number over there; the same word again adds that number."""
    ticket = await ticket_by_number(ctx, arg.number)
    found = _REF.search(arg.text)
    ref = found.group(1) if found else ""
    partner = texts.short(_REF.sub("", arg.text).strip(" ，,"), LONGEST)
    if ticket.state is State.FORWARDED and ref:
        await _save_ref(ctx, ticket, ref)
        return
    await checked(ctx, ticket, say.FORWARD)
    if not partner:
        raise UsageError(say.NEED_PARTNER.format(number=ticket.number))
    ticket = await awake(ctx, ticket)
    moved = await ctx.unit.tickets.move(ticket.id, Move.FORWARD, at=ctx.now, forwarded_to=partner, forwarded_ref=ref)
    if moved is None:
        await say_lost(ctx, ticket, say.FORWARD)
        return
    await ctx.log(EntryKind.FORWARDED, ticket=moved, text=f"{partner}{say.receipt_of(ref)}", data={"ref": ref})
    await refresh(ctx, moved)
    number = texts.number(moved)
    told = say.FORWARDED_TO_REPORTER.format(number=number, partner=partner, receipt=say.receipt_of(ref))
    waits = await tell_reporter(ctx, moved, told, key=f"ticket:{moved.id}:forwarded:{moved.round}")
    await ask_in_time(ctx, moved)
    await ctx.answer(say.FORWARDED.format(number=number, partner=partner, bare=moved.number, told=told_line(waits)))


async def _save_ref(ctx: Context, ticket: Ticket, ref: str) -> None:
    kept = await ctx.unit.held.set_forwarded_ref(ticket.id, ref) if mine(ctx, ticket) else None
    if kept is None:
        await say_lost(ctx, ticket, say.FORWARD)
        return
    await ctx.log(EntryKind.FORWARDED, ticket=kept, text=f"{kept.forwarded_to}{say.receipt_of(ref)}", data={"ref": ref})
    await refresh(ctx, kept)
    await ctx.answer(say.REF_SAVED.format(number=texts.number(kept), ref=ref))


@tickets.command(
    "收回", slash="takeback", args=parse.number_and_text, allow=Permission.WORK, help="收回 12 原因　对方退回来了"
)
async def take_back(ctx: Context, arg: parse.NumberAndText) -> None:
    await _take_back(ctx, await ticket_by_number(ctx, arg.number), arg.text)


@tickets.button("takeback", args=parse.row_id, allow=Permission.REPORT)
async def press_take_back(ctx: Context, ticket_id: int) -> None:
    await _take_back(ctx, await ticket_to_work(ctx, ticket_id), "")


async def _take_back(ctx: Context, ticket: Ticket, reason: str) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    number, partner = texts.number(ticket), ticket.forwarded_to
    moved = await ctx.unit.tickets.move(ticket.id, Move.TAKE_BACK, at=ctx.now)
    if moved is None:
        raise UsageError(say.NOT_FORWARDED.format(number=number, state=ticket.state))
    await ctx.log(EntryKind.TAKEN_BACK, ticket=moved, text=texts.short(reason, 200), data={"partner": partner})
    told = say.TAKEN_BACK_TO_REPORTER.format(number=number, partner=partner)
    await tell_reporter(ctx, moved, told, key=f"ticket:{moved.id}:back:{moved.round}")
    ctx.emit(TicketOpened(ticket_id=moved.id))
    await ctx.answer(say.TAKEN_BACK.format(number=number))


# ── 误报 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "误报", slash="dismiss", args=parse.number_and_text, allow=Permission.WORK, help="误报 12 重复反映　不用处理"
)
async def dismiss(ctx: Context, arg: parse.NumberAndText) -> None:
    ticket = await checked(ctx, await ticket_by_number(ctx, arg.number), say.DISMISS)
    if not arg.text:
        await _ask(ctx, ticket)
        return
    reason = next((r for r in REASONS if arg.text.strip(" 。.") in (r, r[:2])), None)
    if reason is None:
        raise UsageError(say.NEED_DISMISS.format(names=say.false_alarms(), number=ticket.number))
    await _dismiss(ctx, ticket, reason)


@tickets.button("dismiss", args=parse.row_id, allow=Permission.REPORT)
async def press_dismiss(ctx: Context, ticket_id: int) -> None:
    await _ask(ctx, await checked(ctx, await ticket_to_work(ctx, ticket_id), say.DISMISS))


async def _ask(ctx: Context, ticket: Ticket) -> None:
    cells = [Button(label=r, action=f"dismissas:{ticket.id}.{i}") for i, r in enumerate(REASONS)]
    content = Content(text=say.ask_dismiss(ticket), buttons=(tuple(cells[:3]), tuple(cells[3:])))
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


@tickets.button("dismissas", args=parse.two_ids, allow=Permission.REPORT)
async def press_reason(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await checked(ctx, await ticket_to_work(ctx, arg[0]), say.DISMISS)
    if arg[1] >= len(REASONS):
        raise UsageError(texts.STALE_BUTTON)
    if await _dismiss(ctx, ticket, REASONS[arg[1]]):
        await ctx.close_question(f"{texts.number(ticket)}{say.DISMISS}：{REASONS[arg[1]]}")


async def _dismiss(ctx: Context, ticket: Ticket, reason: FalseAlarm) -> bool:
    ticket = await awake(ctx, ticket)
    moved = await ctx.unit.tickets.move(ticket.id, Move.DISMISS, at=ctx.now, finding=reason)
    if moved is None:
        await say_lost(ctx, ticket, say.DISMISS)
        return False
    await ctx.log(EntryKind.FALSE_ALARM, ticket=moved, text=reason)
    await refresh(ctx, moved)
    number = texts.number(moved)
    told = say.DISMISSED_TO_REPORTER.format(number=number, reason=reason)
    buttons = ((Button(label=texts.REOPEN, action=f"reopen:{moved.id}"),),)
    key = f"ticket:{moved.id}:dismissed:{moved.round}"
    waits = await tell_reporter(ctx, moved, told, key=key, buttons=buttons)
    await tell_watchers(ctx, moved)
    await ctx.answer(say.DISMISSED.format(number=number, reason=reason, told=told_line(waits)))
    return True
