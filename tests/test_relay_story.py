"""回复: the officer's words reach the reporter under the station's name, the answer reaches the officer."""

from dataclasses import replace

import pytest

from handlers.kit import relay_texts as say
from handlers.kit import texts
from handlers.kit.private import HIDDEN
from handlers.understanding import Courtesy
from storage.model.messages import Attachment, AttachmentKind
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State
from tests.harness import PHOTO, World
from tests.meaning import means
from tests.stories import claimed, confirmed, entries, everything, kinds, make_role, reported, resolved, silence

SAID = "东湾派出所回复：{}\n——王警官 · 1 号"


def card(world: World, chat: str) -> str:
    return world.card(1, chat).ref


# ── to the reporter ────────────────────────────────────────────────────────
@pytest.mark.parametrize("chat", ["p:wang", "g9"])
async def test_a_reply_to_the_card_is_said_to_the_reporter(world: World, chat: str) -> None:
    asked = await world.chen.says("@民警 楼上往下扔垃圾")
    await world.wang.presses("接单")
    await world.wang.says("我们半小时内到，请您在楼下等", to=chat, reply_to=card(world, chat))
    shown = world.last("g1")
    assert shown.text == SAID.format("我们半小时内到，请您在楼下等")
    assert shown.out.content.reply_to == asked.message_id
    assert world.last(chat).text == "已回复反映人（1 号）。"
    assert (await entries(world))[-1].kind is EntryKind.REPLIED
    assert (await entries(world))[-1].text == "我们半小时内到，请您在楼下等"


async def test_the_command_says_it_too_and_a_repeated_event_says_it_once(world: World) -> None:
    await claimed(world)
    event = await world.wang.tells("回复 1 我们半小时内到")
    assert world.last("g1").text == SAID.format("我们半小时内到")
    before = everything(world)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.REPLIED) == 1


async def test_a_restart_between_decision_and_sending(world: World) -> None:
    await claimed(world)
    event = await world.wang.tells("回复 1 马上到", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.happens(event)
    assert [s.text for s in world.chat("g1")].count(SAID.format("马上到")) == 1


async def test_nothing_to_say(world: World) -> None:
    await claimed(world)
    await world.wang.says("回复 1")
    assert world.last("g9").text == say.NEED_REPLY.format(number=1)
    await world.wang.tells("回复 1")
    assert world.wang.inbox[-1].text == say.ASK_REPLY.format(number="1 号")
    await world.passes(minutes=11)
    await world.wang.tells("今天天气不错")
    assert EntryKind.REPLIED not in await kinds(world)


async def test_announced_first_and_sent_after_it(world: World) -> None:
    """Where a photo cannot be said to be about a ticket: the number goes before it."""
    await claimed(world)
    await world.wang.tells("回复 1")
    await world.restart()
    item = Attachment(kind=AttachmentKind.PHOTO, ref="file-7")
    event = await world.wang.tells("", attachments=(item,))
    assert world.last("g1").out.content.attachment == item
    await world.happens(event)
    await world.wang.tells("", attachments=(item,))  # that was one reply, not the beginning of many
    assert [s.out.content.attachment for s in world.chat("g1")].count(item) == 1


async def test_who_may_work_on_it_no_more_has_announced_in_vain(world: World) -> None:
    await claimed(world)
    await world.wang.tells("回复 1")
    await make_role(world, "wang", PersonRole.RESIDENT)
    await world.wang.tells("马上到")
    assert world.wang.inbox[-1].text == texts.NO_RIGHT
    assert EntryKind.REPLIED not in await kinds(world)


async def test_numbers_stay_out_of_the_group_and_the_officer_knows(world: World) -> None:
    await claimed(world)
    await world.wang.tells("回复 1 请打 13800001234 找我")
    assert world.last("g1").text == SAID.format(f"请打 {HIDDEN} 找我")
    assert world.wang.inbox[-1].text == say.REPLIED_HIDDEN.format(number="1 号")


@pytest.mark.parametrize("kind", [AttachmentKind.PHOTO, AttachmentKind.VOICE])
async def test_pictures_and_voices_are_passed_on(world: World, kind: AttachmentKind) -> None:
    await claimed(world)
    item = Attachment(kind=kind, ref="file-7")
    await world.wang.says("", to=world.wang.private, attachments=(item,), reply_to=card(world, "p:wang"))
    shown = world.last("g1")
    assert shown.out.content.attachment == item
    assert shown.text.startswith("东湾派出所回复：")


async def test_an_album_is_passed_on_whole(world: World) -> None:
    await claimed(world)
    ref = card(world, "p:wang")
    first, second = replace(PHOTO, ref="a"), replace(PHOTO, ref="b")
    await world.wang.says("现场", to="p:wang", attachments=(first,), album="al", reply_to=ref)
    await world.wang.says("", to="p:wang", attachments=(second,), album="al")
    assert [s.out.content.attachment for s in world.chat("g1")[-2:]] == [first, second]


async def test_what_was_told_in_private_is_answered_there(world: World) -> None:
    asked = await world.liu.tells("邻居天天打孩子")
    await world.wang.presses("接单")
    await world.wang.says("请放心，我们今晚上门，电话 13800001234", to="g9", reply_to=card(world, "g9"))
    shown = world.liu.inbox[-1]
    assert shown.text == SAID.format("请放心，我们今晚上门，电话 13800001234")
    assert shown.out.content.reply_to == asked.message_id
    assert world.chat("g1") == []


async def test_a_sensitive_matter_is_answered_in_private_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"裸聊": {"sensitive": "裸聊敲诈"}})
    await world.chen.tells("你好")
    await world.chen.says("@民警 我被裸聊敲诈了")
    await world.wang.presses("接单")
    seen = len(world.chat("g1"))
    await world.wang.tells("回复 1 不要再给对方转钱")
    assert world.chen.inbox[-1].text == SAID.format("不要再给对方转钱")
    assert len(world.chat("g1")) == seen
    await silence(world, "chen")
    await world.wang.tells("回复 1 请到所里来一趟")
    assert world.wang.inbox[-1].text == say.CANNOT_REACH.format(number="1 号")
    assert (await kinds(world)).count(EntryKind.REPLIED) == 1
    await world.wang.says("@民警 回复 1 请到所里来", to="g1")
    assert world.last("g1").text == texts.NOT_IN_PUBLIC


