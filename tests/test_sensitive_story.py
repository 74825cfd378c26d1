"""What must not be talked about in a group: a number and a state there, everything else in private."""

from typing import Any

import pytest

from bot.adapters.base import Never
from handlers.kit import urgent_texts as say
from storage.model.matters import Category, Emergency, FraudType, Sensitive
from storage.model.messages import Attachment, AttachmentKind
from storage.model.tickets import EntryKind, Rating, State, Urgency
from tests.harness import World
from tests.meaning import means
from tests.stories import everything, kinds, silence, texts_of

SECRET = "裸聊"
NIGHT: dict[str, dict[str, Any]] = {
    SECRET: {
        "category": Category.FRAUD,
        "fraud_type": FraudType.ROMANCE,
        "urgency": Urgency.URGENT,
        "emergency": Emergency.EXTORTION,
        "sensitive": Sensitive.SEXTORTION,
        "reasons": (SECRET, "要钱"),
    }
}
CLUE: dict[str, dict[str, Any]] = {"赌": {"category": Category.CLUE, "sensitive": Sensitive.CLUE, "place": "6栋地下室"}}
TELLING = (SECRET, "敲诈", "诈骗", "网络交友", "要钱", "私密", "别给钱", "举报", "转账", "96110", "民警到我家")
PLACE = Attachment(kind=AttachmentKind.LOCATION, latitude=36.65, longitude=117.12)


async def told(world: World, text: str = f"我{SECRET}被人录了，现在要钱") -> None:
    """陈先生, to whom we can write, tells it in front of everybody."""
    await world.chen.tells("帮助")
    await world.chen.says(f"@民警 {text}")


def keeps_silent(world: World, *, own_words: str = "") -> None:
    """Nothing any group shows, or ever was sent, tells what it is about."""
    for chat in ("g1", "g9"):
        for shown in world.chat(chat):
            for text in (shown.text, shown.out.content.text):
                assert not [word for word in (*TELLING, *([own_words] if own_words else [])) if word in text], text
            assert not [label for label in shown.labels if "转" in label and label != "转派"]


