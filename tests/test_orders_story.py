"""What officers really type is carried out: every order, by the right one, the wrong one, twice, and over a restart."""

from datetime import timedelta

import pytest

from handlers import FEATURES
from handlers.kit import life_texts, texts
from handlers.kit import order_texts as say
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import SAY
from handlers.kit.phrases import Action, Phrase, Topic
from handlers.kit.router import Router
from handlers.tickets import tickets
from storage.model.people import GroupKind, PersonRole
from storage.model.tickets import EntryKind, PauseReason, State, Urgency
from storage.unit import Unit
from tests.harness import World
from tests.living import cards, neighbours, reads
from tests.ordering import again, held, holder, numbered, state
from tests.stories import MATTER, entries, everything, kinds, on_sqlite, reported


def test_every_order_has_somebody_to_carry_it_out() -> None:
    known = Router(FEATURES).orders
    topical = {Action.SWAP, Action.ASK}
    assert set(known) == {*(set(Action) - topical), *Topic, SAY}


# ── in private ─────────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize("words", ["12我来", "接12号", "我去处理", "12我去看看", "十二号我来", "请问 12 我来吧"])
async def test_a_claim(world: World, words: str) -> None:
    await numbered(world, 12)
    await world.zhao.tells(words)
    assert await holder(world, 12) == "zhao"
    assert reads(world.zhao, "您已接单 12 号") == 1


async def test_the_same_claim_twice_and_after_a_restart(world: World) -> None:
    await numbered(world, 12)
    event = await world.zhao.tells("12我来")
    before = everything(world)
    await again(world, event)
    assert everything(world) == before
    await world.zhao.tells("12我来")
    assert world.zhao.inbox[-1].text == "12 号已经在您手上了，现在是“已接单”。"
    assert (await kinds(world, 12)).count(EntryKind.CLAIMED) == 1


async def test_two_officers_at_once(world: World) -> None:
    await numbered(world, 12)
    await world.zhao.tells("12我来", settle=False)
    await world.li.tells("接12号", settle=False)
    await world.settle()
    assert await holder(world, 12) == "zhao"
    assert world.li.inbox[-1].text == "12 号已经由赵敏接了。"


@on_sqlite
async def test_several_at_once_and_what_became_of_each(world: World) -> None:
    await numbered(world, 12, 13)
    await world.li.tells("接单 13")
    await world.zhao.tells("12、13我都接了")
    said = [s for s in world.zhao.inbox if s.out.role != "card"][-1].text
    assert said == "您已接单 12 号。到了现场点“到场”，办完点“办结”。\n13 号已经由李强接了。"
    assert (await holder(world, 12), await holder(world, 13)) == ("zhao", "li")


@on_sqlite
async def test_of_several_the_leader_hears_of_each(world: World) -> None:
    await held(world, 12, 13)
    before = cards(world, world.sun)
    await world.wang.tells("12、13加急")
    assert cards(world, world.sun) == before + 2


async def test_what_fails_of_several_is_undone_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await held(world, 12, 13)
    arrive = tickets.orders[Action.ARRIVE]

    async def stumbles(ctx: Context, phrase: Phrase) -> None:
        await arrive(ctx, phrase)
        if phrase.numbers == (12,):
            raise UsageError("12 号今天不行。")

    monkeypatch.setitem(tickets.orders, Action.ARRIVE, stumbles)
    await world.wang.tells("12、13都到了")
    assert (await state(world, 12), await state(world, 13)) == (State.CLAIMED, State.ON_SCENE)
    assert world.wang.inbox[-1].text == "12 号今天不行。\n已记录到场：13 号。"


@on_sqlite
async def test_too_many_at_once(world: World) -> None:
    await numbered(world, 12)
    await world.zhao.tells("、".join(str(n) for n in range(5, 20)) + "我都接了")
    assert world.zhao.inbox[-1].text == say.TOO_MANY.format(most=10)
    assert await state(world) is State.OPEN


@on_sqlite
async def test_several_are_not_ended_without_a_word(world: World) -> None:
    await held(world, 12, 13)
    await world.wang.tells("12 13都办结了")
    assert world.wang.inbox[-1].text == say.ONE_SENTENCE.format(numbers="12、13", verb="办结")
    await world.wang.tells("12 13都办结了 已劝离")
    assert (await state(world, 12), await state(world, 13)) == (State.RESOLVED, State.RESOLVED)
    assert (await world.ticket(13)).finding == "已劝离"


@on_sqlite
@pytest.mark.parametrize("words", ["12到了", "到现场了", "到场 12"])
async def test_arrived(world: World, words: str) -> None:
    await held(world, 12)
    await world.wang.tells(words)
    assert await state(world) is State.ON_SCENE
    assert world.wang.inbox[-1].text == "已记录到场：12 号。"


