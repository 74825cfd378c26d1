"""接单 → 到场 → 办结. Every move is compare-and-set; who loses reads how it stands."""

from datetime import timedelta

from handlers.kit import life_texts, parse, texts
from handlers.kit.access import Permission
from handlers.kit.channel_texts import told
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.closing import ask_reporter
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.holding import taken
from handlers.tickets.limits import limits_at
from handlers.tickets.moving import awake, mine, say_lost
from handlers.tickets.unanswered import wait_for_answer
from handlers.tickets.view import card_to, refresh
from handlers.tickets.watching import tell_watchers
from storage.model.matters import Category
from storage.model.messages import Button, Content, Role
from storage.model.tickets import WAITING, EntryKind, Move, Service, State, Ticket

LONGEST_FINDING = 1000
FEWEST_LETTERS = 2
"""A number or a sign alone tells nobody what was done."""


# ── 接单 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "接单", slash="claim", aliases=("接",), args=parse.ticket_number, allow=Permission.WORK, help="接单 12　这一单我来"
)
async def claim(ctx: Context, number: int) -> None:
    await _claim(ctx, await ticket_by_number(ctx, number))


@tickets.button("claim", args=parse.row_id, allow=Permission.REPORT)
async def press_claim(ctx: Context, ticket_id: int) -> None:
    await _claim(ctx, await ticket_to_work(ctx, ticket_id))


async def _claim(ctx: Context, ticket: Ticket) -> None:
    me = ctx.who.person.id
    until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    moved = await ctx.unit.tickets.move(ticket.id, Move.CLAIM, at=ctx.now, assignee_id=me, until=until)
    if moved is None:
        await say_lost(ctx, ticket, texts.CLAIM)
        return
    await ctx.log(EntryKind.CLAIMED, ticket=moved)
    await taken(ctx, moved)
    await refresh(ctx, moved)
    await card_to(ctx, moved, me)
    await ctx.answer(texts.YOU_CLAIMED.format(number=texts.number(moved)))


# ── 到场 ───────────────────────────────────────────────────────────────────
@tickets.command("到场", slash="arrive", args=parse.ticket_number, allow=Permission.WORK, help="到场 12　我到现场了")
async def arrive(ctx: Context, number: int) -> None:
    await _arrive(ctx, await ticket_by_number(ctx, number))


@tickets.button("arrive", args=parse.row_id, allow=Permission.REPORT)
async def press_arrive(ctx: Context, ticket_id: int) -> None:
    await _arrive(ctx, await ticket_to_work(ctx, ticket_id))


async def _arrive(ctx: Context, ticket: Ticket) -> None:
    moved = None
    if mine(ctx, ticket):
        until = ctx.now + timedelta(minutes=(await limits_at(ctx, ticket.station_id)).lease_scene)
        ticket = await awake(ctx, ticket)
        moved = await ctx.unit.tickets.move(ticket.id, Move.ARRIVE, at=ctx.now, until=until)
    if moved is None:
        await say_lost(ctx, ticket, texts.ARRIVE)
        return
    await ctx.log(EntryKind.ARRIVED, ticket=moved)
    await taken(ctx, moved)
    await refresh(ctx, moved)
    await ctx.answer(texts.ARRIVED_NOTE.format(number=texts.number(moved)))


# ── 办结 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "办结", slash="resolve", args=parse.number_and_text, allow=Permission.WORK, help="办结 12 处理结果　办完了"
)
async def resolve(ctx: Context, arg: parse.NumberAndText) -> None:
    ticket = await ticket_by_number(ctx, arg.number)
    if not arg.text and ctx.among_residents:
        raise UsageError(texts.NEED_FINDING)
    if not arg.text:
        await _ask_finding(ctx, ticket)
        return
    await _resolve(ctx, ticket, arg.text)


@tickets.button("resolve", args=parse.row_id, allow=Permission.REPORT)
async def press_resolve(ctx: Context, ticket_id: int) -> None:
    await _ask_finding(ctx, await ticket_to_work(ctx, ticket_id))


