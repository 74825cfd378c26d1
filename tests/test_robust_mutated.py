"""10,000 damaged updates through the whole path: none uncaught, none blocks the next, the unreadable are listed."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from structlog.testing import capture_logs

from bot.adapters.base import UnreadableError
from bot.adapters.telegram.adapter import TelegramPlatform, _derived_secret
from bot.app import App, build
from bot.config import Database, Local, Server, Settings, Telegram
from storage.model.messages import Envelope
from storage.model.work import WorkState
from storage.unit import Unit
from tests.adapters.telegram_kit import NAMES, recorded
from tests.adapters.test_telegram_hostile import damage_bytes, damage_value
from tests.fake_telegram import TOKEN, FakeTelegram, Json, State
from tests.fake_telegram.make import group, user
from tests.soak.kit import until

COUNT, EVERY = 10_000, 100
GROWTH = 24 * 1024 * 1024
"""Bytes the second half may add; 5,000 kept updates would be more."""

GOOD = group(-1007777777777)
FIRST = 990_000_001


@dataclass
class Damaged:
    """The bot under test and what it was handed."""

    fake: FakeTelegram
    app: App
    seen: list[Envelope] = field(default_factory=list)
    good: set[int] = field(default_factory=set)

    @property
    def platform(self) -> TelegramPlatform:
        platform: TelegramPlatform = self.app.telegram
        return platform

    async def accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        self.seen.extend(envelopes)
        await self.app.core.inbox.accept(envelopes)

    async def one_good(self, number: int, update_id: int) -> Json:
        update = self.fake.make.to_us(GOOD, user(60_000 + number, f"好人{number}"), f"路灯坏了，第{number}盏")
        update["update_id"] = update_id
        self.fake.state.learn(update)
        self.good.add(update["message"]["message_id"])
        return update

    def unreadable(self) -> set[str]:
        """Event ids that nobody can parse. (Damage may turn one id into another: the first that came counts.)"""
        first = {e.event_id: e for e in reversed(self.seen)}
        return {e.event_id for e in first.values() if e.unreadable or not self._parses(e)}

    def _parses(self, envelope: Envelope) -> bool:
        try:
            self.platform.parse(envelope.body)
        except UnreadableError:
            return False
        return True

    async def rested(self) -> bool:
        async with self.app.core.engine.read() as tx:
            inbox, outbox = await Unit(tx).inbox.counts(), await Unit(tx).outbox.counts()
        waiting = {"pending", "leased"} & set(outbox)
        return not self.fake.updates.pending and WorkState.NEW not in inbox and not waiting


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Damaged]:
    many = 1e6
    async with FakeTelegram(State(open_chats=True, reads_all=True)) as fake, AsyncExitStack() as stack:
        settings = Settings(
            data_dir=folder,
            database=Database(url=f"sqlite:///{folder / 'pingan.db'}"),
            server=Server(port=0),
            local=Local(enabled=False),
            telegram=Telegram(
                token=TOKEN,
                base_url=fake.base_url,
                poll_seconds=1,
                per_second=many,
                per_chat_second=many,
                per_group_minute=many,
            ),
        )
        app = await build(settings, stack)
        damaged, core = Damaged(fake, app), app.core
        loops = (core.dispatcher.run, core.courier.run, core.jobs.run)
        tasks = [asyncio.create_task(loop()) for loop in loops]
        tasks.append(asyncio.create_task(app.telegram.run(damaged.accept)))
        try:
            yield damaged
            assert not [task for task in tasks if task.done()]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


def damage(chance: random.Random, update_id: int) -> Json:
    """One damaged update. Only its id is whole: Telegram itself makes it."""
    update: Any = json.loads(recorded(chance.choice(NAMES)))
    for _ in range(chance.randrange(1, 4)):
        update = damage_value(update, chance)
    whole: Json = update if isinstance(update, dict) else {"message": update}
    return {**whole, "update_id": update_id}


async def test_ten_thousand_damaged_updates(tmp_path: Path) -> None:
    chance, ids, memory = random.Random(20_261_121), itertools.count(FIRST), 0
    with capture_logs() as logged:
        async with running(tmp_path) as bot:
            secret = _derived_secret(TOKEN)
            for number in range(COUNT // EVERY):
                for _ in range(EVERY * 4 // 5):
                    bot.fake.updates.push(damage(chance, next(ids)))
                bot.fake.updates.push(await bot.one_good(number, next(ids)))
                await until(bot.rested, 30, f"round {number} is done", every=0.002)
                for _ in range(EVERY // 5):
                    name = chance.choice(NAMES)
                    body = json.dumps(json.loads(recorded(name)) | {"update_id": next(ids)}).encode()
                    assert await bot.platform.webhook(secret, damage_bytes(body, chance)) in (200, 413)
                if number == COUNT // EVERY // 2:
                    memory = psutil.Process().memory_info().rss
            await until(bot.rested, 30, "everything is done")
            assert psutil.Process().memory_info().rss - memory < GROWTH
            await _check(bot)
    loud = {entry["event"] for entry in logged if entry["log_level"] in ("error", "critical")}
    assert loud <= {"event.parked", "telegram.poll_garbled"}, loud


async def _check(bot: Damaged) -> None:
    async with bot.app.core.engine.read() as tx:
        dead = {row.event_id: row for row in await Unit(tx).inbox.dead(COUNT)}
    assert set(dead) == bot.unreadable()
    assert len(dead) > COUNT // 50
    assert all(row.error for row in dead.values())
    answered = {
        sent.params["reply_parameters"]["message_id"]
        for sent in bot.fake.sent_to(GOOD["id"])
        if sent.method == "sendMessage" and "号" in sent.text
    }
    assert bot.good <= answered
