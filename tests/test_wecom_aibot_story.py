"""The whole story on 智能机器人, on both transports, with a restart in the middle."""

from pathlib import Path

from tests.aibot import AT, OWNERS, STAFF, running
from tests.fake_wecom import FakeWecom


async def test_from_the_at_to_satisfied_by_socket_with_a_restart_in_the_middle(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake) as play:
            await fake.say("wang", "你好")
            await fake.say("li", f"{AT}你好", STAFF)
            await play.until(lambda: fake.seen("wang") and fake.seen(STAFF), "talk")
            await fake.say("chen", f"{AT}楼上有人高空抛物，电话13812345678", OWNERS)
            await play.until_text(OWNERS, "已登记为 1 号")
            receipt = fake.seen(OWNERS)[0]
            assert (receipt.kind, receipt.finished) == ("stream", True)
            await play.until_button(STAFF, "接单")
            await play.until_button("wang", "接单")
            assert "5678" not in "".join(play.texts(STAFF) + play.texts(OWNERS))
        async with running(tmp_path, fake) as play:
            card = await play.press("li", STAFF, "接单")
            await play.until(lambda: "接单" not in card.labels, "the card is changed")
            assert len(card.history) == 1
            await play.until_text(OWNERS, "1 号已接单")
            await play.until_text("wang", "1 号已接单")
            await play.press("li", STAFF, "办结")
            await play.until_button(STAFF, "已当面调解")
            await play.press("li", STAFF, "已当面调解")
            await play.until_button(OWNERS, "解决了")
        async with running(tmp_path, fake) as play:
            await play.press("chen", OWNERS, "解决了")
            await play.until_states({"已确认": 1})
        assert fake.state.complaints == []
