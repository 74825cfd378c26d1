"""Plain questions are answered at once, always with the way to a person."""

import pytest

from handlers.kit import knowledge_texts as say
from handlers.kit import texts
from storage.model.messages import InboundKind
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.harness import PHOTO, World
from tests.knowing import DOG, LOST, QUESTION, know
from tests.stories import everything, on_sqlite


async def log_of(world: World, kind: EntryKind) -> list[str]:
    async with world.engine.read() as tx:
        return [e.text for e in await Unit(tx).entries.of_station(world.station_id) if e.kind is kind]


async def missed(world: World) -> list[tuple[str, str]]:
    async with world.engine.read() as tx:
        return [(m.question, m.nearest) for m in await Unit(tx).knowledge.misses(world.station_id, 50)]


# ── answers ────────────────────────────────────────────────────────────────
async def test_a_plain_question_is_answered_without_a_ticket(world: World) -> None:
    await know(world)
    async with await world.unit() as unit:
        await unit.stations.put(
            code="dongwan",
            name="东湾派出所",
            tz="Asia/Shanghai",
            phone="0571-1",
            address="东湾路 1 号",
            hours="9:00–17:00",
        )
    await world.chen.says(f"@民警 {QUESTION}")
    shown = world.last("g1")
    assert shown.text.splitlines() == [
        "【身份证丢了怎么补】",
        "带户口簿到任一派出所补办。",
        "办理地点：东湾路 1 号",
        "时间：9:00–17:00",
        "电话：0571-1",
        "来源：《居民身份证法》",
        say.LEGAL,
    ]
    assert shown.labels == [say.HUMAN, say.USEFUL]
    assert await world.tickets() == 0
    assert await log_of(world, EntryKind.ANSWERED) == [QUESTION]
    assert await missed(world) == []


async def test_in_private_too(world: World) -> None:
    await know(world)
    await world.liu.tells("请问办居住证要什么材料")
    assert world.liu.inbox[-1].text.startswith("【居住证怎么办】")
    assert await world.tickets() == 0


async def test_what_the_station_has_not_told_is_left_out(world: World) -> None:
    await know(world)
    await world.liu.tells("狗证怎么办")
    assert world.liu.inbox[-1].text == f"【狗证怎么办】\n带狗和免疫证明来办。\n{say.LEGAL}"


@on_sqlite
@pytest.mark.parametrize(
    "matter",
    [
        "我的身份证被人拿去贷款了，昨天刚知道，你们来处理一下",
        "我上个月办的身份证怎么还没下来",
        "楼上天天半夜吵死了",
        "着火了！3号楼冒烟",
        "刚转了两万给骗子，身份证也给他看了",
    ],
)
async def test_what_needs_a_person_becomes_a_ticket(world: World, matter: str) -> None:
    await know(world)
    await world.chen.says(f"@民警 {matter}")
    assert await world.tickets() == 1
    assert await log_of(world, EntryKind.ANSWERED) == []


@on_sqlite
async def test_a_picture_is_for_a_person(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}", attachments=(PHOTO,))
    assert await world.tickets() == 1


@on_sqlite
async def test_colleagues_are_not_taught(world: World) -> None:
    await know(world)
    await world.li.says(f"@王警官 {QUESTION}")
    await world.li.tells(QUESTION)
    assert await log_of(world, EntryKind.ANSWERED) == []


@on_sqlite
async def test_without_knowledge_every_question_is_a_ticket(world: World) -> None:
    await world.chen.says(f"@民警 {QUESTION}")
    assert await world.tickets() == 1


async def test_what_is_answered_twice_is_answered_once(world: World) -> None:
    await know(world)
    event = await world.chen.says(f"@民警 {QUESTION}")
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before


async def test_a_miss_is_kept_for_the_editors_without_numbers(world: World) -> None:
    await know(world)
    await world.chen.says("@民警 港澳通行证签注怎么续，我电话 13800138000")
    assert await world.tickets() == 1
    ((question, _),) = await missed(world)
    assert question.startswith("港澳通行证签注怎么续")
    assert "13800138000" not in question


