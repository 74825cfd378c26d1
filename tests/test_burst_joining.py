"""What residents write in several messages is one ticket; what is another matter, or not for us, is not."""

from dataclasses import replace

import pytest

from storage.model.messages import Attachment, AttachmentKind, InboundKind
from storage.model.tickets import EntryKind, Urgency
from tests.bursting import Ears, after, grouping, said, whole_database
from tests.harness import PHOTO, World
from tests.stories import everything, kinds, on_sqlite

VOICE = Attachment(kind=AttachmentKind.VOICE, ref="voice-1", seconds=4)
PLACE = Attachment(kind=AttachmentKind.LOCATION, latitude=36.65, longitude=117.12)
QUIET = "5栋楼下有人占道摆摊"


@pytest.fixture
def ears(world: World) -> Ears:
    return Ears(world)


# ── one matter in several messages ─────────────────────────────────────────
async def test_three_lines_a_photo_and_a_voice_are_one_ticket(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    receipt = world.last("g1").text
    await after(world, 4)
    await said(ears, world.chen, "天天晚上这样")
    await after(world, 0.2)
    await said(ears, world.chen, "", attachments=(PHOTO,))
    await after(world, 0.2)
    await said(ears, world.chen, "", attachments=(VOICE,))
    await after(world, 15)
    await said(ears, world.chen, "油烟也大")
    ticket = await world.ticket()
    assert await world.tickets() == 1
    assert ticket.text == f"{QUIET}\n天天晚上这样\n油烟也大"
    assert (len(world.chat("g1")), world.last("g1").text) == (1, receipt)
    assert "附：照片 1、语音 1" in world.card(1, "g9").text
    assert "油烟也大" in world.card(1, world.wang.private).text
    shown = [s.out.content.attachment for s in world.wang.inbox if s.out.content.attachment]
    assert shown == [PHOTO, VOICE]
    assert (await kinds(world)).count(EntryKind.SUPPLEMENTED) == 4


async def test_photo_and_voice_before_the_first_was_handled(world: World, ears: Ears) -> None:
    """A platform hands over what came in one go: nothing is lost because the ticket does not exist yet."""
    await said(ears, world.chen, f"@民警 {QUIET}", settle=False, attachments=(PHOTO,))
    await after(world, 0.2)
    await said(ears, world.chen, "", settle=False, attachments=(VOICE,))
    await world.settle()
    assert await grouping(world) == [["m1", "m2"]]


async def test_the_same_events_twice_change_nothing(world: World, ears: Ears) -> None:
    events = [await said(ears, world.chen, f"@民警 {QUIET}")]
    await after(world, 3)
    events.append(await said(ears, world.chen, "", attachments=(PHOTO,)))
    await after(world, 3)
    events.append(await said(ears, world.chen, "就在东门"))
    before, text = everything(world), (await world.ticket()).text
    for event in [*events, *events]:
        await ears.take(event)
    assert everything(world) == before
    assert (await world.ticket()).text == text
    assert (await world.ticket()).joined == 2


@pytest.mark.parametrize("stop", [0, 1, 2, 3])
async def test_a_restart_between_any_two_messages_changes_nothing(world: World, ears: Ears, stop: int) -> None:
    lines = [f"@民警 {QUIET}", "天天这样", "不是5栋是6栋", "谢谢"]
    for index, line in enumerate(lines):
        await said(ears, world.chen, line, settle=index != stop)
        if index == stop:
            await world.restart()
            await world.settle()
        await after(world, 6)
    ticket = await world.ticket()
    assert await world.tickets() == 1
    assert ticket.text == "6栋楼下有人占道摆摊\n天天这样"
    assert len(world.chat("g1")) == 1


async def test_only_within_the_gap_and_the_cap(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 21)
    await said(ears, world.chen, "晚上吃什么")
    assert ears.heard == [f"@民警 {QUIET}"]
    await said(ears, world.liu, "@民警 三单元楼道里一股油漆味")
    for number in range(12):
        await after(world, 19)
        await said(ears, world.liu, f"还有第{number}样")
    assert (await world.ticket(2)).text.count("还有第") == 9  # 180 seconds, 19 apart


async def test_a_new_matter_after_the_gap_is_a_new_ticket(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 60)
    await said(ears, world.chen, "@民警 车库有人打架")
    assert await grouping(world) == [["m1"], ["m2"]]


async def test_what_is_meant_for_others_does_not_join(world: World, ears: Ears) -> None:
    neighbour = await said(ears, world.liu, "今天停水吗")
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 3)
    await said(ears, world.chen, "@老张 你家也闻到了吧")
    await said(ears, world.chen, "没停", reply_to=neighbour.message_id)
    await said(ears, world.liu, "真讨厌")
    assert (await world.ticket()).text == QUIET
    assert ears.heard == [f"@民警 {QUIET}"]


