"""Reporting, as conversations: every way to call the police makes one ticket, one receipt and the right cards."""

from dataclasses import replace

import pytest

from storage.model.matters import Category
from storage.model.messages import Attachment, AttachmentKind, InboundKind, Sender
from storage.model.tickets import EntryKind, State, Urgency
from tests.harness import PHOTO, World
from tests.meaning import means
from tests.stories import MATTER, claimed, entries, everything, kinds, on_sqlite, reported, resolved

PLACE = Attachment(kind=AttachmentKind.LOCATION, latitude=36.65, longitude=117.12)


@on_sqlite
@pytest.mark.parametrize(
    "call",
    [
        "@民警 {}",
        "＠民警 {}",
        "@派出所 {}",
        "@平安小助手 {}",
        "@王警官 {}",
        "{}@民警",
        "@ 民警，{}",
        "登记 {}",
        "/report {}",
    ],
)
async def test_every_way_of_calling_makes_one_ticket(world: World, call: str) -> None:
    await world.chen.says(call.format(MATTER), addressed="report" in call)
    ticket = await world.ticket()
    assert (ticket.state, ticket.text, ticket.private) == (State.OPEN, MATTER, False)
    [receipt] = world.chat("g1")
    assert receipt.text == "收到，已登记为 1 号（11:00）。已通知王警官，请稍候。"
    assert receipt.out.content.reply_to == "m1"
    assert world.card(1, world.wang.private).labels == ["接单", "转派"]
    assert world.card(1, "g9").labels == ["接单", "转派"]
    assert await kinds(world) == [EntryKind.OPENED, EntryKind.ROUTED]


async def test_the_card_says_who_where_what_and_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {MATTER: {"category": Category.NUISANCE, "place": "3栋", "reasons": ("扔", "垃圾")}})
    await reported(world)
    for chat, name in ((world.wang.private, "您"), ("g9", "王建国")):
        assert world.card(1, chat).text == (
            f"1 号 · 待接单\n接单还剩 30 分钟\n群g1 · 陈先生 · 11月20日 11:00\n“{MATTER}”\n"
            f"扰民 · 一般 · 地点：3栋\n提示：提到“扔、垃圾”\n"
            f"分到：社区警务队（规则：其余的）\n因为：{name}是东湾片区的民警，正在值班"
        )


async def test_a_bot_that_is_replied_to_has_been_called(world: World) -> None:
    await world.chen.says("@民警")
    hello = world.last("g1")
    assert "什么事、在哪里" in hello.text
    await world.chen.says(MATTER, reply_to=hello.ref)
    assert (await world.ticket()).text == MATTER


async def test_in_private_nothing_of_it_reaches_a_group(world: World) -> None:
    await world.liu.tells("有人裸聊敲诈我儿子，要五万")
    ticket = await world.ticket()
    assert ticket.private
    assert ticket.urgency is Urgency.URGENT
    receipt = world.liu.inbox[0]
    assert receipt.text.startswith("⚠️ 请马上拨打 110。别给钱")
    assert receipt.labels == ["已经转了", "还没转", "撤回"]
    assert "裸聊" in world.card(1, world.wang.private).text
    assert "裸聊" not in world.card(1, "g9").text
    assert "刘阿姨" not in world.card(1, "g9").text
    assert "私下反映的事" in world.card(1, "g9").text
    assert world.chat("g1") == []


async def test_the_same_report_event_twice_is_one_ticket(world: World) -> None:
    event = await world.chen.says(f"@民警 {MATTER}")
    before = everything(world)
    await world.happens(event)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    assert await world.tickets() == 1


async def test_received_before_the_restart_handled_after(world: World) -> None:
    await world.chen.says(f"@民警 {MATTER}", settle=False)
    await world.restart()
    await world.settle()
    assert await world.tickets() == 1
    assert len(world.chat("g1")) == 1


