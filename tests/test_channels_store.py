"""What channels remember: once means once, whoever asks, and after a restart too."""

from datetime import timedelta
from typing import Any

from storage.engine.base import Engine
from storage.model.channels import CardCode, Cursor, PushState, ReplyRoute
from storage.unit import Unit
from tests.harness import START

BOT = ("wecom_aibot", "AIB1")


async def test_a_later_turn_counts_and_an_earlier_one_does_not(engine: Engine) -> None:
    async with engine.write() as tx:
        channels = Unit(tx).channels
        assert await channels.last_spoke("wecom_kf", "wm1") is None
        for minutes in (5, 0, 9, 3):
            await channels.spoke("wecom_kf", "wm1", START + timedelta(minutes=minutes))
        assert await channels.last_spoke("wecom_kf", "wm1") == START + timedelta(minutes=9)
        assert await channels.last_spoke("wecom_kf", "wm2") is None


async def test_the_newest_way_somebody_came_by_counts(engine: Engine) -> None:
    async with engine.write() as tx:
        channels = Unit(tx).channels
        assert await channels.origin("wecom_kf", "wm1") is None
        for group in (3, 5):
            await channels.came_from("wecom_kf", "wm1", group)
        assert await channels.origin("wecom_kf", "wm1") == 5
        assert await channels.origin("wechat_official", "wm1") is None


async def test_a_cursor_is_kept_per_bot(engine: Engine) -> None:
    async with engine.write() as tx:
        channels = Unit(tx).channels
        assert await channels.cursor("wecom_kf", "wk1", "sync") == ""
        for value in ("c1", "c2"):
            await channels.read_to(Cursor(platform="wecom_kf", bot="wk1", name="sync", value=value))
        assert await channels.cursor("wecom_kf", "wk1", "sync") == "c2"
        assert await channels.cursor("wecom_kf", "wk2", "sync") == ""


def route(message: str, minutes: int = 0, **more: Any) -> ReplyRoute:
    return ReplyRoute(
        platform=BOT[0], bot=BOT[1], chat_id="c1", message_id=message, at=START + timedelta(minutes=minutes), **more
    )


async def test_a_way_to_answer_is_used_once(engine: Engine) -> None:
    async with engine.write() as tx:
        channels = Unit(tx).channels
        await channels.put_route(route("m1", req_id="R1", response_url="sealed"))
        await channels.put_route(route("m2", 1, req_id="R2"))
        first = await channels.take_route(*BOT, "c1", "m1", START)
        assert first is not None
        assert (first.req_id, first.response_url) == ("R1", "sealed")
        assert await channels.take_route(*BOT, "c1", "m1", START) is None
        await channels.put_route(route("m1", req_id="R1b"))  # delivered once more
        known = await channels.route(*BOT, "c1", "m1")
        assert known is not None
        assert (known.req_id, known.used_at) == ("R1", START)
        await channels.put_route(route("m2", 1, req_id="R2b"))
        latest = await channels.latest_route(*BOT, "c1", START)
        assert latest is not None
        assert latest.req_id == "R2b"
        assert await channels.latest_route(*BOT, "c1", START + timedelta(minutes=1)) is None
        await channels.prune(START + timedelta(hours=1))
        assert await channels.route(*BOT, "c1", "m1") is None


async def test_a_card_may_be_changed_once_per_permission(engine: Engine) -> None:
    until = START + timedelta(hours=72)
    code = CardCode(platform="wecom_app", bot="1", chat_id="lijing", task_id="T1@a@b", code="sealed", until=until)
    key = ("wecom_app", "1", "lijing", "T1@a@b")
    async with engine.write() as tx:
        channels = Unit(tx).channels
        await channels.put_code(code)
        assert await channels.take_code(*key, START) == "sealed"
        assert await channels.take_code(*key, START) is None
        await channels.put_code(code)  # a press brings a new one
        assert await channels.take_code(*key, until) is None
        assert await channels.take_code(*key, START) == "sealed"


async def test_a_push_task_moves_once_and_is_never_sent_by_being_made(engine: Engine) -> None:
    async with engine.write() as tx:
        channels = Unit(tx).channels

        async def add(chat: str) -> bool:
            return await channels.add_push(7, "wecom_customer_group", "b", chat, sender="wang", msgid="m1", at=START)

        assert await add("wr1")
        assert not await add("wr1")
        assert await add("wr2")
        first, second = await channels.open_pushes("wecom_customer_group", "b")
        assert first.state is PushState.CREATED
        assert await channels.move_push(first, PushState.WAITING)
        assert not await channels.move_push(first, PushState.DELIVERED)  # it is not what it was
        assert await channels.remind_push(second, START)
        assert not await channels.remind_push(second, START)
        assert await channels.move_push(second, PushState.EXPIRED)
        assert [t.state for t in await channels.pushes(7)] == [PushState.WAITING, PushState.EXPIRED]
        assert [t.id for t in await channels.open_pushes("wecom_customer_group", "b")] == [first.id]
        assert await channels.pushes_since("wecom_customer_group", "wr1", START) == 1
        assert await channels.pushes_since("wecom_customer_group", "wr2", START) == 0