async def _ask_finding(ctx: Context, ticket: Ticket) -> None:
    """One tap on a common finding, or one sentence of one's own."""
    ended = ticket.finished and ticket.state is not State.FORWARDED
    if ended or ticket.state in WAITING or not mine(ctx, ticket):
        await say_lost(ctx, ticket, texts.RESOLVE)
        return
    buttons = tuple(
        (Button(label=finding, action=f"finding:{ticket.id}.{index}"),) for index, finding in enumerate(texts.FINDINGS)
    )
    key = f"{ctx.cause}:finding"
    content = Content(text=texts.ask_finding(ticket), buttons=buttons, ask=True)
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id, key=key)
    await ctx.ask("finding", {"ticket": ticket.id, "question": key})


@tickets.button("finding", args=parse.two_ids, allow=Permission.REPORT)
async def press_finding(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await ticket_to_work(ctx, arg[0])
    if arg[1] >= len(texts.FINDINGS):
        raise UsageError(texts.STALE_BUTTON)
    await ctx.end_conversation()
    if await _resolve(ctx, ticket, texts.FINDINGS[arg[1]]):
        await ctx.close_question(texts.resolved_as(ticket, texts.FINDINGS[arg[1]]))


@tickets.step("finding")
async def typed_finding(ctx: Context) -> None:
    ticket = await ticket_to_work(ctx, int(ctx.asked["ticket"]))
    finding = ctx.event.text.strip()
    if not finding:
        raise UsageError(texts.NEED_FINDING)
    question = str(ctx.asked["question"])
    await ctx.end_conversation()
    if await _resolve(ctx, ticket, finding):
        await ctx.close_question(texts.resolved_as(ticket, finding), question)


async def _resolve(ctx: Context, ticket: Ticket, finding: str) -> bool:
    """True if it was this that closed the ticket."""
    if sum(char.isalpha() for char in finding) < FEWEST_LETTERS:
        raise UsageError(texts.NEED_FINDING)
    if len(finding) > LONGEST_FINDING:
        raise UsageError(texts.LONG_FINDING.format(limit=LONGEST_FINDING))
    moved = None
    if mine(ctx, ticket):
        ticket = await awake(ctx, ticket)
        moved = await ctx.unit.tickets.move(ticket.id, Move.RESOLVE, at=ctx.now, finding=finding)
    if moved is None:
        await say_lost(ctx, ticket, texts.RESOLVE)
        return False
    await ctx.log(EntryKind.RESOLVED, ticket=moved, text=moved.finding)
    await refresh(ctx, moved)
    waits = await ask_reporter(ctx, moved)
    await wait_for_answer(ctx, moved)
    await tell_watchers(ctx, moved)
    await ctx.answer(texts.RESOLVED_NOTE.format(number=texts.number(moved), told=told(waits)))
    await _ask_service(ctx, moved)
    return True


# ── 办的是哪一类 ───────────────────────────────────────────────────────────
SERVICES = tuple(Service)
COUNTED = frozenset({Category.PAPERS, Category.QUESTION})


async def _ask_service(ctx: Context, ticket: Ticket) -> None:
    """A tap for the figures, never in the way."""
    if ticket.category not in COUNTED or ctx.among_residents:
        return
    cells = [Button(label=s, action=f"service:{ticket.id}.{i}") for i, s in enumerate(SERVICES)]
    text = life_texts.ASK_SERVICE.format(number=texts.number(ticket))
    content = Content(text=text, buttons=(tuple(cells[:3]), tuple(cells[3:])))
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id, key=f"ticket:{ticket.id}:service:{ticket.reopened}")


@tickets.button("service", args=parse.two_ids, allow=Permission.REPORT)
async def press_service(ctx: Context, arg: tuple[int, int]) -> None:
    """The last tap counts."""
    ticket = await ticket_to_work(ctx, arg[0])
    if arg[1] >= len(SERVICES) or not ticket.finished:
        raise UsageError(texts.STALE_BUTTON)
    service = SERVICES[arg[1]]
    await ctx.log(EntryKind.SERVED, ticket=ticket, text=service)
    served = life_texts.SERVED.format(number=texts.number(ticket), service=service)
    await ctx.close_question(served, answering=True)