async def test_another_at_with_another_matter(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 8)
    await said(ears, world.chen, "@民警 另外，地下车库的灯坏了三天了")
    await after(world, 5)
    await said(ears, world.chen, "B区12号位那边")
    assert await grouping(world) == [["m1"], ["m2", "m3"]]


async def test_another_at_with_the_same_matter_joins(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 8)
    await said(ears, world.chen, "@民警 快来管管，又开始了")
    assert await grouping(world) == [["m1", "m2"]]
    assert len(world.chat("g1")) == 1


async def test_thanks_are_neither_text_nor_answered(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 10)
    await said(ears, world.chen, "麻烦你们了，谢谢")
    await after(world, 15)
    await said(ears, world.chen, "就是卖烧烤的那家")
    assert (await world.ticket()).text == f"{QUIET}\n就是卖烧烤的那家"
    assert len(world.chat("g1")) == 1


async def test_urgency_rises_and_never_sinks(world: World, ears: Ears) -> None:
    await said(ears, world.chen, "@民警 楼下烧烤摊占道，声音很大")
    assert (await world.ticket()).urgency is not Urgency.URGENT
    await after(world, 5)
    await said(ears, world.chen, "打起来了，有个人拿刀")
    ticket = await world.ticket()
    assert ticket.urgency is Urgency.URGENT
    assert world.receipt(1).text.startswith("⚠️")
    assert "紧急" in world.card(1, "g9").text
    await after(world, 5)
    await said(ears, world.chen, "穿红衣服的")
    assert (await world.ticket()).urgency is Urgency.URGENT
    assert len(world.chat("g1")) == 1


async def test_a_claimed_ticket_goes_on_growing_a_finished_one_does_not(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await world.wang.presses("接单")
    await after(world, 5)
    await said(ears, world.chen, "靠近东门")
    assert "靠近东门" in world.card(1, world.wang.private).text
    await world.wang.presses("办结")
    await world.wang.presses("已到场处置")
    await after(world, 5)
    await said(ears, world.chen, "烧烤摊那家味道不错哈哈")
    assert "味道不错" not in whole_database(world) if world.url.startswith("sqlite") else True
    assert await world.tickets() == 1


# ── a call without a matter ────────────────────────────────────────────────
@pytest.mark.parametrize("restart", [False, True])
async def test_a_bare_call_waits_for_the_matter(world: World, ears: Ears, restart: bool) -> None:
    await said(ears, world.chen, "@民警")
    assert "我在" in world.last("g1").text
    if restart:
        await world.restart()
    await after(world, 70)
    await said(ears, world.chen, QUIET)
    await after(world, 5)
    await said(ears, world.chen, "", attachments=(PHOTO,))
    await after(world, 30)
    await said(ears, world.chen, "今晚吃火锅")
    assert await grouping(world) == [["m2", "m3"]]
    assert (await world.ticket()).text == QUIET


@on_sqlite
async def test_after_thanks_nobody_listens(world: World, ears: Ears) -> None:
    await said(ears, world.chen, "@民警 谢谢警察同志")
    await after(world, 3)
    await said(ears, world.chen, "晚上去跳舞吗")
    await said(ears, world.liu, "@民警 我的")
    await after(world, 3)
    await said(ears, world.liu, "跳啊")
    await said(ears, world.wang, "@派出所 门口路灯坏了", to="g1")
    await after(world, 3)
    await said(ears, world.wang, "我马上到", to="g1")
    assert ears.heard == ["@民警 谢谢警察同志", "@民警 我的", "@派出所 门口路灯坏了"]
    assert "跳" not in whole_database(world)


@on_sqlite
async def test_what_was_heard_in_vain_is_gone_at_once(world: World, ears: Ears) -> None:
    """It came before we knew that the call was none: its words may not stay."""
    await said(ears, world.chen, "@民警 谢谢", settle=False)
    await after(world, 1)
    await said(ears, world.chen, "晚上去跳舞吗", settle=False)
    await world.settle()
    assert "跳舞" in ears.heard[-1]
    assert "跳舞" not in whole_database(world)
    assert await world.tickets() == 0


# ── what stood before the call ─────────────────────────────────────────────
@on_sqlite
async def test_what_they_said_before_belongs_to_it(world: World, ears: Ears) -> None:
    await said(ears, world.chen, "6栋二单元有人往下扔烟头")
    await after(world, 2)
    await said(ears, world.liu, "真的假的")
    photo = await said(ears, world.chen, "", attachments=(PHOTO,))
    await after(world, 100)
    assert "烟头" not in whole_database(world)
    await said(ears, world.chen, "@民警 上面说的管不管")
    ticket = await world.ticket()
    assert ticket.text == "6栋二单元有人往下扔烟头\n上面说的管不管"
    assert "附：照片 1" in world.card(1, "g9").text
    assert await grouping(world) == [["m1", "m3", "m4"]]
    await said(ears, world.chen, "就是这张", reply_to=photo.message_id)
    edit = replace(
        photo, event_id="e1", kind=InboundKind.EDIT, text="6栋三单元有人往下扔烟头", message_id="m1", attachments=()
    )
    await world.happens(edit)
    assert (await world.ticket()).text.startswith("6栋三单元有人往下扔烟头\n上面说的管不管")
    assert "真的假的" not in whole_database(world)


async def test_a_bare_call_after_the_words_takes_them(world: World, ears: Ears) -> None:
    await said(ears, world.chen, "早上好")
    await after(world, 10)
    await said(ears, world.chen, QUIET)
    await after(world, 6)
    await said(ears, world.chen, "@民警")
    assert (await world.ticket()).text == QUIET
    assert world.receipt(1).text.startswith("收到")


async def test_a_whole_matter_takes_nothing_along(world: World, ears: Ears) -> None:
    await said(ears, world.chen, "今天的西红柿真便宜")
    await after(world, 5)
    await said(ears, world.chen, f"@民警 {QUIET}")
    assert (await world.ticket()).text == QUIET


# ── corrections ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("打错了，是6栋", "5栋楼下有人占道摆摊\n打错了，是6栋"),
        ("不是5栋是6栋", "6栋楼下有人占道摆摊"),
        ("更正：6栋", "5栋楼下有人占道摆摊\n更正：6栋"),
        ("*6栋", "5栋楼下有人占道摆摊\n*6栋"),
    ],
)
async def test_a_correction_in_the_burst(world: World, ears: Ears, words: str, text: str) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 12)
    await said(ears, world.chen, words)
    ticket = await world.ticket()
    assert (ticket.text, ticket.place) == (text, "6栋")
    assert [s.text for s in world.wang.inbox].count(f"1 号反映人更正：{words}") == 1
    assert (await kinds(world))[-1] is EntryKind.REVISED
    assert len(world.chat("g1")) == 1


