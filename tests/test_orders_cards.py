"""Under a card: orders without a number, words and voices for the reporter; and what is said while we ask something."""

import sqlite3
from contextlib import closing

import pytest

from handlers.kit import order_texts as say
from handlers.kit import relay_texts as relayed
from storage.model.messages import Attachment, AttachmentKind
from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests.harness import PHOTO, World
from tests.living import reads
from tests.ordering import again, held, holder, numbered, state
from tests.stories import MATTER, everything, kinds, on_sqlite, reported

VOICE = Attachment(kind=AttachmentKind.VOICE, ref="voice-1", seconds=4)


# ── under a card ───────────────────────────────────────────────────────────
@pytest.mark.parametrize("chat", ["p:wang", "g9"])
async def test_received_and_on_the_way_claims_it(world: World, chat: str) -> None:
    await reported(world)
    event = await world.wang.says("收到，这就去", to=chat, reply_to=world.card(1, chat).ref)
    assert await holder(world, 1) == "wang"
    seen = len(world.chat("g1"))
    before = everything(world)
    await again(world, event)
    assert everything(world) == before
    await world.wang.says("收到，这就去", to="p:wang", reply_to=world.card(1, "p:wang").ref)
    assert len(world.chat("g1")) == seen + 1, "it is theirs already: now it is said to the reporter"


@on_sqlite
async def test_the_second_to_answer_the_card_reads_who_has_it(world: World) -> None:
    await reported(world)
    card = world.card(1, "g9").ref
    await world.zhao.says("收到，这就去", to="g9", reply_to=card, settle=False)
    await world.li.says("我去处理", to="g9", reply_to=card, settle=False)
    await world.settle()
    assert await holder(world, 1) == "zhao"
    assert world.last("g9").text == "1 号已经由赵敏接了。"


@on_sqlite
@pytest.mark.parametrize("chat", ["p:wang", "g9"])
async def test_orders_under_a_card_need_no_number(world: World, chat: str) -> None:
    await numbered(world, 12, 13)
    await world.wang.tells("接单 12")
    await world.wang.tells("接单 13")
    ref = world.card(12, chat).ref
    await world.wang.says("到了", to=chat, reply_to=ref)
    assert await state(world) is State.ON_SCENE
    await world.wang.says("挂起 等物业", to=chat, reply_to=ref)
    assert await state(world) is State.PAUSED
    await world.wang.says("继续", to=chat, reply_to=ref)
    assert await state(world) is State.CLAIMED
    await world.wang.says("这个转给李警官", to=chat, reply_to=ref)
    assert await holder(world, 12) == "li"
    assert await state(world, 13) is State.CLAIMED


@on_sqlite
async def test_who_is_sent_gets_it(world: World) -> None:
    await reported(world)
    await world.sun.says("小李去看看吧", to="g9", reply_to=world.card(1, "g9").ref)
    assert await holder(world, 1) == "li"
    assert all("小李" not in s.text for s in world.chat("g1"))


@on_sqlite
@pytest.mark.parametrize("words", ["请问是几号楼？", "我们半小时内到，请您在楼下等", "当事人电话打不通", "我马上到"])
async def test_plain_words_are_for_the_reporter_as_before(world: World, words: str) -> None:
    await held(world, 12)
    await world.wang.says(words, to="p:wang", reply_to=world.card(12, "p:wang").ref)
    assert words in world.last("g1").text
    assert (await kinds(world, 12))[-1] is EntryKind.REPLIED


@on_sqlite
async def test_on_the_way_is_said_to_the_reporter_and_of_oneself(world: World) -> None:
    await held(world, 12)
    await world.wang.says("在路上了", to="p:wang", reply_to=world.card(12, "p:wang").ref)
    assert "在路上了" in world.last("g1").text
    assert reads(world.wang, "记下您在途") == 1
    await world.wang.tells("12在路上了")
    assert (await kinds(world, 12))[-1] is EntryKind.NOTED
    seen = await kinds(world, 12)
    await world.wang.tells("在路上了")
    assert reads(world.wang, "记下您在途") == 3
    assert await kinds(world, 12) == seen


