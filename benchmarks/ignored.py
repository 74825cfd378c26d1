"""CPU of one group message that is nothing to us.

Both sides get the same answers of getUpdates as bytes, a hundred ordinary group messages each (texts, pictures,
replies), and decode them themselves.
Ours: the adapter's Poller – envelope decoded, every update cut out raw, glanced at by the prefilter, found to be
nothing, and stepped past. The prefilter knows the aliases and the names of the sample station's officers.
Peer: json.loads, Update.de_list, and Application.process_update through five handlers, none of which matches.
Nothing touches a database on either side. Bar: at most 0.03 × the peer's CPU.
"""

from benchmarks.fake import fake_telegram
from benchmarks.measure import Cost, Result, Watch, alternate, compare, pinned, scratch
from benchmarks.ours import Pipe, ours, unlimited
from benchmarks.peer import digest, peer
from benchmarks.updates import BATCH, answers

BAR = 0.03


async def run(quick: bool) -> list[Result]:
    batches, rounds = (2, 1) if quick else (30, 11)
    corpus = next(answers(0, batches))
    with fake_telegram() as base_url, scratch() as folder, pinned():
        async with ours(unlimited(base_url), folder) as bot, peer(base_url, folder) as program:
            pipe = Pipe(bot)

            async def our_round() -> Cost:
                watch = Watch()
                await pipe.feed(corpus)
                return watch.per(batches * BATCH)

            async def peer_round() -> Cost:
                watch = Watch()
                for answer in corpus:
                    await digest(program, answer)
                return watch.per(batches * BATCH)

            pairs = await alternate(our_round, peer_round, rounds)
    figures = [(a.cpu * 1e6, b.cpu * 1e6) for a, b in pairs]
    return [compare("ignored", "CPU per ignored group message", "µs", figures, bar=BAR)]