async def test_a_correction_by_another_call_or_a_reply(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 300)
    await said(ears, world.chen, "@民警 刚才打错了，是6栋")
    assert await world.tickets() == 1
    assert (await world.ticket()).place == "6栋"
    assert world.last("g1").text == "1 号已按您说的更正。"
    await after(world, 3000)
    await said(ears, world.chen, "不是6栋，是7栋", reply_to=world.receipt(1).ref)
    assert (await world.ticket()).place == "7栋"
    assert [s.text for s in world.wang.inbox if "更正" in s.text] == [
        "1 号反映人更正：刚才打错了，是6栋",
        "1 号反映人更正：不是6栋，是7栋",
    ]


async def test_nobody_else_corrects_it(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 5)
    await said(ears, world.liu, "不是5栋是6栋")
    assert (await world.ticket()).text == QUIET
    await said(ears, world.liu, "不是5栋是6栋", reply_to=world.receipt(1).ref)
    assert (await world.ticket()).text == QUIET
    assert EntryKind.REVISED not in await kinds(world)


# ── edits of one of several messages ───────────────────────────────────────
async def test_an_edit_changes_its_own_line_only(world: World, ears: Ears) -> None:
    first = await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 5)
    second = await said(ears, world.chen, "天天这样")
    await after(world, 100)
    await world.happens(replace(first, event_id="e1", kind=InboundKind.EDIT, text="@民警 6栋楼下有人占道摆摊"))
    await world.happens(replace(second, event_id="e2", kind=InboundKind.EDIT, text="每晚都这样"))
    await world.happens(replace(second, event_id="e3", kind=InboundKind.EDIT, text="每晚九点都这样"))
    assert (await world.ticket()).text == "6栋楼下有人占道摆摊\n每晚九点都这样"


# ── in private ─────────────────────────────────────────────────────────────
async def test_fragments_in_private_join_quietly_at_once_and_with_a_word_later(world: World, ears: Ears) -> None:
    await said(ears, world.liu, "楼上夫妻天天吵架摔东西", to=world.liu.private)
    await after(world, 5)
    await said(ears, world.liu, "已经一个月了", to=world.liu.private)
    assert len([s for s in world.liu.inbox if s.out.role == "receipt"]) == len(world.liu.inbox) == 1
    await after(world, 200)
    await said(ears, world.liu, "", to=world.liu.private, attachments=(PLACE,))
    assert await world.tickets() == 1
    await after(world, 3000)
    await said(ears, world.liu, "身份证丢了怎么补办", to=world.liu.private)
    assert await world.tickets() <= 2
