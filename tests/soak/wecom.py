"""智能机器人 under violence: the emulator and the bot as processes, what flows between them, and the reckoning."""

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from bot.outbox import COPY_MARK
from tests.fake_telegram import Json
from tests.soak.kit import Bot, Child, leased, query, say, until

BOT, SECRET = "BOTID", "SECRET"
STAFF = "wrStaff"
GROUPS = [f"wrOwners{number}" for number in range(20)]
AT = "@平安小助手 "
ACK_SECONDS = 0.03
"""Between a frame taking effect and its acknowledgement: the window in which a death makes a copy."""

_NUMBERED = re.compile(r"已登记为 (\d+) 号")


class Emulator:
    """The platform as a process. What was not answered it tells again, however often the connection ends."""

    def __init__(self, folder: Path) -> None:
        options = ["--tries", "1000", "--per-minute", "1000000", "--subscribes", "1000"]
        options += ["--ack-seconds", str(ACK_SECONDS)]
        self._child = Child([sys.executable, "-m", "tests.fake_wecom", *options], folder, "wecom")
        self.base_url = ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Emulator":
        process = self._child.start(pipe=True)
        assert process.stdout is not None
        self.base_url = (await asyncio.to_thread(process.stdout.readline)).decode().strip()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        self._child.kill()

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    async def do(self, verb: str, **fields: Any) -> Any:
        assert self._session is not None
        async with self._session.post(f"{self.base_url}/_control/{verb}", json=fields) as response:
            assert response.status == 200, await response.text()
            return (await response.json())["result"]

    async def connected(self) -> bool:
        return bool((await self.do("state"))["connected"])

    async def kicked(self) -> int:
        return int((await self.do("state"))["kicked"])

    async def subscribes(self) -> int:
        return int((await self.do("calls")).get("aibot_subscribe", 0))

    async def frames(self) -> int:
        """How much the bot has said or tried to."""
        calls = await self.do("calls")
        return sum(int(calls.get(cmd, 0)) for cmd in ("aibot_respond_msg", "aibot_send_msg"))


def aibot(folder: Path, emulator: Emulator, database: str, name: str = "bot") -> Bot:
    """The program on the long connection alone."""
    station = folder / "aibot.yaml"
    station.write_text(json.dumps(_station(), ensure_ascii=False), encoding="utf-8")
    section = {"bot_id": BOT, "secret": SECRET, "url": emulator.ws_url, "per_minute": 1_000_000, "per_hour": 1_000_000}
    more = {
        "station_file": str(station),
        "wecom": {"base_url": emulator.base_url},
        "wecom_aibot": section,
    }
    return Bot(folder, emulator.base_url, database, name=name, telegram={"token": ""}, more=more)


def _station() -> Json:
    owners = ({"platform": "wecom_aibot", "chat": chat, "title": chat, "kind": "业主"} for chat in GROUPS)
    return {
        "station": {"code": "soak", "name": "压测派出所", "tz": "Asia/Shanghai"},
        "people": [{"name": "王建国", "code": "wang", "role": "民警", "accounts": {"wecom_aibot": "wang"}}],
        "areas": [{"name": "全区", "officer": "王建国"}],
        "groups": [*owners, {"platform": "wecom_aibot", "chat": STAFF, "title": "民警群", "kind": "民警"}],
        "shifts": [{"who": "王建国", "duty": "值班民警", "days": "每天", "from": "00:00", "to": "24:00"}],
    }


@dataclass
class Talk:
    """Many people tell of many things, half of them in groups. `wanted`: (chat as stored, message id)."""

    emulator: Emulator
    chance: random.Random
    wanted: set[tuple[str, str]] = field(default_factory=set)

    async def begin(self) -> None:
        """Officers speak first: else we may not write to them."""
        await self.emulator.do("say", user="wang", text="你好")
        await self.emulator.do("say", user="wang", text=f"{AT}你好", group=STAFF)

    async def some(self, count: int, pause: float = 0.0) -> None:
        for _ in range(count):
            await self._one()
            await asyncio.sleep(self.chance.random() * pause)

    async def _one(self) -> None:
        number = len(self.wanted)
        who, what = f"u{number}", f"楼道里的灯坏了，第{number}处"
        group = self.chance.choice(GROUPS) if number % 2 else ""
        message = await self.emulator.do("say", user=who, text=f"{AT}{what}" if group else what, group=group)
        self.wanted.add((group or f"u:{who}", message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """`copies`: words people read more than once in a chat, beyond the first; `unmarked`: not said to be a copy."""

    told: int
    lost: int
    doubled: int
    without_receipt: int
    without_card: int
    copies: int
    unmarked: int
    uncertain: int
    subscribes: int
    kicked: int
    complaints: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.told} told: {self.lost} lost, {self.doubled} tickets twice, {self.without_receipt} without "
            f"receipt, {self.without_card} without card, {self.copies} copies ({self.unmarked} unmarked; "
            f"≤ {self.uncertain} in flight), {self.subscribes} subscribes, {self.kicked} kicked"
        )


async def quiet(talk: Talk, database: str) -> bool:
    """All that was told is in, and nothing waits."""
    rows = await query(
        database,
        "SELECT (SELECT COUNT(*) FROM ticket), (SELECT COUNT(*) FROM inbox WHERE state = 'new')"
        " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'leased'))",
    )
    return int(rows[0][0]) >= len(talk.wanted) and int(rows[0][1]) == 0


