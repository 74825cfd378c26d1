"""Polling: nothing is confirmed before it is stored, and no trouble makes the loop spin."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.adapters.telegram.adapter import Hears, TelegramPlatform
from bot.adapters.telegram.api import new_session
from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.polling import ALLOWED_UPDATES, BATCH, SPOILED_TRIES, Poller
from bot.errors import StoreDownError
from tests.adapters.telegram_kit import Inbox, Sleeper, SleptEnoughError, platform
from tests.fake_telegram import FakeTelegram, Fault, Json
from tests.fake_telegram.make import channel, group, private, user

CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.add_chat(GROUP)
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@contextlib.asynccontextmanager
async def running(bot: TelegramPlatform, inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    """The platform's own loop, cancelled at the end."""
    task = asyncio.create_task(bot.run(inbox))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, SleptEnoughError):
            await task


async def poller_of(bot: TelegramPlatform, inbox: Inbox) -> Poller:
    """A poller to be turned by hand, of a bot that knows its name."""
    await bot._learn_me()
    return bot.poller(inbox)


def offsets(fake: FakeTelegram) -> list[int]:
    return [params["offset"] for method, params in fake.state.calls if method == "getUpdates"]


def three(fake: FakeTelegram) -> list[Json]:
    """One for us, one ordinary, one for us."""
    make = fake.make
    updates = [
        make.to_us(GROUP, CHEN, "高空抛物"),
        make.text(GROUP, user(5002, "王秀兰"), "吃了吗"),
        make.text(GROUP, CHEN, "@民警"),
    ]
    fake.push(*updates)
    return updates


