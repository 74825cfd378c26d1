"""CPU of one sent message, from the outbox row to the settled answer.

Both sides send the same texts to the same 200 groups of the fake Bot API server, a process of its own; counted is the
CPU of the sending process only. Up to 48 sends are under way on both sides.
Ours: the Courier over rows already committed in the outbox – lease (commit), recheck, token buckets (wide open),
render, aiohttp, decode of the answer, settle (commit) – so the durable bookkeeping is part of our figure.
Peer: ExtBot.send_message over its own HTTPXRequest, 48 workers, no rate limiter, and no bookkeeping at all.
Bar: at most 0.3 × the peer's CPU.
"""

import asyncio
from collections.abc import Iterator

from benchmarks.fake import fake_telegram
from benchmarks.measure import Cost, Result, Watch, alternate, compare, pinned, scratch
from benchmarks.ours import BOT, Ours, ours, unlimited
from benchmarks.peer import Program, peer
from benchmarks.updates import GROUPS, REPORTS, group_id
from storage.model.channels import Limits
from storage.model.messages import Address, Content, Lane, Outgoing
from storage.unit import Unit

BAR = 0.3


def text(number: int) -> str:
    return f"✅ 已收到，编号 {number} 号：{REPORTS[number % len(REPORTS)]}。民警会尽快处理，有进展在这里告诉您。"


async def run(quick: bool) -> list[Result]:
    size, rounds = (20, 1) if quick else (600, 9)
    with fake_telegram() as base_url, scratch() as folder, pinned():
        async with ours(unlimited(base_url), folder) as bot, peer(base_url, folder) as program:
            keys = iter(range(1_000_000_000))

            async def our_round() -> Cost:
                await _queue(bot, size, keys)
                watch = Watch()
                await _empty(bot)
                return watch.per(size)

            async def peer_round() -> Cost:
                watch = Watch()
                await _send(program, size)
                return watch.per(size)

            pairs = await alternate(our_round, peer_round, rounds)
            await _all_sent(bot, size * (rounds + 1))
    rates = [(1 / a.wall, 1 / b.wall) for a, b in pairs]
    costs = [(a.cpu * 1e6, b.cpu * 1e6) for a, b in pairs]
    return [
        compare("sending", "CPU per sent message", "µs", costs, bar=BAR),
        compare("sending", "messages sent", "1/s", rates, at_most=False),
    ]


async def _queue(bot: Ours, size: int, keys: Iterator[int]) -> None:
    """What the dispatcher would have left behind; not counted, deciding is not sending."""
    async with bot.core.engine.write() as tx:
        unit = Unit(tx)
        for number in range(size):
            to = Address(platform="telegram", bot=BOT, chat_id=str(group_id(number % GROUPS)))
            out = Outgoing(key=f"bench:{next(keys)}", to=to, content=Content(text=text(number)), lane=Lane.RESIDENT)
            await unit.outbox.add(out, bot.core.clock.now())


async def _empty(bot: Ours) -> None:
    """The courier's own loop until nothing is pending, and everything is settled."""
    loop = asyncio.create_task(bot.core.courier.run())
    try:
        while await _waiting(bot):
            await asyncio.sleep(0.01)
    finally:
        loop.cancel()
        await asyncio.wait([loop])


async def _waiting(bot: Ours) -> int:
    async with bot.core.engine.read() as tx:
        counts = await Unit(tx).outbox.counts()
    return sum(number for state, (number, _) in counts.items() if state in ("pending", "leased"))


async def _send(program: Program, size: int) -> None:
    numbers = iter(range(size))

    async def worker() -> None:
        for number in numbers:
            await program.bot.send_message(group_id(number % GROUPS), text(number))

    await asyncio.gather(*(worker() for _ in range(Limits().at_once)))


async def _all_sent(bot: Ours, expected: int) -> None:
    async with bot.core.engine.read() as tx:
        rows = await tx.rows("outbox_counts")
    lost = {row["state"]: row["n"] for row in rows}
    if lost:
        raise AssertionError(f"of {expected} messages not sent: {lost}")
