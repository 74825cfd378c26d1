"""Pages of 微信客服 that cannot be read: asked for in smaller ones, and what stays unreadable is passed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.wecom.api import Lost, new_session
from bot.adapters.wecom_kf.adapter import build
from bot.adapters.wecom_kf.pulling import cursor_in
from handlers.kit.channel_texts import DEAF
from storage.engine.base import Engine
from storage.unit import Unit
from tests.fake_wecom import FakeWecom, Fault, HeldClock, State
from tests.harness import HeldClock as OurClock
from tests.residents import config, kit_of
from tests.test_wecom_kf import CHEN, NOW, Desk


@pytest.fixture
async def desk(engine: Engine, tmp_path: Path) -> AsyncIterator[Desk]:
    async with FakeWecom(state=State(clock=HeldClock(NOW.timestamp()))) as fake, new_session() as session:
        yield Desk(fake, engine, build(kit_of(config(tmp_path, fake, "wecom_kf"), engine, session, OurClock(NOW))))


@pytest.mark.parametrize("spoiled", [{"text": {"content": "长" * 400_000}}, {"x": float("inf")}])
async def test_a_row_that_cannot_be_read_keeps_nobody_behind_it_from_being_heard(
    desk: Desk, spoiled: dict[str, Any]
) -> None:
    """Too long to read, or a number JSON does not have: asked for alone a few times, then parked, and managers told."""
    kf = desk.fake.kf
    before = [await kf.say(CHEN, f"第 {n} 句", notify=False) for n in range(3)]
    kf._keep(CHEN, 3, {"msgtype": "text"} | spoiled)
    kf._untokened.limit = 1_000
    behind = [await kf.say(CHEN, f"第 {n} 句", notify=False) for n in range(60)]
    for _ in range(2):
        assert isinstance(await desk.puller.pull(desk.inbox.accept, NOW), Lost)
        assert await desk.stored() == before
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == [*before, *behind]
    assert await desk.cursor() == "cur_64"
    assert [call["limit"] for call in desk.fake.state.called("kf/sync_msg")][:6] == [50, 25, 12, 6, 3, 6]
    async with desk.engine.read() as tx:
        (parked,) = await Unit(tx).inbox.dead()
    assert parked.body.startswith(b'{"errcode"')
    async with desk.engine.write() as tx:
        told = [job.payload for job in await Unit(tx).jobs.todo(NOW, 10) if job.name == "channel.deaf"]
    assert told == ['{"why":"wecom_kf_unread"}']
    assert "wecom_kf_unread" in DEAF


async def test_an_answer_cut_off_on_its_way_is_asked_for_again_and_nothing_is_stepped_over(desk: Desk) -> None:
    said = [await desk.fake.kf.say(CHEN, f"第 {n} 句", notify=False) for n in range(9)]
    desk.fake.inject(Fault("garbled", "kf/sync_msg", times=7))
    for _ in range(3):
        await desk.puller.pull(desk.inbox.accept, NOW)
    assert await desk.stored() == said


def test_what_people_write_is_not_taken_for_the_platforms_word() -> None:
    words = json.dumps({"errcode": 0, "text": '"next_cursor":"x"'}).encode()
    assert cursor_in(words) == ""
    assert cursor_in(b'{"errcode":0,"next_cursor":"cur_7","x":') == "cur_7"
    assert cursor_in(b'{"errcode":40001,"next_cursor":"cur_7"}') == ""
    assert cursor_in(b"<html>") == ""
