"""绑定账号: one code, typed once, by the right one, links two accounts to one person; nothing else does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from handlers.accounts.codes import ALL_TRIES, MINUTES, OWN_TRIES
from handlers.kit import account_texts as say
from storage.model.messages import InboundKind
from storage.model.people import PersonRole
from tests.harness import Someone, World
from tests.living import neighbours
from tests.stories import make_role, on_sqlite
from tests.two_sides import KF, code_of, identities, last, link, logged, on_kf, person, two_sides


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    built = two_sides(database_url)
    await built.open()
    yield built
    await built.close()


async def test_a_code_links_two_accounts_after_showing_whose(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    await world.chen.tells("楼道灯坏了")
    await chen.tells("路灯也不亮")
    code = await code_of(world.chen)
    await chen.tells(code)
    assert "“陈先生”" in last(chen)
    assert "回复 1 是我，绑定 / 回复 2 不是我" in last(chen)
    assert await person(world, chen) != await person(world, world.chen)
    await world.restart()
    await chen.tells("1")
    one = await person(world, world.chen)
    assert await person(world, chen) == one
    assert "绑定好了" in last(chen)
    assert "微信客服上的“阿陈”" in last(world.chen)
    assert [(await world.ticket(n)).reporter_id for n in (1, 2)] == [one, one]
    assert await logged(world, "account_linked") == 1
    await chen.tells("我的")
    assert "楼道灯坏了" in last(chen)
    assert "路灯也不亮" in last(chen)


async def test_the_whole_command_with_the_code_and_a_space_in_it(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    code = await code_of(world.chen)
    await chen.tells(f"绑定账号 {code[:3]} {code[3:]}")
    await chen.tells("1")
    assert await person(world, chen) == await person(world, world.chen)


async def test_rights_come_with_it_and_those_who_manage_read_of_it(world: World) -> None:
    li = on_kf(world, "wm2", "小李")
    await link(world.li, li)
    assert await person(world, li) == await person(world, world.li)
    await li.tells("待办")
    assert "由民警来操作" not in last(li)
    assert any("小李" in shown.text and "李强" in shown.text for shown in world.boss.inbox)
    assert any("小李" in shown.text for shown in world.admin.inbox)


async def test_an_officer_cannot_be_talked_into_giving_rights_away(world: World) -> None:
    """A stranger asks for a code and has an officer type it: nothing may come of that."""
    stranger = on_kf(world, "wm3", "热心人")
    await world.li.tells(await code_of(stranger))
    assert last(world.li) == say.WORK_ACCOUNT
    assert await person(world, stranger) != await person(world, world.li)


async def test_no_means_no_and_the_code_is_gone(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    code = await code_of(world.chen)
    await chen.tells(code)
    await chen.tells("2")
    assert last(chen) == say.NOT_LINKED
    await chen.tells(code)
    assert last(chen) == say.WRONG
    assert await person(world, chen) != await person(world, world.chen)


async def test_one_answer_for_wrong_expired_replayed_and_overtaken(world: World) -> None:
    chen, liu = on_kf(world, "wm1", "阿陈"), on_kf(world, "wm4", "阿刘")
    first = await code_of(world.chen)
    code = await code_of(world.chen)
    for wrong in {"000000", "999999", first} - {code}:
        await liu.tells(wrong)
        assert last(liu) == say.WRONG
    await chen.tells(code)
    await liu.tells(code)  # typed already
    assert last(liu) == say.WRONG
    await chen.tells("1")
    await liu.tells(code)  # used
    assert last(liu) == say.WRONG
    code = await code_of(world.zhou)
    await world.passes(minutes=MINUTES)
    await on_kf(world, "wm5", "小周").tells(code)
    assert last(on_kf(world, "wm5", "小周")) == say.WRONG
    assert await logged(world, "account_wrong") >= 4


async def test_the_question_ends_with_the_code(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    await chen.tells(await code_of(world.chen))
    await world.passes(minutes=MINUTES)
    await chen.tells("1")
    assert last(chen) == say.OVER
    assert await person(world, chen) != await person(world, world.chen)


@on_sqlite
async def test_guessing_comes_to_an_end_though_the_last_guess_is_right(world: World) -> None:
    liu = on_kf(world, "wm4", "阿刘")
    code = await code_of(world.chen)
    for guess in range(OWN_TRIES):
        await liu.tells(f"{(int(code) + 1 + guess) % 1_000_000:06d}")
    await liu.tells(code)
    assert last(liu) == say.WRONG
    await on_kf(world, "wm1", "阿陈").tells(code)  # another account is not held back
    assert "“陈先生”" in last(on_kf(world, "wm1", "阿陈"))
    await world.passes(hours=1, minutes=1)
    await liu.tells(await code_of(world.zhou))
    assert "“小周”" in last(liu)


@on_sqlite
async def test_many_accounts_that_guess_stop_each_other(world: World) -> None:
    code = await code_of(world.chen)
    for guess in range(ALL_TRIES):
        await on_kf(world, f"wm{guess}", "x").tells(f"{(int(code) + 1 + guess) % 1_000_000:06d}")
    late = on_kf(world, "late", "x")
    await late.tells(code)
    assert last(late) == say.WRONG


async def test_only_in_private_and_on_another_platform(world: World) -> None:
    await world.chen.says("@民警 绑定账号")
    assert world.last("g1").text == say.PRIVATE_ONLY
    code = await code_of(world.chen)
    await world.chen.tells(code)
    assert last(world.chen) == say.OTHER_PLATFORM
    await world.liu.tells(code)
    assert last(world.liu) == say.WRONG
    tickets = await world.tickets()
    await world.liu.says(f"@民警 {code}")
    chen = on_kf(world, "wm1", "阿陈")
    await chen.tells(code)
    assert "“陈先生”" in last(chen)
    assert await world.tickets() <= tickets + 1


async def test_the_event_twice_and_two_at_once(world: World) -> None:
    chen, liu = on_kf(world, "wm1", "阿陈"), on_kf(world, "wm4", "阿刘")
    code = await code_of(world.chen)
    event = await chen.tells(code)
    said = len(chen.inbox)
    await world.happens(event)
    assert len(chen.inbox) == said
    yes = await chen.tells("1")
    await world.happens(yes)
    assert await logged(world, "account_linked") == 1
    code = await code_of(world.zhou)
    await asyncio.gather(chen.tells(code, settle=False), liu.tells(code, settle=False))
    await world.settle()
    assert sum("“小周”" in last(who) for who in (chen, liu)) == 1


async def test_the_question_of_another_is_nobody_elses(world: World) -> None:
    chen, liu = on_kf(world, "wm1", "阿陈"), on_kf(world, "wm4", "阿刘")
    await chen.tells(await code_of(world.chen))
    action = chen.inbox[-1].buttons[0][0].action
    for who, chat in ((liu, liu.private), (world.chen, world.chen.private), (world.liu, world.liu.private)):
        press = world.message(who, "", chat, kind=InboundKind.BUTTON, button=action, callback_id="")
        await world.happens(press)
        assert last(who) == say.OVER
    for bad in ("account.yes:0", "account.yes:999999999999999", "account.no:1x", "account.part:zzzzzzzzzzzz"):
        await world.happens(world.message(liu, "", liu.private, kind=InboundKind.BUTTON, button=bad, callback_id=""))
    await chen.tells("1")
    assert await person(world, chen) == await person(world, world.chen)


async def test_nothing_crosses_to_another_station_by_a_code(world: World) -> None:
    """马超 leads the other station; the account that has reported something here may not become him by a code."""
    ma = await neighbours(world)
    here = on_kf(world, "wm6", "小马")
    await here.tells("楼下有人吵架")
    await here.tells(await code_of(ma))
    assert last(here) == say.TWO_STATIONS
    assert await person(world, here) != await person(world, ma)
    fresh = on_kf(world, "wm7", "马超")  # has said hello and nothing else: nothing crosses
    await link(ma, fresh)
    assert await person(world, fresh) == await person(world, ma)


async def test_roles_that_changed_meanwhile_count(world: World) -> None:
    """Between the question and the answer the typing account becomes a leader's."""
    chen = on_kf(world, "wm1", "阿陈")
    await chen.tells(await code_of(world.chen))
    async with await world.unit() as unit:
        known = await unit.people.by_identity(KF, "wm1")
        await unit.people.set_role(known.person.id, world.station_id, PersonRole.LEADER)
    await chen.tells("1")
    assert last(chen) == say.WORK_ACCOUNT
    assert await person(world, chen) != await person(world, world.chen)