@on_sqlite
async def test_another_number_under_a_card_is_asked_about(world: World) -> None:
    await held(world, 12, 13)
    await world.wang.says("12到了", to="p:wang", reply_to=world.card(13, "p:wang").ref)
    asked = world.wang.inbox[-1]
    assert asked.text == say.WHICH_TICKET
    assert asked.labels == [f"到场 #12 {MATTER}", f"到场 #13 {MATTER}", say.NONE]
    assert {await state(world, 12), await state(world, 13)} == {State.CLAIMED}


@on_sqlite
async def test_a_picture_with_an_order_belongs_to_its_ticket(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12到了", attachments=(PHOTO,))
    assert await state(world) is State.ON_SCENE
    ticket = await world.ticket(12)
    async with world.engine.read() as tx:
        assert [item for _, item in await Unit(tx).attachments.of_ticket(ticket.id)] == [PHOTO]


# ── voices ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("chat", ["p:wang", "g9"])
async def test_an_officers_voice_under_a_card_reaches_the_reporter(world: World, chat: str) -> None:
    await held(world, 12)
    event = await world.wang.says("", to=chat, attachments=(VOICE,), reply_to=world.card(12, chat).ref)
    shown = world.last("g1")
    assert shown.out.content.attachment == VOICE
    assert (await kinds(world, 12))[-1] is EntryKind.REPLIED
    before = everything(world)
    await again(world, event)
    assert everything(world) == before


async def test_the_reporters_voice_reaches_the_officer_and_is_kept(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("回复 12 请问是几号楼？")
    await world.chen.says("", reply_to=world.last("g1").ref, attachments=(VOICE,))
    assert world.wang.inbox[-1].out.content.attachment == VOICE
    ticket = await world.ticket(12)
    async with world.engine.read() as tx:
        assert VOICE in [item for _, item in await Unit(tx).attachments.of_ticket(ticket.id)]


@on_sqlite
async def test_a_colleagues_voice_under_a_card_is_kept_as_a_note(world: World) -> None:
    await held(world, 12)
    seen = len(world.chat("g1"))
    await world.li.says("", to="g9", attachments=(VOICE,), reply_to=world.card(12, "g9").ref)
    assert len(world.chat("g1")) == seen
    assert (await kinds(world, 12))[-1] is EntryKind.NOTED


@on_sqlite
async def test_a_voice_that_cannot_get_there_is_not_lost_in_silence(world: World) -> None:
    await held(world, 12)
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE ticket SET platform = 'elsewhere'")
        database.commit()
    await world.wang.says("", to="p:wang", attachments=(VOICE,), reply_to=world.card(12, "p:wang").ref)
    assert world.wang.inbox[-1].text == relayed.OTHER_PLATFORM.format(number="12 号")
    assert EntryKind.REPLIED not in await kinds(world, 12)


# ── while we ask ───────────────────────────────────────────────────────────
@on_sqlite
async def test_an_order_for_another_ticket_is_no_answer(world: World) -> None:
    await held(world, 12, 13)
    await world.wang.tells("12号搞定了")
    await world.wang.tells("13到了")
    assert (await state(world, 12), await state(world, 13)) == (State.CLAIMED, State.ON_SCENE)
    await world.wang.tells("已劝离")
    assert (await world.ticket(12)).finding == "已劝离"


@on_sqlite
async def test_an_order_for_the_same_ticket_has_its_own_text(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12号搞定了")
    question = world.wang.inbox[-1]
    await world.wang.tells("12 办结 已警告当事人")
    assert (await world.ticket(12)).finding == "已警告当事人"
    assert question.labels == []
    await world.wang.tells("好的，我们明天来")
    assert (await world.ticket(12)).finding == "已警告当事人"


@on_sqlite
@pytest.mark.parametrize("words", ["已转给物业处理", "到了现场，双方已和解", "12当事人电话打不通"])
async def test_an_answer_that_reads_like_an_order_is_an_answer(world: World, words: str) -> None:
    await held(world, 12)
    await world.wang.tells("12号搞定了")
    await world.wang.tells(words)
    assert (await world.ticket(12)).finding == words