async def test_the_finding_is_what_was_said(world: World) -> None:
    await held(world, 12)
    event = await world.wang.tells("12 办结 已警告当事人")
    assert (await world.ticket(12)).finding == "已警告当事人"
    assert "已警告当事人" in world.last("g1").text
    before = everything(world)
    await again(world, event)
    assert everything(world) == before
    await world.wang.tells("12 办结 已警告当事人")
    assert (await kinds(world, 12)).count(EntryKind.RESOLVED) == 1


@on_sqlite
async def test_no_finding_is_asked_for(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12号搞定了")
    assert await state(world) is State.CLAIMED
    assert world.wang.inbox[-1].labels == list(texts.FINDINGS)
    await world.wang.tells("双方已和解")
    assert (await world.ticket(12)).finding == "双方已和解"


@on_sqlite
@pytest.mark.parametrize("words", ["转给小李 12", "12转给李警官", "转给 小李 12", "12 让李强去吧", "转李强 12 他熟"])
async def test_handed_to_a_colleague(world: World, words: str) -> None:
    await held(world, 12)
    await world.wang.tells(words)
    assert await holder(world, 12) == "li"
    assert world.wang.inbox[-1].text == "12 号已转给李强，卡片已发过去。"


@on_sqlite
async def test_the_real_line_to_the_area_officer(world: World) -> None:
    await held(world, 12, by="zhao")
    await world.zhao.tells("转给小王 12")
    assert await holder(world, 12) == "wang"


@on_sqlite
async def test_what_is_another_offices_goes_there(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12转物业")
    assert await state(world) is State.FORWARDED
    assert (await world.ticket(12)).forwarded_to == "物业"


@on_sqlite
async def test_given_back_with_a_reason_or_asked_for_one(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12退回")
    assert world.wang.inbox[-1].text == life_texts.ASK_GIVE_BACK.format(number="12 号")
    await world.wang.tells("在外处警，赶不过去")
    assert await state(world) is State.OPEN
    assert (await entries(world, 12))[-2].text == "在外处警，赶不过去"
    await world.zhao.tells("接单 12")
    await world.zhao.tells("12退回 人在外面")
    assert await state(world) is State.OPEN


async def test_put_off_until_the_time_that_was_said(world: World) -> None:
    await held(world, 12)
    event = await world.wang.tells("挂起12 等监控")
    ticket = await world.ticket(12)
    assert (ticket.state, ticket.pause_reason) == (State.PAUSED, PauseReason.OTHERS)
    await again(world, event)
    await world.wang.tells("12接着办")
    assert await state(world) is State.CLAIMED
    await world.wang.tells("12 先放一放，等物业，明天下午三点再说")
    ticket = await world.ticket(12)
    assert ticket.wake_at is not None
    assert ticket.wake_at.isoformat() == "2026-11-21T07:00:00+00:00"
    await world.wang.tells("解除挂起12")
    assert await state(world) is State.CLAIMED
    await world.wang.tells("12先放一放，一个半小时后再说")
    assert (await world.ticket(12)).wake_at == world.clock.now() + timedelta(minutes=90)


@on_sqlite
async def test_help_is_asked_for(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("叫上李强 12")
    assert reads(world.li, "王建国请您协办 12 号") == 1
    await world.wang.tells("12需要支援")
    assert world.wang.inbox[-1].text == life_texts.ASK_HELP.format(number="12 号")


@on_sqlite
async def test_a_note(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12备注 当事人电话打不通")
    entry = (await entries(world, 12))[-1]
    assert (entry.kind, entry.text) == (EntryKind.NOTED, "当事人电话打不通")
    await world.wang.tells("12当事人今天不在家")
    assert (await entries(world, 12))[-1].text == "当事人今天不在家"
    assert all("当事人" not in s.text for s in world.chat("g1"))


@on_sqlite
async def test_a_false_report_with_its_reason_or_asked_for_one(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12误报")
    assert world.wang.inbox[-1].text == life_texts.ask_dismiss(await world.ticket(12))
    await world.wang.tells("12误报 重复报警")
    assert await state(world) is State.FALSE_ALARM
    assert (await world.ticket(12)).finding == "重复反映"


@on_sqlite
async def test_more_urgent(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("加急12")
    assert (await world.ticket(12)).urgency is Urgency.URGENT


@on_sqlite
async def test_questions(world: World) -> None:
    await world.wang.tells("我手上有几单")
    assert world.wang.inbox[-1].text == say.NOTHING_IN_HAND
    await world.wang.tells("还有几个没接")
    assert world.wang.inbox[-1].text == say.NOTHING_UNCLAIMED
    await numbered(world, 12, 13)
    await world.wang.tells("接单 12")
    await world.wang.tells("我手上有几单")
    assert world.wang.inbox[-1].text == f"您手上 1 单：\n· 12 号　已接单　{MATTER}"
    await world.wang.tells("还有几个没接")
    assert world.wang.inbox[-1].text == f"还没人接的 1 单：\n· 13 号　待接单　{MATTER}"
    await world.wang.tells("12啥情况")
    assert world.wang.inbox[-1].text.startswith("12 号 · 已接单")


@on_sqlite
async def test_handing_over(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("交接给李强")
    assert world.li.inbox[-1].labels == [life_texts.TAKE_OVER]


# ── who may not ────────────────────────────────────────────────────────────
LINES = ["12我来", "12 办结 已警告当事人", "转给小王 12", "12到了", "挂起12 等监控", "12退回 没空", "12误报 测试"]


@on_sqlite
@pytest.mark.parametrize("words", ["12我来", "12 办结 已警告当事人", "12到了", "我去处理"])
@pytest.mark.parametrize("called", [True, False])
async def test_residents_say_nothing_of_ours(world: World, words: str, called: bool) -> None:
    await numbered(world, 12)
    await world.liu.says(f"@民警 {words}" if called else words, to="g1" if called else world.liu.private)
    assert await state(world) is State.OPEN
    shown = [label for chat in ("g1", world.liu.private) for s in world.chat(chat) for label in s.labels]
    assert say.NONE not in shown


@on_sqlite
@pytest.mark.parametrize("words", LINES)
async def test_in_front_of_residents_only_commands_count(world: World, words: str) -> None:
    await numbered(world, 12)
    before = await kinds(world, 12)
    await world.wang.says(f"@民警 {words}", to="g1")
    assert [k for k in await kinds(world, 12) if k not in before] == []
    assert await state(world) is State.OPEN


@on_sqlite
@pytest.mark.parametrize("words", LINES)
async def test_another_stations_numbers_mean_nothing(world: World, words: str) -> None:
    ma = await neighbours(world)
    await numbered(world, 12)
    before = await kinds(world, 12)
    await ma.tells(words)
    assert await kinds(world, 12) == before
    assert MATTER not in ma.inbox[-1].text
    assert all(MATTER not in label for label in ma.inbox[-1].labels)


@on_sqlite
async def test_a_card_of_another_station_means_nothing_to_this_ones_numbers(world: World) -> None:
    """马超 leads 西湾 and helps out at 东湾: what he answers there is about no ticket 1 of 西湾."""
    ma = await neighbours(world)
    await reported(world)
    async with await world.unit() as unit:
        known = await unit.people.by_identity("world", "ma")
        await unit.people.set_role(known.person.id, world.station_id, PersonRole.OFFICER)
        group = await unit.groups.seen(platform="world", bot="bot", chat_id="g7", title="西湾业主群")
        west = (await unit.stations.by_code("xiwan")).id
        await unit.groups.bind(group.id, station_id=west, kind=GroupKind.OWNERS, area_id=None, households=0)
    await world.liu.says("@民警 楼下有人打架", to="g7")
    await world.sun.tells("转派 1 马超")
    card = world.card(1, ma.private)
    assert MATTER in card.text
    await ma.says("收到，这就去", to=ma.private, reply_to=card.ref)
    async with world.engine.read() as tx:
        theirs = await Unit(tx).tickets.by_number(west, 1)
    assert theirs is not None
    assert theirs.state is State.OPEN


@on_sqlite
@pytest.mark.parametrize("words", ["12 办结 已劝离", "12到了", "挂起12 等监控", "转给小王 12", "12退回 没空"])
async def test_whose_it_is_not_reads_who_has_it(world: World, words: str) -> None:
    await held(world, 12, by="li")
    before = await kinds(world, 12)
    await world.zhao.tells(words)
    assert await kinds(world, 12) == before
    assert await holder(world, 12) == "li"
    assert world.zhao.inbox[-1].text in (
        "12 号在李强手上，要由本人或值班长来操作。",
        texts.NO_RIGHT_STAFF,
    )


@on_sqlite
async def test_the_duty_leader_is_asked_first_and_may(world: World) -> None:
    await held(world, 12, by="li")
    await world.sun.tells("12 办结 已劝离")
    assert await state(world) is State.CLAIMED
    asked = world.sun.inbox[-1]
    assert (asked.text, asked.labels) == (
        say.NOT_YOURS.format(numbers="12 号"),
        [f"办结 #12 {MATTER}", say.NONE],
    )
    await world.sun.presses(f"办结 #12 {MATTER}")
    assert (await world.ticket(12)).finding == "已劝离"


@on_sqlite
async def test_no_such_number(world: World) -> None:
    await reported(world)
    await world.wang.tells("99我来")
    assert world.wang.inbox[-1].text == texts.NO_SUCH_STAFF.format(number=99)
    await world.sun.tells("99 办结 已劝离")
    assert world.sun.inbox[-1].text == texts.NO_SUCH_STAFF.format(number=99)


@on_sqlite
async def test_officers_read_that_they_may_write_freely(world: World) -> None:
    await world.wang.tells("帮助")
    assert all(line in world.wang.inbox[-1].text for line in say.HELP)
    await world.liu.tells("帮助")
    assert "12我来" not in world.liu.inbox[-1].text