async def reckon(talk: Talk, database: str, uncertain: int) -> Reckoning:
    tickets = await query(database, "SELECT chat_id, message_id, number FROM ticket")
    found = Counter((str(chat), str(message)) for chat, message, _ in tickets)
    shown = await talk.emulator.do("seen")
    numbered = {(row["chat"], match[1]) for row in shown if (match := _NUMBERED.search(row["text"]))}
    cards = {row["chat"] for row in shown if "接单" in row["labels"]}
    carded = Counter(_number(row) for row in shown if row["chat"] == STAFF and row["card"])
    seen = Counter((row["chat"], row["text"].removesuffix(COPY_MARK)) for row in shown)
    marked = sum(row["text"].endswith(COPY_MARK) for row in shown)
    state = await talk.emulator.do("state")
    copies = sum(count - 1 for count in seen.values())
    assert cards <= {STAFF, "wang"}
    return Reckoning(
        told=len(talk.wanted),
        lost=len(talk.wanted - set(found)),
        doubled=sum(count - 1 for count in found.values()) + len(set(found) - talk.wanted),
        without_receipt=sum((str(chat).removeprefix("u:"), str(number)) not in numbered for chat, _, number in tickets),
        without_card=sum(carded[str(number)] == 0 for *_, number in tickets),
        copies=copies,
        unmarked=max(0, copies - marked),
        uncertain=uncertain,
        subscribes=await talk.emulator.subscribes(),
        kicked=state["kicked"],
        complaints=tuple(state["complaints"]),
    )


def _number(row: Json) -> str:
    match = re.search(r"(\d+) 号", row["text"])
    return match[1] if match else ""


# ── deaths ─────────────────────────────────────────────────────────────────
async def soak_kills(folder: Path, database: str, *, kills: int, messages: int, seed: int = 20_261_122) -> Reckoning:
    """One process, killed again and again."""
    chance = random.Random(seed)
    async with Emulator(folder) as emulator:
        talk, bot, in_flight = Talk(emulator, chance), aibot(folder, emulator, database), 0
        try:
            await talk.begin()
            share = messages // (kills + 1)
            for number in range(kills):
                bot.start()
                await talk.some(share // 3)
                if chance.random() < 0.85:
                    await until(emulator.connected, 30, "connected", every=0.03)
                if chance.random() < 0.85:
                    await until(partial(_speaks, emulator, await emulator.frames()), 30, "it speaks", every=0.03)
                await talk.some(share - share // 3, pause=0.02)
                await asyncio.sleep(chance.uniform(0, 0.3))
                bot.kill()
                in_flight += await leased(database)
                if not database.startswith("sqlite"):
                    # Another process would have to wait until they lapse; here time has passed.
                    await query(database, "UPDATE outbox SET lease_until = 0 WHERE state = 'leased' RETURNING id")
                if number % 5 == 4:
                    say(f"{number + 1}/{kills} kills, {len(talk.wanted)} told, {in_flight} in flight")
            bot.start()
            await talk.some(messages - len(talk.wanted))
            await until(lambda: quiet(talk, database), 120, "everything is said")
            return await reckon(talk, database, in_flight)
        finally:
            bot.kill()


async def _speaks(emulator: Emulator, before: int) -> bool:
    return await emulator.frames() > before


async def soak_closes(folder: Path, database: str, *, closes: int, messages: int, seed: int = 7) -> Reckoning:
    """One process that lives; the connection ends politely and not."""
    chance = random.Random(seed)
    async with Emulator(folder) as emulator:
        talk, bot = Talk(emulator, chance), aibot(folder, emulator, database)
        try:
            await talk.begin()
            bot.start()
            await until(emulator.connected, 30, "connected")
            kinds = ["close", "abort"] * (closes // 2)
            chance.shuffle(kinds)
            for kind in kinds:
                await talk.some(messages // closes, pause=0.02)
                await until(emulator.connected, 60, "connected again", every=0.02)
                await asyncio.sleep(chance.uniform(0, 0.2))
                await talk.some(3)  # so that something is under way
                await asyncio.sleep(chance.uniform(0, 0.05))
                await emulator.do(kind)
            await talk.some(max(0, messages - len(talk.wanted)))
            await until(lambda: quiet(talk, database), 120, "everything is said")
            uncertain = await query(database, "SELECT COALESCE(SUM(maybe_copy), 0) FROM outbox")
            return await reckon(talk, database, int(uncertain[0][0]))
        finally:
            bot.kill()


# ── two of them ────────────────────────────────────────────────────────────
async def owner(database: str, bots: Sequence[Bot]) -> Bot:
    """Which of them holds the connection."""
    [(name,)] = await query(database, f"SELECT owner FROM lease WHERE name = 'socket:{BOT}'")
    pids = {bot.child.process.pid: bot for bot in bots if bot.child.process is not None}
    return pids[int(str(name).split(":")[1])]


async def reconnected(emulator: Emulator, before: int) -> float:
    """Seconds until somebody has subscribed once more than `before`."""
    begun = time.monotonic()

    async def once_more() -> bool:
        return await emulator.subscribes() > before and await emulator.connected()

    await until(once_more, 40, "the other one connects", every=0.05)
    return time.monotonic() - begun
