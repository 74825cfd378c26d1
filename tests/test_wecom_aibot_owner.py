"""Whose the one connection is: one of several processes of ours, or somebody else's; a store that is down; heirs."""

import asyncio
import contextlib
import random
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.adapters.base import Later, Sent
from bot.adapters.wecom_aibot.events import address
from bot.instance import gone, process_name
from storage.engine.base import StoreDownError
from storage.model.messages import Button, Content, Outgoing
from tests.aibot import AT, BOT, OWNERS, QUICK, STAFF, Play, running
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.server import Setup
from tests.fake_wecom.socket import Manners
from tests.fake_wecom.state import Fault
from tests.soak.kit import query, until

BRIEF = replace(QUICK, lease=0.4, look=0.05)
"""A lease that runs out while the test looks on."""

HOOK: dict[str, Any] = {"wecom_webhook": {"groups": [{"name": "民警群", "key": "key-1234", "chat": STAFF}]}}


def out(chat: str, text: str, key: str, **more: Any) -> Outgoing:
    return Outgoing(key=key, to=address(BOT, chat), content=Content(text=text, **more))


@contextlib.asynccontextmanager
async def stranger(fake: FakeWecom) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Another installation with the same Secret connects."""
    async with aiohttp.ClientSession() as session, session.ws_connect(fake.ws_url) as ws:
        body = {"bot_id": BOT, "secret": fake.setup.bot.secret}
        await ws.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "other"}, "body": body})
        assert (await ws.receive_json())["errcode"] == 0
        yield ws


def subscribes(fake: FakeWecom) -> int:
    return len(fake.state.called("aibot_subscribe"))


async def alarms(url: str) -> list[str]:
    """Why those who manage the station were told that we are deaf."""
    return [row[0].split(":")[2] for row in await query(url, "SELECT key FROM job WHERE name = 'channel.deaf'")]


async def until_resting(play: Play) -> None:
    connection = play.platform.connection
    assert connection is not None

    async def rests() -> bool:
        return connection.resting

    await until(rests, 5, "it stands by", every=0.02)


def die(play: Play) -> None:
    """As kill -9 does: what it holds it goes on holding."""

    async def silent(*, for_good: bool = False) -> None:
        del for_good

    assert play.platform.connection is not None
    play.platform.connection._release = silent  # type: ignore[method-assign]


async def leases_pass() -> None:
    """Long enough for a lease that nobody renews to run out twice, and for everybody to look."""
    await asyncio.sleep(2 * BRIEF.lease + 4 * BRIEF.look)


# ── somebody else's ────────────────────────────────────────────────────────
async def test_standing_by_is_the_bots_and_not_the_processs(tmp_path: Path, database_url: str) -> None:
    """Neither the other process nor, when the one that was thrown out dies, its heir fights for the connection."""
    life: dict[str, Any] = {"url": database_url, "patience": BRIEF}
    async with FakeWecom() as fake, running(tmp_path, fake, **life) as one:
        async with running(tmp_path, fake, first=False, **life) as two, stranger(fake):
            await until_resting(one)
            await leases_pass()
            assert (subscribes(fake), fake.socket.kicked) == (2, 1)
            assert two.platform.ours is False
            assert await alarms(database_url) == ["taken_over"]
        async with running(tmp_path, fake, first=False, **life) as heir:
            die(one)
            assert one.platform.connection is not None
            one.platform.connection._sole.take = never_again  # type: ignore[method-assign]
            await until_resting(heir)
            await leases_pass()
            assert subscribes(fake) == 2


async def never_again() -> bool:
    return False


async def test_who_is_told_to_stop_while_standing_by_connects_at_once_when_started_again(
    tmp_path: Path, database_url: str
) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake, url=database_url) as play, stranger(fake):
            await until_resting(play)
        async with running(tmp_path, fake, url=database_url):
            assert fake.socket.connected


async def test_killed_while_standing_by_it_still_does_after_the_restart(tmp_path: Path, database_url: str) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake, url=database_url) as play, stranger(fake):
            await until_resting(play)
            die(play)
        await query(database_url, "UPDATE lease SET until = 0 WHERE name = 'socket:BOTID' RETURNING name")
        async with running(tmp_path, fake, url=database_url, first=False) as play:
            await until_resting(play)
            assert subscribes(fake) == 2


async def test_when_the_time_is_up_it_connects_again(tmp_path: Path, database_url: str) -> None:
    patience = replace(BRIEF, stand_by=0.6)
    async with FakeWecom() as fake, running(tmp_path, fake, url=database_url, patience=patience) as play:
        async with stranger(fake):
            await until_resting(play)
        await play.until(lambda: fake.socket.connected, "connected again")
        await fake.say("li", f"{AT}你好", STAFF)
        await play.until(lambda: fake.seen(STAFF), "an answer")


async def test_while_it_stands_by_groups_with_a_webhook_are_told_and_the_others_wait(
    tmp_path: Path, database_url: str
) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, url=database_url, **HOOK) as play:
        fake.add_webhook("key-1234", STAFF)
        async with stranger(fake):
            await until_resting(play)
            card = out(STAFF, "新警情\n楼上扔垃圾", "k1", buttons=((Button(label="接单", action="claim:1"),),))
            sent = await play.platform.send(card, "")
            assert isinstance(sent, Sent)
            assert sent.message_ref.startswith("webhook:")
            assert play.texts(STAFF) == ["新警情\n楼上扔垃圾"]
            waits = await play.platform.send(out(OWNERS, "通知", "k2"), "")
            assert isinstance(waits, Later)
            assert waits.chat_wide
            fake.webhook.groups.clear()  # a dead key closes nothing either
            assert isinstance(await play.platform.send(out(STAFF, "通知", "k3"), ""), Later)
        assert fake.state.called("aibot_send_msg") == []


async def test_while_it_is_refused_groups_with_a_webhook_are_told_too(tmp_path: Path, database_url: str) -> None:
    async with FakeWecom() as fake:
        fake.add_webhook("key-1234", STAFF)
        old = {"bot_id": BOT, "secret": "old", "url": fake.ws_url}
        life: dict[str, Any] = {"url": database_url, "patience": replace(BRIEF, refused=300), "first": False}
        async with running(tmp_path, fake, **life, wecom_aibot=old, **HOOK) as play:
            await until_resting(play)

            async def told() -> bool:
                return isinstance(await play.platform.send(out(STAFF, "通知", "k1"), ""), Sent)

            await until(told, 5, "told by the webhook", every=0.02)
            assert play.texts(STAFF) == ["通知"]
            assert await alarms(database_url) == ["refused"]


# ── our own ────────────────────────────────────────────────────────────────
async def test_another_process_of_ours_that_takes_over_is_no_alarm(tmp_path: Path, database_url: str) -> None:
    """Whoever lost the lease is thrown out, and looks on."""
    life: dict[str, Any] = {"url": database_url, "patience": BRIEF}
    async with FakeWecom() as fake, running(tmp_path, fake, **life) as one:
        assert one.platform.connection is not None
        one.platform.connection._keep = asyncio.Event().wait  # type: ignore[method-assign, assignment]
        await fake.socket.close()
        await one.until(lambda: fake.socket.connected, "connected, and does not renew its lease")
        async with running(tmp_path, fake, first=False, **life) as two:
            await two.until(lambda: two.platform.ours and fake.socket.kicked, "the second has it")
            await leases_pass()
            assert (subscribes(fake), fake.socket.kicked) == (3, 1)
            assert not one.platform.ours
            assert await alarms(database_url) == []


async def test_what_is_to_be_said_is_left_to_the_one_that_is_connected(tmp_path: Path, database_url: str) -> None:
    """In order, whoever handles it; nothing is tried by the other."""
    async with (
        FakeWecom() as fake,
        running(tmp_path, fake, url=database_url) as one,
        running(tmp_path, fake, first=False, url=database_url) as two,
    ):
        for number in range(20):
            await fake.say(f"u{number}", "楼道里有人打架")
            for _ in range(10):  # as eager as the one that heard it
                two.core.dispatcher.wake.set()
                two.core.courier.wake.set()
                await asyncio.sleep(0.002)
        await one.until(lambda: all(fake.seen(f"u{n}") for n in range(20)), "all are answered")
        await one.settled()
        sent = "SELECT DISTINCT lease_owner FROM outbox WHERE state = 'sent'"
        assert len(await query(database_url, sent)) == 1
        assert not await query(database_url, "SELECT id FROM outbox WHERE attempts > 1")


async def test_who_has_the_wrong_secret_stands_in_nobodys_way(tmp_path: Path, database_url: str) -> None:
    patience = replace(QUICK, refused=300, look=0.05)
    async with FakeWecom() as fake:
        old = {"bot_id": BOT, "secret": "old", "url": fake.ws_url}
        life: dict[str, Any] = {"url": database_url, "patience": patience, "first": False}
        async with running(tmp_path, fake, **life, wecom_aibot=old) as one:
            await one.until(lambda: subscribes(fake) == 1, "refused")
            async with running(tmp_path, fake, **life) as two:
                await two.until(lambda: fake.socket.connected, "the one with the right Secret is connected")
                await leases_pass()
                assert subscribes(fake) == 2


async def test_who_cannot_reach_the_platform_lets_the_others_try(tmp_path: Path, database_url: str) -> None:
    patience = replace(QUICK, lease=300, look=0.05)
    life: dict[str, Any] = {"url": database_url, "patience": patience, "first": False}
    async with FakeWecom() as fake:
        cut_off = {"bot_id": BOT, "secret": fake.setup.bot.secret, "url": "ws://127.0.0.1:1"}
        async with running(tmp_path, fake, **life, wecom_aibot=cut_off), running(tmp_path, fake, **life) as two:
            await two.until(lambda: fake.socket.connected, "the one with a way out is connected")


async def test_asked_to_come_less_often_none_of_ours_comes(tmp_path: Path, database_url: str) -> None:
    life: dict[str, Any] = {"url": database_url, "patience": replace(BRIEF, often=300), "first": False}
    async with FakeWecom() as fake:
        fake.inject(Fault("errcode", "aibot_subscribe", times=100, code=45009))
        async with running(tmp_path, fake, **life) as one, running(tmp_path, fake, **life):
            await one.until(lambda: subscribes(fake) == 1, "refused")
            await leases_pass()
            assert subscribes(fake) == 1


async def test_a_process_of_this_machine_that_is_gone_is_not_waited_for(tmp_path: Path, database_url: str) -> None:
    async def held_by(owner: str) -> None:
        await query(database_url, "DELETE FROM lease WHERE name = 'socket:BOTID' RETURNING name")
        row = f"INSERT INTO lease VALUES ('socket:BOTID', '{owner}', 1, 9999999999999) RETURNING name"
        await query(database_url, row)

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    async with FakeWecom() as fake:
        await held_by(f"{socket.gethostname()}:{ended.pid}:00000000")
        async with running(tmp_path, fake, url=database_url, first=False) as play:
            await play.until(lambda: fake.socket.connected, "connected")
        await held_by(f"elsewhere:{ended.pid}:00000000")
        async with running(tmp_path, fake, url=database_url, first=False):
            await leases_pass()
            assert not fake.socket.connected


def test_only_processes_of_this_machine_are_known_to_be_gone() -> None:
    host, parent = socket.gethostname(), subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert gone(process_name())  # asked by a process of the same number: an earlier life of a container
    assert not gone(f"{host}:{parent.pid}:00000000")
    parent.communicate(b"\n")
    assert gone(f"{host}:{parent.pid}:00000000")
    assert not any(
        gone(name) for name in (f"other:{parent.pid}:0", f"{host}:x:0", f"{host}::0", host, "", ":::", "probe")
    )


def receipts(play: Play, groups: list[str]) -> Counter[str]:
    """How often each ticket's receipt was said."""
    texts = (text for group in groups for text in play.texts(group))
    return Counter(text[text.index("已登记为") :][:9] for text in texts if "已登记为" in text)