async def test_the_group_learns_a_number_and_the_rest_is_private(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    [receipt] = world.chat("g1")
    assert receipt.text == (
        "⚠️ 有危险请马上拨打 110。\n陈先生：收到，已登记为 1 号（11:00）。这件事我们私下说，请看我发给您的私信。"
    )
    assert receipt.labels == []
    assert receipt.out.content.reply_to == ""  # a quotation would say it once more
    whisper = world.chen.inbox[-1]
    assert whisper.text.splitlines()[0].startswith("⚠️ 请马上拨打 110。别给钱")
    assert "关于您刚才说的事（1 号），请在这里告诉我们，别人看不到。" in whisper.text
    assert whisper.text.splitlines()[-1] == "钱转出去了吗？"
    assert whisper.labels == ["已经转了", "还没转", "撤回"]
    assert world.card(1, "g9").text.splitlines()[2:4] == ["群里反映 · 11月20日 11:00", say.HIDDEN_MATTER]
    for officer in (world.wang, world.sun):
        assert SECRET in world.card(1, officer.private).text
    keeps_silent(world)


async def test_from_the_first_word_to_the_rating_the_group_reads_states(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    await world.chen.presses("还没转")
    await world.wang.presses("接单", where="g9")
    assert SECRET in world.card(1, world.wang.private).text
    await world.chen.tells("他说今晚就发给我家里人")
    await world.wang.presses("办结")
    assert "群里会看到" not in world.wang.inbox[-1].text
    await world.wang.tells("已固定聊天记录，教会当事人怎么应对")
    assert "处理结果：已固定聊天记录" in world.chen.inbox[-1].text
    await world.chen.presses("解决了")
    await world.chen.presses("满意")
    ticket = await world.ticket()
    assert (ticket.state, ticket.rating) == (State.CONFIRMED, Rating.GOOD)
    [receipt] = world.chat("g1")
    assert receipt.text == "陈先生：收到，已登记为 1 号（11:00）。已办结，谢谢您的确认。您的评价：满意。"
    keeps_silent(world, own_words="聊天记录")
    keeps_silent(world, own_words="今晚")


async def test_the_lists_and_the_history_keep_silent_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    await world.chen.tells("他叫阿强")
    for words in ("待办", "查 1"):
        await world.wang.says(words, to="g9")
        assert "不便公开" in world.last("g9").text
    for words in ("@民警 我的", "@民警 查 1"):
        await world.chen.says(words)
        assert "1 号" in world.last("g1").text
    await world.wang.says("@民警 查 1", to="g1")
    keeps_silent(world, own_words="阿强")
    await world.wang.tells("查 1")
    assert "阿强" in world.wang.inbox[-1].text


async def test_words_in_private_join_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    event = await world.chen.tells("对方的账号是小雪888，视频还在他手里")
    await world.happens(event)
    assert world.chen.inbox[-1].text == "收到，记在 1 号里了，只有民警看得到。"
    assert await world.tickets() == 1
    assert (await kinds(world)).count(EntryKind.SUPPLEMENTED) == 1
    assert any("小雪888" in text for text in texts_of(world.wang.inbox))
    keeps_silent(world, own_words="小雪")


async def test_another_matter_in_private_is_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT | {"身份证": {"category": Category.PAPERS, "urgency": Urgency.LOW}})
    await told(world)
    await world.chen.tells("身份证丢了怎么补")
    await world.chen.tells("另外，楼下的路灯坏了")
    assert EntryKind.SUPPLEMENTED not in await kinds(world)
    await world.passes(days=2)
    await world.chen.tells("门口的井盖也没了")
    assert EntryKind.SUPPLEMENTED not in await kinds(world)


# ── who never wrote to us ──────────────────────────────────────────────────
async def test_who_cannot_be_written_to_is_told_how(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.says(f"@民警 我{SECRET}被人录了，要钱")
    receipt = world.receipt(1)
    assert receipt.text.endswith("这件事我们私下说：请点我的头像，发消息给我，只有民警看得到。")
    assert world.chen.inbox == []
    await world.restart()
    await world.chen.tells("是我，刚才在群里说的那个")
    [whisper] = world.chen.inbox
    assert "关于您刚才说的事（1 号）" in whisper.text
    assert whisper.labels == ["已经转了", "还没转", "撤回"]
    assert receipt.text.endswith(say.LET_US_TALK)
    assert await world.tickets() == 1
    keeps_silent(world)


async def test_who_opens_the_private_chat_finds_it_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.says(f"@民警 我{SECRET}被人录了，要钱")
    await world.chen.tells("/start")
    assert [("关于您刚才说的事（1 号）" in text) for text in texts_of(world.chen.inbox)] == [
        True,
        False,
    ]  # danger first
    assert world.receipt(1).text.endswith(say.LET_US_TALK)
    await world.chen.tells("/start")
    assert len([s for s in world.chen.inbox if "关于您刚才说的事" in s.text]) == 1


async def test_who_has_blocked_us_is_told_how(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.tells("帮助")
    world.platform.faults[world.chen.private] = [Never(why="blocked", gone=True)]
    await world.chen.says(f"@民警 我{SECRET}被人录了，要钱")
    assert world.receipt(1).text.endswith(say.HOW_TO_TALK)
    assert len(world.chat("g1")) == 1


async def test_closed_without_a_private_chat_the_group_reads_a_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.says(f"@民警 我{SECRET}被人录了，要钱")
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已固定聊天记录")
    assert world.last("g1").text == "陈先生：1 号已办结，想看结果请私下发“查 1”给我。请您本人看看，解决了吗？"
    assert world.last("g1").out.content.reply_to == ""
    await world.liu.presses("解决了", where="g1")
    assert (await world.ticket()).state is State.RESOLVED
    await world.chen.presses("解决了", where="g1")
    assert world.last("g1").text == "1 号已办结。谢谢您的确认。请给这次服务打个分："
    await world.chen.presses("一般", where="g1")
    assert world.last("g1").text == "1 号已办结。本人已确认，评价：一般。谢谢。"
    keeps_silent(world, own_words="聊天记录")


async def test_not_solved_starts_it_again_in_private(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已固定聊天记录")
    await world.chen.presses("没解决")
    assert (await world.ticket()).state is State.REOPENED
    assert len(world.chat("g1")) == 1
    keeps_silent(world, own_words="聊天记录")


async def test_taken_back_in_private(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    await world.chen.presses("撤回")
    assert (await world.ticket()).state is State.WITHDRAWN
    assert world.receipt(1).text == "陈先生：收到，已登记为 1 号（11:00）。已撤回。"
    assert world.chen.inbox[-1].text == "1 号：已撤回。"
    assert world.chen.inbox[-1].labels == []


# ── clues ──────────────────────────────────────────────────────────────────
async def test_a_clue_is_echoed_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, CLUE)
    await told(world, "6栋地下室有人天天聚赌")
    [receipt] = world.chat("g1")
    assert receipt.text == "陈先生：收到，已登记为 1 号（11:00）。这件事我们私下说，请看我发给您的私信。"
    keeps_silent(world, own_words="6栋")
    keeps_silent(world, own_words="赌")
    assert "地点：6栋地下室" in world.card(1, world.wang.private).text


async def test_nobody_has_a_private_chat_and_the_officers_group_is_told_that_there_is_news(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, CLUE)
    await told(world, "6栋地下室有人天天聚赌")
    for who in ("wang", "zhao", "sun"):
        await silence(world, who)
    await world.chen.tells("他们十点以后才来")
    assert world.last("g9").text == "1 号有新情况，请私下发“查 1”给我看。"


async def test_told_in_private_it_is_an_ordinary_private_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.tells(f"我{SECRET}被人录了，要钱")
    assert not (await world.ticket()).sensitive
    assert world.chat("g1") == []
    assert len(world.chen.inbox) == 1
    keeps_silent(world)


async def test_twice_or_after_a_restart_it_is_said_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await world.chen.tells("帮助")
    event = await world.chen.says(f"@民警 {SECRET}要钱", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before
    assert len(world.chat("g1")) == 1
    assert len(world.chen.inbox) == 2


async def test_a_place_sent_in_private_reaches_the_officer_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NIGHT)
    await told(world)
    await world.chen.tells("", attachments=(PLACE,))
    assert [s.out.content.attachment for s in world.wang.inbox if s.out.content.attachment] == [PLACE]
    assert not [s for chat in ("g1", "g9") for s in world.chat(chat) if s.out.content.attachment]