async def test_talk_about_a_card_by_others_stays_among_officers(world: World) -> None:
    await claimed(world)
    seen = len(world.chat("g1"))
    await world.li.says("这家去年也报过", to="g9", reply_to=card(world, "g9"))
    assert len(world.chat("g1")) == seen
    assert world.last("g9").text == say.NOTED.format(number="1 号", bare=1)
    assert world.wang.inbox[-1].text == "1 号备注（李强）：这家去年也报过"
    assert (await kinds(world))[-1] is EntryKind.NOTED
    await world.li.tells("回复 1 我也过去")
    assert world.last("g1").text == "东湾派出所回复：我也过去\n——李警官 · 1 号"
    assert world.wang.inbox[-1].text == "1 号李强回复了反映人：我也过去"


async def test_before_somebody_has_it_what_is_said_in_the_officers_group_stays_there(world: World) -> None:
    await reported(world)
    for who in (world.wang, world.sun):
        await who.says("小李家就住那附近", to="g9", reply_to=card(world, "g9"))
    assert all("小李" not in s.text for s in world.chat("g1"))
    assert (await kinds(world)).count(EntryKind.NOTED) == 2
    await world.wang.says("民警马上联系您", to="p:wang", reply_to=card(world, "p:wang"))
    assert world.last("g1").text == SAID.format("民警马上联系您")


async def test_a_courtesy_among_officers_is_not_said_to_anybody(world: World) -> None:
    await claimed(world)
    seen = len(world.chat("g1"))
    await world.wang.says("收到", to="g9", reply_to=card(world, "g9"))
    assert world.last("g9").text == say.COURTESY_HINT.format(bare=1)
    assert len(world.chat("g1")) == seen


async def test_residents_do_not_speak_for_the_station(world: World) -> None:
    await claimed(world)
    await world.liu.tells("回复 1 别管他")
    assert world.liu.inbox[-1].text == texts.NO_RIGHT
    await world.liu.tells("备注 1 别管他")
    assert world.liu.inbox[-1].text == texts.NO_RIGHT
    assert {EntryKind.REPLIED, EntryKind.NOTED}.isdisjoint(await kinds(world))


async def test_what_an_officer_says_in_the_group_himself_is_logged_and_not_repeated(world: World) -> None:
    await claimed(world)
    seen = len(world.chat("g1"))
    await world.wang.says("我们十分钟到", to="g1", reply_to=world.receipt(1).ref)
    assert len(world.chat("g1")) == seen
    assert (await entries(world))[-1].kind is EntryKind.REPLIED


async def test_words_said_by_mistake_are_taken_back(world: World) -> None:
    await claimed(world)
    await world.wang.tells("回复 1 这人是老赖")
    said, asked = world.last("g1"), world.wang.inbox[-1]
    button = asked.button(say.UNSAY)
    await world.li.presses_old(asked, button, "p:wang")
    assert world.li.read == say.UNSAY_NOT_YOURS
    event = await world.wang.presses(say.UNSAY)
    assert said.text == say.UNSAID
    assert asked.labels == []
    await world.happens(event)
    await world.wang.presses_old(asked, button, "p:wang")
    assert (await kinds(world)).count(EntryKind.NOTED) == 1


async def test_a_note_is_read_by_officers_only(world: World) -> None:
    await claimed(world)
    await world.wang.tells("备注 1 当事人电话打不通")
    assert world.wang.inbox[-1].text == say.NOTED.format(number="1 号", bare=1)
    assert all("打不通" not in s.text for s in world.chat("g1"))
    await world.chen.tells("查 1")
    assert "打不通" not in world.chen.inbox[-1].text
    await world.wang.tells("查 1")
    assert "备注 · 王建国：当事人电话打不通" in world.wang.inbox[-1].text
    await world.wang.says("@民警 备注 1 又打了一次", to="g1")
    assert world.last("g1").text == texts.NOT_IN_PUBLIC
    await world.wang.tells("备注 1")
    assert world.wang.inbox[-1].text == say.NEED_NOTE.format(number=1)