async def test_unlinking_gives_back_what_was_there(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    await world.chen.tells("楼道灯坏了")
    await chen.tells("路灯也不亮")
    before = await person(world, chen)
    await link(world.chen, chen)
    await world.restart()
    await world.chen.tells("解绑账号")
    assert world.chen.inbox[-1].labels == ["解绑微信客服"]
    old = world.chen.inbox[-1]
    button = old.buttons[0][0]
    await world.chen.presses("解绑微信客服")
    assert await person(world, chen) == before
    assert (await world.ticket(1)).reporter_id == await person(world, world.chen)
    assert (await world.ticket(2)).reporter_id == before
    assert "已和" in last(chen)
    await world.chen.presses_old(old, button, world.chen.private)
    assert world.chen.read == say.NOT_YOURS
    await world.chen.tells("解绑账号")
    assert last(world.chen) == say.ONLY_ONE
    assert await logged(world, "account_unlinked") == 1


async def test_a_second_time_they_are_the_same_person_already(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    await link(world.chen, chen)
    await chen.tells(await code_of(world.chen))
    assert last(chen) == say.SAME_PERSON
    assert len(await identities(world, await person(world, world.chen) or 0)) == 2


@on_sqlite
@pytest.mark.parametrize(
    "text", ["绑定账号被盗了怎么办", "绑定账号 银行卡里的钱没了", "1234567", "12345", "我的号123456"]
)
async def test_what_is_no_code_is_read_as_ever(world: World, text: str) -> None:
    chen: Someone = on_kf(world, "wm1", "阿陈")
    await chen.tells(text)
    assert chen.inbox
    assert say.WRONG not in [shown.text for shown in chen.inbox]
    assert await logged(world, "account_code") == 0


async def test_volunteers_too_keep_their_account(world: World) -> None:
    await world.liu.tells("你好")
    await make_role(world, "liu", PersonRole.VOLUNTEER)
    await world.liu.tells(await code_of(on_kf(world, "wm3", "热心人")))
    assert last(world.liu) == say.WORK_ACCOUNT
