"""Raw update → durable ticket, at 5, 20 and 100 % mentions.

Both sides get the same answers of getUpdates as bytes, a hundred updates each, one after another as fast as they can,
on one CPU; both databases are SQLite in WAL mode with synchronous=FULL on the same disk.
Ours: Poller (decode, prefilter) → Inbox.accept (commit) → Dispatcher, its real loop running beside: person, group and
station identified, ticket, log entries, duty routing, receipt and cards as outbox rows, inbox done (commit). The round
ends when nothing is left in the inbox, so every mention has its ticket; this is counted.
Peers: json.loads, Update.de_list, Application.process_update one by one (its default), and for a mention one
transaction with one commit through aiosqlite. Two of them, for "a ticket" may mean two things:
 - "one row" keeps the report itself and nothing else (benchmarks/peer.py): the least that can be called a ticket;
 - "same rows" keeps what ours keeps (benchmarks/peer_full.py): the same work, done the usual way.
Neither has an inbox, so a crash loses what was fetched; we count that as their gain.
Bars: at 5 % at least 5 × the peer's updates per second, at 100 % not slower. CPU is shown beside, without a bar.
"""

import asyncio
from collections.abc import Iterator

from benchmarks.fake import fake_telegram
from benchmarks.measure import Cost, Result, Watch, alternate, compare, pinned, scratch, stop
from benchmarks.ours import Ours, Pipe, ours, unlimited
from benchmarks.peer import Program, digest, peer
from benchmarks.updates import BATCH, answers

BARS = {5: 5.0, 20: None, 100: 1.0}
BATCHES = {5: 60, 20: 20, 100: 8}


async def run(quick: bool) -> list[Result]:
    results: list[Result] = []
    with fake_telegram() as base_url:
        for full in (True, False):
            for mentions in BARS:
                with scratch() as folder, pinned():
                    async with ours(unlimited(base_url), folder) as bot, peer(base_url, folder, full=full) as program:
                        results += await _at(mentions, bot, program, full=full, quick=quick)
    return results


async def _at(mentions: int, bot: Ours, program: Program, *, full: bool, quick: bool) -> list[Result]:
    batches, rounds = (1, 1) if quick else (BATCHES[mentions], 9)
    pipe, mine, theirs = Pipe(bot), answers(mentions, batches), answers(mentions, batches)
    loop = asyncio.create_task(bot.core.dispatcher.run())

    async def our_round() -> Cost:
        corpus = next(mine)
        watch = Watch()
        await pipe.feed(corpus)
        await bot.drain()
        return watch.per(batches * BATCH)

    async def peer_round() -> Cost:
        return await _peer_round(program, theirs, batches)

    try:
        pairs = await alternate(our_round, peer_round, rounds)
    finally:
        await stop(loop)
    expected = (rounds + 1) * batches * mentions
    kept = await bot.tickets(), await _rows(program, "full_ticket" if full else "ticket")
    if kept != (expected, expected):
        raise AssertionError(f"tickets: expected {expected}, ours and the peer's are {kept}")
    rates = [(1 / a.wall, 1 / b.wall) for a, b in pairs]
    costs = [(a.cpu * 1e6, b.cpu * 1e6) for a, b in pairs]
    who = "same rows" if full else "one row"
    return [
        compare("tickets", f"updates, {mentions} % mentions ({who})", "1/s", rates, bar=BARS[mentions], at_most=False),
        compare("tickets", f"CPU per update, {mentions} % mentions ({who})", "µs", costs),
    ]


async def _peer_round(program: Program, corpora: Iterator[list[bytes]], batches: int) -> Cost:
    corpus = next(corpora)
    watch = Watch()
    for answer in corpus:
        await digest(program, answer)
    return watch.per(batches * BATCH)


async def _rows(program: Program, table: str) -> int:
    async with program.bot_data["database"].execute(f"SELECT COUNT(*) FROM {table}") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
