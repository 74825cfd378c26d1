"""What 微信客服 took and could not deliver after all: all that was said in it counts, the officer is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.base import Never
from bot.adapters.wecom.turns import own_id
from bot.adapters.wecom_kf.refused_later import note
from bot.adapters.wecom_kf.render import words_key
from storage.engine.base import Engine
from storage.model.messages import Address, Content, Outgoing, OutState
from storage.unit import Unit
from tests.fake_wecom import FakeWecom
from tests.harness import GENEROUS, START, World
from tests.residents import running
from tests.stories import claimed, texts_of

CHEN = "wmChen"
KFID = "wkAAAA"


@pytest.fixture
async def fake() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as running_fake:
        yield running_fake


async def test_every_word_of_a_joined_message_is_told_as_lost_once(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wecom_kf") as play:
        await play.officer_says("wang", "开始")
        await fake.kf.say(CHEN, "楼下一直很吵")
        await play.shown(CHEN, "已登记为 1 号")
        await play.officer_presses("wang", "接单")
        await play.shown(CHEN, "1 号已接单")
        for number in range(5):
            await play.officer_says("wang", f"回复 1 第{number}次告诉您：在路上")
            await play.officer_is_told("wang", "再写一句") if number > 1 else await play.shown(CHEN, f"第{number}次")
        await play.until(lambda unit: _pending(unit, 3))
        await fake.kf.say(CHEN, "好的，知道了")
        joined = await play.shown(CHEN, "第4次")
        assert "第2次" in joined.text
        for _ in range(2):
            await fake.kf.refuse_later(CHEN, str(joined.body["msgid"]))
        for number in (2, 3, 4):
            await play.officer_is_told("wang", f"您的话没能送到反映人：“第{number}次告诉您：在路上”")
        await fake.kf.say(CHEN, "还在吵")
        await play.officer_is_told("wang", "还在吵")
        lost = [message.text for message in await play.officer_reads("wang") if "没能送到" in message.text]
        assert len(lost) == 3


async def _pending(unit: Unit, many: int) -> bool:
    return (await unit.outbox.counts()).get("pending", (0,))[0] == many


async def test_the_first_half_of_a_message_is_the_message(engine: Engine) -> None:
    """Told of both halves, it happens once."""
    to = Address(platform="wecom_kf", bot=KFID, chat_id=CHEN)
    async with engine.write() as tx:
        outbox = Unit(tx).outbox
        await outbox.add(Outgoing(key="k", to=to, content=Content(text="好")), START)
        row = await outbox.by_key("k")
        assert row is not None
        assert await outbox.lease(row.id, owner="o", until=START + timedelta(minutes=1))
        await outbox.sent(row.id, owner="o", message_ref=own_id("k"), at=START, messages=2)
    for msgid in (own_id(words_key("other")), own_id(words_key("k")), own_id("k")):
        event = {"event_type": "msg_send_fail", "external_userid": CHEN, "fail_msgid": msgid, "fail_type": 10}
        told = {"msgid": f"m{msgid}", "send_time": 1, "origin": 4, "msgtype": "event", "event": event}
        await note(engine, [told], KFID, START)
        async with engine.read() as tx:
            row = await Unit(tx).outbox.by_key("k")
            assert row is not None
            assert row.state is (OutState.SENT if msgid == own_id(words_key("other")) else OutState.DEAD)
    async with engine.write() as tx:
        assert len(await Unit(tx).jobs.todo(START, 10)) == 1


async def test_an_officer_learns_once_that_parts_of_their_words_were_lost(world: World) -> None:
    await claimed(world)
    world.platform.capabilities = replace(world.platform.capabilities, limits=replace(GENEROUS, text=60))
    await world.restart()
    world.platform.faults["g1"] = [Never(why="refused"), Never(why="refused")]
    await world.wang.tells("回复 1 " + "我们正在路上，请您稍等。" * 12)
    lost = [text for text in texts_of(world.wang.inbox) if "没能送到" in text]
    assert len(lost) == 1, texts_of(world.wang.inbox)