async def test_from_start_to_the_confirmed_last_update(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    inbox, bot = Inbox(), platform(fake, session)
    fake.updates.webhook = {"url": "https://old.example/hook", "secret": ""}
    first, _, last = three(fake)
    async with running(bot, inbox):
        async with asyncio.timeout(5):
            await fake.updates.drained()
    assert inbox.ids == [str(first["update_id"]), str(last["update_id"])]
    assert bot.me.username == "pingan_demo_bot"
    assert fake.updates.webhook == {}
    assert fake.updates.allowed == list(ALLOWED_UPDATES)
    assert fake.state.commands == [{"command": "help", "description": "帮助"}]
    assert [m for m, _ in fake.state.calls[:3]] == ["getMe", "deleteWebhook", "setMyCommands"]


async def test_the_offset_moves_only_after_the_store_has_them(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    updates, sleeper = three(fake), Sleeper()
    inbox = Inbox(StoreDownError("disk full"), StoreDownError("disk full"))
    poller = await poller_of(platform(fake, session, sleeper), inbox)
    for _ in range(2):
        await poller.turn()
        assert fake.updates.pending == updates
    assert sleeper.asked == [0.75, 1.5]  # backing off, with half the jitter
    await poller.turn()
    assert len(inbox.ids) == 2
    assert fake.updates.pending == updates  # stored, and not yet confirmed
    fake.push(fake.make.to_us(GROUP, CHEN, "还有"))
    await poller.turn()
    assert offsets(fake) == [0, 0, 0, updates[-1]["update_id"] + 1]


async def test_ordinary_chat_is_stepped_over_without_touching_the_store(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    inbox = Inbox(StoreDownError("must not be asked"))
    poller = await poller_of(platform(fake, session, poll_seconds=0), inbox)
    fake.push(*(fake.make.text(GROUP, CHEN, f"闲聊 {n}") for n in range(250)))
    for _ in range(4):
        await poller.turn()
    assert (inbox.calls, fake.updates.pending) == (0, [])


async def test_one_rotten_update_is_parked_and_its_neighbours_go_on(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    inbox = Inbox()
    poller = await poller_of(platform(fake, session), inbox)
    rotten = {"update_id": 880_000_000, "message": {"message_id": "x"}}
    fake.updates.push(rotten)
    fake.updates.push({"message": []})  # not even an id
    good = fake.make.to_us(GROUP, CHEN, "高空抛物")
    fake.push(good)
    await poller.turn()
    assert [bool(e.unreadable) for e in inbox.got] == [True, True, False]
    assert inbox.ids[0] == "880000000"
    assert inbox.ids[1].startswith("sha256:")
    assert inbox.ids[2] == str(good["update_id"])


async def test_another_program_polling_is_said_plainly_and_waited_for(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    sleeper = Sleeper()
    poller = await poller_of(platform(fake, session, sleeper), Inbox())
    mine = asyncio.create_task(poller.turn())
    await fake.until_called("getUpdates")
    with capture_logs() as logs:
        theirs = asyncio.create_task(fake.updates.get_updates({"timeout": 5}))
        await mine
    theirs.cancel()
    assert logs[0]["event"] == "telegram.poll_conflict"
    assert "另一个程序" in logs[0]["hint"]
    assert sleeper.asked[0] >= 10


async def test_a_webhook_set_behind_our_back_is_removed(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    poller = await poller_of(platform(fake, session), Inbox())
    fake.updates.webhook = {"url": "https://other.example/hook", "secret": ""}
    await poller.turn()
    assert fake.updates.webhook == {}


@pytest.mark.parametrize("kind", ["drop_before", "error_before", "garbled"])
async def test_trouble_backs_off_and_loses_nothing(
    fake: FakeTelegram, session: aiohttp.ClientSession, kind: str
) -> None:
    sleeper, inbox = Sleeper(), Inbox()
    poller = await poller_of(platform(fake, session, sleeper, poll_seconds=0), inbox)
    three(fake)
    fake.inject(Fault(kind, "getUpdates", times=2))  # type: ignore[arg-type]
    for _ in range(3):
        await poller.turn()
    assert sleeper.asked == [0.75, 1.5]
    assert inbox.ids
    await poller.turn()
    await poller.turn()
    assert len(inbox.ids) == 2


async def test_a_garbled_batch_is_taken_apart_and_the_one_that_stays_garbled_is_parked(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    sleeper, inbox = Sleeper(), Inbox()
    poller = await poller_of(platform(fake, session, sleeper), inbox)
    first, _, last = three(fake)
    fake.inject(Fault("garbled", "getUpdates", times=1 + SPOILED_TRIES))
    for _ in range(1 + SPOILED_TRIES):
        await poller.turn()
    limits = [params["limit"] for method, params in fake.state.calls if method == "getUpdates"]
    assert limits == [BATCH] + [1] * SPOILED_TRIES
    assert inbox.ids == [str(first["update_id"])]
    assert inbox.got[0].unreadable
    assert len(sleeper.asked) == 1 + SPOILED_TRIES
    await poller.turn()
    await poller.turn()
    assert inbox.ids == [str(first["update_id"]), str(last["update_id"])]


async def test_a_parked_update_is_not_stepped_over_while_the_store_is_down(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    inbox = Inbox(StoreDownError("locked"))
    poller = await poller_of(platform(fake, session), inbox)
    updates = three(fake)
    fake.inject(Fault("garbled", "getUpdates", times=1 + SPOILED_TRIES))
    for _ in range(1 + SPOILED_TRIES):
        await poller.turn()
    assert inbox.ids == []
    assert fake.updates.pending == updates
    await poller.turn()
    assert inbox.ids == [str(updates[0]["update_id"])]
    assert not inbox.got[0].unreadable


async def test_a_server_that_never_holds_back_is_not_hammered(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    sleeper = Sleeper(stop_after=5)
    bot = platform(fake, session, sleeper, poll_seconds=0)
    with pytest.raises(SleptEnoughError):
        await bot.run(Inbox())
    assert sleeper.asked == [1.0] * 5
    assert len(offsets(fake)) == 5


async def test_flood_control_of_getupdates_is_obeyed(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    sleeper = Sleeper()
    poller = await poller_of(platform(fake, session, sleeper), Inbox())
    fake.inject(Fault("refuse", "getUpdates", code=429, description="Too Many Requests", retry_after=17))
    await poller.turn()
    assert 17 <= sleeper.asked[0] <= 19


async def test_a_network_that_is_down_at_the_start_is_waited_for(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    sleeper, inbox = Sleeper(), Inbox()
    fake.inject(Fault("drop_before", "getMe", times=2))
    fake.inject(Fault("error_before", "deleteWebhook", times=1))
    fake.inject(Fault("error_before", "setMyCommands", times=1))
    fake.push(fake.make.to_us(GROUP, CHEN, "高空抛物"))
    async with running(platform(fake, session, sleeper), inbox):
        async with asyncio.timeout(5):
            await fake.updates.drained()
    assert len(inbox.ids) == 1
    assert sleeper.asked[:3] == [0.75, 1.5, 0.75]


async def test_a_refused_token_is_said_in_chinese_and_retried_slowly(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    sleeper = Sleeper(stop_after=2)
    bot = platform(fake, session, sleeper)
    fake.state.token = "7000000001:revoked"
    with capture_logs() as logs, pytest.raises(SleptEnoughError):
        await bot.run(Inbox())
    assert min(sleeper.asked) >= 300
    assert logs[0]["event"] == "telegram.bot_refused"
    assert "telegram.token" in logs[0]["hint"]
    assert "revoked" not in repr(logs)


async def test_only_the_kinds_we_ask_for_arrive(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    inbox = Inbox()
    poller = await poller_of(platform(fake, session, poll_seconds=0), inbox)
    await poller.turn()
    fake.push({"update_id": 5, "poll": {"id": "1"}}, fake.make.post(channel(-100999), "@民警 看"))
    await poller.turn()
    assert len(fake.updates.withheld) == 1
    assert len(inbox.ids) == 1


async def test_pauses_double_up_to_a_cap_and_never_vanish() -> None:
    sleeper = Sleeper()
    lowest = Backoff(sleeper, cap=8, chance=lambda: 0.0)
    for _ in range(5):
        await lowest.wait()
    highest = Backoff(sleeper, cap=8, chance=lambda: 1.0)
    for _ in range(5):
        await highest.wait()
    await highest.wait(300)
    assert sleeper.asked == [0.5, 1, 2, 4, 4, 1, 2, 4, 8, 8, 330]


@pytest.mark.parametrize(
    ("reads_all", "status", "hears"),
    [
        (False, "member", Hears.PRIVACY),
        (True, "member", Hears.YES),
        (False, "administrator", Hears.YES),
        (True, "kicked", Hears.NOT_MEMBER),
        (False, "left", Hears.NOT_MEMBER),
    ],
)
async def test_can_the_bot_hear_this_group(
    fake: FakeTelegram, session: aiohttp.ClientSession, reads_all: bool, status: str, hears: Hears
) -> None:
    fake.state.reads_all = reads_all
    fake.add_chat(GROUP, status)
    assert await platform(fake, session).can_hear(str(GROUP["id"])) is hears


async def test_hearing_is_unknown_when_telegram_does_not_say(
    fake: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    bot = platform(fake, session)
    assert await bot.can_hear("-999") is Hears.NOT_MEMBER
    assert await bot.can_hear(str(private(CHEN)["id"])) is Hears.YES
    for method in ("getMe", "getChatMember"):
        fake.inject(Fault("garbled", method))
        assert await bot.can_hear(str(GROUP["id"])) is Hears.UNKNOWN