async def test_decided_before_the_restart_said_once_after(world: World) -> None:
    await world.chen.says(f"@民警 {MATTER}", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    assert len(world.chat("g1")) == len(world.chat("g9")) == len(world.wang.inbox) == 1


async def test_one_message_in_the_group_is_edited_all_the_way(world: World) -> None:
    await reported(world)
    receipt = world.receipt(1)
    seen = [receipt.text]
    for label in ("接单", "到场", "办结", "已到场处置"):
        await world.wang.presses(label)
        seen.append(receipt.text)
    assert [text.rpartition("）。")[2] for text in seen] == [
        "已通知王警官，请稍候。",
        "王警官已接单，正在处理。",
        "王警官已到场。",
        "王警官已到场。",
        "王警官已办结，等您确认。",
    ]
    closing = world.last("g1")
    assert closing.text == "1 号已办结。处理结果：已到场处置\n请您本人看看，解决了吗？"
    await world.chen.presses("解决了", where="g1")
    await world.chen.presses("满意", where="g1")
    assert world.chat("g1") == [receipt, closing]
    assert receipt.text.endswith("已办结，谢谢您的确认。您的评价：满意。")
    assert closing.text.endswith("本人已确认，评价：满意。谢谢。")


@on_sqlite
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("@民警", "什么事、在哪里"),
        ("@民警 你好！", "什么事、在哪里"),
        ("@民警 在吗", "什么事、在哪里"),
        ("@民警 谢谢警察同志", "不客气"),
        ("辛苦了@民警", "不客气"),
        ("@民警 好的", "好的"),
    ],
)
async def test_courtesies_are_no_matter(world: World, text: str, answer: str) -> None:
    await world.chen.says(text)
    assert answer in world.last("g1").text
    assert await world.tickets() == 0


@on_sqlite
@pytest.mark.parametrize(
    "text",
    [
        "接12岁的孩子放学，路上被车撞了",
        "转给3个人的钱要不回来了",
        "接到电话说我涉嫌洗钱",
        "查 3号楼的监控，我的车被划了",
        "补充3号楼也漏水了",
        "我的车被偷了",
        "我的 车被偷了",
        "帮助一下老人",
        "绑定银行卡以后钱没了",
        "绑定 银行卡以后钱没了",
        "撤回了消息的那个人骗了我两万",
        "登记证被人拿走了",
        "值班的保安打人",
        "待办的事三个月没人管",
    ],
)
@pytest.mark.parametrize("private", [False, True])
async def test_a_matter_that_begins_like_a_command_is_still_a_matter(world: World, text: str, private: bool) -> None:
    await (world.chen.tells(text) if private else world.chen.says(f"@民警 {text}"))
    assert text.removeprefix("登记") in (await world.ticket()).text


async def test_an_unknown_slash_command_is_no_matter(world: World) -> None:
    await world.chen.says("/weather 北京", addressed=True)
    await world.chen.tells("/weather")
    assert await world.tickets() == 0
    assert world.chen.inbox[-1].text == "我没看懂。发“帮助”看看我能做什么。"


async def test_a_report_by_command_without_words_asks_for_them(world: World) -> None:
    await world.chen.tells("登记")
    assert "什么事、在哪里" in world.chen.inbox[-1].text
    assert await world.tickets() == 0


# ── pictures and places ────────────────────────────────────────────────────
async def test_an_album_is_one_ticket_and_joins_quietly(world: World) -> None:
    await world.chen.says("@民警 车被划了", attachments=(PHOTO,), album="a1")
    second = await world.chen.says("", attachments=(replace(PHOTO, ref="file-2"),), album="a1")
    await world.happens(second)
    assert await world.tickets() == 1
    assert len(world.chat("g1")) == 1
    shown = [s.out.content.attachment.ref for s in world.wang.inbox if s.out.content.attachment]
    assert shown == ["file-1", "file-2"]
    assert (await kinds(world)).count(EntryKind.SUPPLEMENTED) == 1


async def test_a_photo_alone_in_private_is_a_ticket_and_a_place_joins_it(world: World) -> None:
    await world.chen.tells("", attachments=(PHOTO,))
    assert (await world.ticket()).text == "（照片）"
    await world.passes(minutes=2)
    await world.chen.tells("", attachments=(PLACE,))
    assert world.chen.inbox[-1].text == "已补充到 1 号。"
    assert await world.tickets() == 1
    await world.passes(minutes=20)
    await world.chen.tells("", attachments=(PHOTO,))
    assert await world.tickets() == 2


# ── edits ──────────────────────────────────────────────────────────────────
async def test_an_edit_is_a_revision_and_its_officer_reads_it(world: World) -> None:
    event = await world.chen.says(f"@民警 {MATTER}")
    await world.happens(replace(event, event_id="e1", kind=InboundKind.EDIT, text="@民警 是三楼，不是二楼"))
    assert (await world.ticket()).text == "是三楼，不是二楼"
    revised = (await entries(world))[-1]
    assert (revised.kind, revised.text) == (EntryKind.REVISED, "是三楼，不是二楼")
    assert MATTER in revised.data
    assert world.wang.inbox[-1].text == "1 号反映人改了原话：是三楼，不是二楼"
    assert "是三楼" in world.card(1, "g9").text
    assert await world.tickets() == 1
    assert len(world.chat("g1")) == 1