# ── the answer ─────────────────────────────────────────────────────────────
async def test_a_reply_to_the_officers_words_reaches_the_officer(world: World) -> None:
    await claimed(world)
    await world.wang.tells("回复 1 请问是几号楼？")
    seen = len(world.chat("g1"))
    event = await world.chen.says("6栋2单元", reply_to=world.last("g1").ref)
    assert world.wang.inbox[-1].text == "1 号反映人回话：“6栋2单元”"
    assert len(world.chat("g1")) == seen
    assert (await kinds(world)).count(EntryKind.ANSWERED_BACK) == 1
    assert "6栋2单元" in (await world.ticket()).text
    await world.restart()
    await world.happens(event)
    assert (await kinds(world)).count(EntryKind.ANSWERED_BACK) == 1


async def test_a_neighbour_who_answers_is_no_reporter(world: World) -> None:
    await claimed(world)
    await world.wang.tells("回复 1 请问是几号楼？")
    await world.liu.says("是6栋", reply_to=world.last("g1").ref)
    assert EntryKind.ANSWERED_BACK not in await kinds(world)
    assert world.wang.inbox[-1].text == "1 号有人补充（刘阿姨）：是6栋"


async def test_in_private_the_next_words_answer_and_another_matter_does_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, {"可以": {"is_request": False}, "另外": {"is_request": True}})
    await world.liu.tells("邻居天天打孩子")
    await world.wang.presses("接单")
    await world.wang.tells("回复 1 明天上午方便吗？")
    await world.liu.tells("可以的")
    assert world.liu.inbox[-1].text == "已转告王警官。"
    assert world.wang.inbox[-1].text == "1 号反映人回话：“可以的”"
    await world.passes(hours=5)
    await world.liu.tells("我下午也可以在家等")
    assert world.wang.inbox[-1].text == "1 号反映人回话：“我下午也可以在家等”"
    await world.liu.tells("另外我的电动车被偷了")
    assert await world.tickets() == 2


async def test_a_colleague_who_asked_reads_the_answer_as_well(world: World) -> None:
    await claimed(world)
    await world.li.tells("回复 1 请问是几号楼？")
    await world.chen.says("6栋", reply_to=world.last("g1").ref)
    assert world.li.inbox[-1].text == world.wang.inbox[-1].text == "1 号反映人回话：“6栋”"


# ── thanks, and that it is over ────────────────────────────────────────────
async def test_thanks_are_passed_on_once(world: World) -> None:
    await confirmed(world)
    for _ in range(2):
        await world.chen.says("@民警 谢谢")
    told = [s.text for s in world.wang.inbox if "谢谢" in s.text]
    assert told == [say.THANKED.format(number="1 号")]
    await world.liu.says("@民警 谢谢")
    assert [s.text for s in world.wang.inbox if "谢谢" in s.text] == told


def over(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = {"is_request": False, "courtesy": Courtesy.SOLVED}
    means(monkeypatch, {"不用来了": solved, "找到了": solved})


async def test_who_says_that_it_is_over_is_heard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch)
    await claimed(world)
    await world.passes(minutes=5)
    for _ in range(2):
        await world.chen.says("@民警 不用来了")
    assert world.wang.inbox[-1].text == "1 号反映人说已解决：“不用来了”。核实后请办结。"
    assert world.receipt(1).text.endswith("反映人说已解决。")
    assert "反映人说已解决。" in world.card(1, "g9").text
    assert world.last("g1").text == "好的，已告诉民警（1 号）。"
    assert (await kinds(world)).count(EntryKind.SAID_SOLVED) == 1
    assert (await world.ticket()).state is State.CLAIMED
    assert await world.tickets() == 1


async def test_a_closed_matter_is_confirmed_by_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch)
    await resolved(world)
    await world.passes(minutes=5)
    await world.chen.says("@民警 找到了")
    assert (await world.ticket()).state is State.CONFIRMED


async def test_in_the_middle_of_a_burst_it_needs_no_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch)
    await reported(world)
    seen = len(world.chat("g1"))
    await world.chen.says("找到了")
    assert (await world.ticket()).said_solved
    assert len(world.chat("g1")) == seen


async def test_of_two_matters_it_is_asked_which(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch)
    await reported(world)
    await world.passes(minutes=5)
    await reported(world, "楼下有人打架")
    await world.passes(minutes=5)
    await world.chen.says("@民警 不用来了")
    asked = world.last("g1")
    assert (asked.text, asked.labels) == (say.WHICH_SOLVED, ["2 号", "1 号"])
    button = asked.button("1 号")
    await world.liu.presses_old(asked, button, "g1")
    assert world.liu.read == texts.ONLY_REPORTER
    await world.chen.presses("1 号", where="g1")
    assert (await world.ticket(1)).said_solved
    assert not (await world.ticket(2)).said_solved


async def test_a_neighbours_word_closes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch)
    await claimed(world)
    await world.liu.says("@民警 不用来了")
    assert not (await world.ticket()).said_solved