async def test_lives_cut_short_lose_nothing_and_answer_nothing_twice(tmp_path: Path, database_url: str) -> None:
    """With real processes and many more deaths: tests/soak/test_wecom_aibot.py."""
    chance = random.Random(20_261_122)
    groups = [f"wrOwners{life}" for life in range(4)]
    async with FakeWecom(Setup(manners=Manners(tries=100, ack_seconds=0.05))) as fake:
        for group in groups:
            async with running(tmp_path, fake, url=database_url) as play:
                die(play)
                for number in range(12):
                    await fake.say(f"{group}{number}", f"{AT}楼道里堆了杂物，请来看看", group)
                    await asyncio.sleep(chance.random() * 0.01)
        async with running(tmp_path, fake, url=database_url) as play:
            await play.until_states({"待接单": 48})
            await play.until(lambda: len(receipts(play, groups)) == 48, "everybody has a receipt")
            await play.settled()
            assert set(receipts(play, groups).values()) == {1}
        assert fake.socket.kicked == 0


# ── the store is down ──────────────────────────────────────────────────────
async def test_while_the_store_is_down_the_connection_stays_and_nothing_is_lost(
    tmp_path: Path, database_url: str
) -> None:
    """Longer than the lease lasts: to hang up would lose what people write meanwhile."""
    async with FakeWecom() as fake, running(tmp_path, fake, url=database_url, patience=BRIEF) as play:
        engine = play.core.engine
        write, lines = engine.write, list(fake.socket.lines)

        def down() -> Any:
            raise StoreDownError("no room")

        engine.write = down  # type: ignore[method-assign]
        told = [await fake.say(f"u{number}", "楼道里有人打架") for number in range(5)]
        await leases_pass()
        engine.write = write  # type: ignore[method-assign]
        await play.until_states({"待接单": 5})
        assert fake.socket.lines == lines
        assert {row[0] for row in await query(database_url, "SELECT event_id FROM inbox")} == set(told)