@on_sqlite
@pytest.mark.parametrize("text", ["撤回 1", "@民警 撤回 1", "@民警 帮助", "登记 还有一件事"])
async def test_an_edit_is_never_a_command(world: World, text: str) -> None:
    event = await world.chen.says(f"@民警 {MATTER}")
    await world.happens(replace(event, event_id="e1", kind=InboundKind.EDIT, text=text))
    assert (await world.ticket()).state is State.OPEN
    assert await world.tickets() == 1
    assert len(world.chat("g1")) == 1


async def test_an_edit_that_adds_the_call_makes_the_ticket_once(world: World) -> None:
    said = world.message(world.chen, "门口有人打架", "g1")
    edit = replace(said, kind=InboundKind.EDIT, text="@民警 门口有人打架", event_id="e1")
    await world.happens(edit)
    await world.happens(edit)
    await world.happens(replace(edit, event_id="e2", text="@民警 门口有人打架，三个人"))
    assert await world.tickets() == 1
    assert (await world.ticket()).text == "门口有人打架，三个人"
    assert len(world.chat("g1")) == 1


async def test_an_edit_without_words_takes_none_away(world: World) -> None:
    """Telegram reports every step of a live location as an edit without text."""
    event = await world.chen.tells("", attachments=(PLACE,))
    await world.happens(replace(event, event_id="e1", kind=InboundKind.EDIT))
    assert (await world.ticket()).text == "（位置）"
    assert await kinds(world) == [EntryKind.OPENED, EntryKind.ROUTED]


async def test_somebody_elses_edit_changes_nothing(world: World) -> None:
    event = await world.chen.says(f"@民警 {MATTER}")
    stranger = Sender(user_id="liu", name="刘阿姨")
    await world.happens(replace(event, event_id="e1", kind=InboundKind.EDIT, text="@民警 没事", sender=stranger))
    assert (await world.ticket()).text == MATTER


async def test_a_withdrawn_mention_keeps_the_ticket(world: World) -> None:
    event = await world.chen.says(f"@民警 {MATTER}")
    await world.happens(replace(event, event_id="e1", kind=InboundKind.EDIT, text=MATTER))
    assert await kinds(world) == [EntryKind.OPENED, EntryKind.ROUTED]


# ── officers ───────────────────────────────────────────────────────────────
async def test_officers_among_themselves_are_not_heard(world: World) -> None:
    await world.wang.says("@李警官 中午吃什么", to="g9")
    assert world.chat("g9") == []
    assert await world.tickets() == 0


@pytest.mark.parametrize("where", ["p:wang", "g9"])
async def test_an_officer_who_writes_freely_reads_the_commands(world: World, where: str) -> None:
    await world.wang.says("我到了", to=where, addressed=True)
    assert "待办" in world.last(where).text
    assert await world.tickets() == 0


async def test_an_officer_registers_what_he_was_told(world: World) -> None:
    await world.wang.tells("登记 张大爷说二单元电梯坏了")
    assert (await world.ticket()).text == "张大爷说二单元电梯坏了"
    await world.wang.presses("接单")
    assert (await world.ticket()).state is State.CLAIMED


async def test_an_officer_in_a_residents_group_reports_like_anyone(world: World) -> None:
    await world.li.says("@派出所 门口路灯坏了", to="g1")
    assert await world.tickets() == 1


async def test_an_anonymous_report_is_taken_but_gives_no_power(world: World) -> None:
    ghost = Sender(user_id="-100", name="群g1", anonymous=True)
    await world.chen.says("@民警 有人扔烟头", sender=ghost)
    assert await world.tickets() == 1
    await world.chen.says("@民警 撤回 1", sender=ghost)
    assert "匿名身份" in world.last("g1").text
    assert (await world.ticket()).state is State.OPEN


# ── later in its life ──────────────────────────────────────────────────────
async def test_thanks_as_a_reply_are_thanks(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=5)
    await world.chen.says("谢谢！", reply_to=world.receipt(1).ref)
    assert world.last("g1").text == "不客气，有事随时找我。"
    assert EntryKind.SUPPLEMENTED not in await kinds(world)


async def test_a_reply_after_everything_is_over_is_a_new_matter(world: World) -> None:
    await resolved(world)
    await world.chen.presses("解决了", where="g1")
    await world.chen.says("又开始扔了", reply_to=world.receipt(1).ref)
    assert (await world.ticket(2)).text == "又开始扔了"