# ── 转人工 ─────────────────────────────────────────────────────────────────
async def test_a_person_takes_over_with_the_words_of_the_question(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}")
    await world.chen.presses(say.HUMAN, where="g1")
    ticket = await world.ticket()
    assert ticket.text == QUESTION
    assert await world.tickets() == 1
    answer = next(s for s in world.chat("g1") if s.text.startswith("【身份证"))
    assert answer.labels == []  # nothing left to press


async def test_pressed_twice_and_by_a_neighbour(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}")
    shown = world.last("g1")
    button = shown.button(say.HUMAN)
    await world.liu.presses_old(shown, button, "g1")
    assert await world.tickets() == 0
    await world.chen.presses_old(shown, button, "g1")
    await world.chen.presses_old(shown, button, "g1")
    assert await world.tickets() == 1
    assert "1 号" in world.chen.read


async def test_a_restart_between_answer_and_press(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}")
    await world.restart()
    await world.chen.presses(say.HUMAN, where="g1")
    assert (await world.ticket()).text == QUESTION


# ── 有用 ───────────────────────────────────────────────────────────────────
async def test_useful_is_counted_once(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}")
    await world.liu.presses(say.USEFUL, where="g1")
    assert world.liu.read == say.ONLY_ASKER
    await world.chen.presses(say.USEFUL, where="g1")
    assert world.chen.read == say.THANKED
    await world.restart()
    await world.chen.presses(say.USEFUL, where="g1")
    assert world.chen.read == say.THANKED_ALREADY
    assert len(await log_of(world, EntryKind.THANKED)) == 1


# ── 问 ─────────────────────────────────────────────────────────────────────
async def test_asked_outright(world: World) -> None:
    await know(world)
    await world.chen.tells(f"问 {QUESTION}")
    assert world.chen.inbox[-1].text.startswith("【身份证丢了怎么补】")


async def test_asked_outright_but_not_surely_known(world: World) -> None:
    """The nearest are offered; the one chosen takes the place of the list."""
    await know(world)
    await world.chen.tells("问 身份证")
    shown = world.chen.inbox[-1]
    assert shown.text == say.NEAR
    assert "身份证丢了怎么补" in shown.labels
    assert shown.labels[-1] == say.HUMAN
    assert len(await missed(world)) == 1
    await world.restart()
    await world.chen.presses("身份证丢了怎么补")
    assert shown.text.startswith("【身份证丢了怎么补】") or world.chen.inbox[-1].text.startswith("【身份证丢了怎么补】")
    assert await world.tickets() == 0
    await world.chen.presses(say.HUMAN)
    assert (await world.ticket()).text == "身份证"


async def test_a_suggestion_is_for_who_asked_and_only_while_it_is_true(world: World) -> None:
    await know(world)
    await world.chen.says("@民警 问 身份证")
    shown = world.last("g1")
    button = shown.button("身份证丢了怎么补")
    await world.liu.presses_old(shown, button, "g1")
    assert world.liu.read == say.ONLY_ASKER
    await world.boss.tells(f"知识 停用 {LOST}")
    await world.chen.presses_old(shown, button, "g1")
    assert world.chen.read == say.GONE


@on_sqlite
async def test_a_sentence_that_begins_with_the_word_is_a_message(world: World) -> None:
    await know(world)
    await world.chen.says("@民警 问一下护照能加急吗")
    assert await world.tickets() == 1
    assert (await world.ticket()).text.endswith("护照能加急吗")


@on_sqlite
async def test_asked_with_nothing_and_about_nothing(world: World) -> None:
    await know(world)
    await world.chen.tells("问")
    assert world.chen.inbox[-1].text == say.ASK_HOW
    await world.chen.tells("问 ξζ")
    assert world.chen.inbox[-1].text == say.NOTHING_NEAR


@on_sqlite
async def test_buttons_of_others_and_of_nobody(world: World) -> None:
    await know(world)
    await world.chen.says(f"@民警 {QUESTION}")
    shown = world.last("g1")
    for action in ("useful:99999", f"know:99999.{DOG}", "human:99999"):
        event = world.message(world.chen, "", "g1", kind=InboundKind.BUTTON, button=action, callback_id=action)
        await world.happens(event)
        assert world.chen.read == texts.STALE_BUTTON
    assert shown.labels == [say.HUMAN, say.USEFUL]
