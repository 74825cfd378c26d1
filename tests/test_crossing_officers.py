"""Residents here, officers there, every adapter the real one: a matter told on one platform is settled on another."""

import re
from pathlib import Path

from tests.crossing import AT, CHEN, LIU, OWNERS, PHONE, STAFF_ROOM, town
from tests.fake_telegram.make import private, user

TOLD = f"楼上有人高空抛物，电话{PHONE}"


async def test_a_telegram_group_and_officers_on_the_bot_of_wecom(tmp_path: Path, database_url: str) -> None:
    async with town(tmp_path, database_url, "telegram", "wecom_aibot", officers_on="wecom_aibot") as here:
        async with here.life() as play:
            await play.officers_say_hello()
            play.telegram_says(CHEN, f"@民警 {TOLD}", OWNERS)
            await play.until_telegram(OWNERS, "已登记为 1 号")
            mine = (await play.until_text("wang", "1 号 · 待接单"), play.wecom.seen("wang")[-1])[1]
            await play.press("li", "接单", STAFF_ROOM)
            await play.until_telegram(OWNERS, "李警官已接单")
            await play.until_text("wang", "1 号已接单：李强")
            await play.all_is_well("13812345678")
            assert mine.card is not None
            key = mine.body["template_card"]["button_list"][0]["key"]
            await play.wecom.click("wang", mine.card["task_id"], key)  # who looks at the old card and loses
            await play.until_text("wang", "已经由李强接了")
            await play.until(lambda: "已接单" in mine.text, "the old card is made true by the press")
            await play.all_is_well()
        async with here.life() as play:
            await play.wecom.say("li", "回复 1 请问是几号楼？")
            await play.until_telegram(OWNERS, "请问是几号楼？")
            play.telegram_says(CHEN, "@民警 3号楼", OWNERS)
            await play.until_text("li", "反映人补充：3号楼")
            play.telegram_says(LIU, "@民警 1 号怎么样了", OWNERS)
            await play.all_is_well()
        async with here.life() as play:
            await play.wecom.say("li", f"{AT}办结 1 已当面调解", STAFF_ROOM)
            await play.until_text(STAFF_ROOM, "1 号已办结，已告诉反映人")
            await play.telegram_presses(CHEN, OWNERS, "解决了")
            await play.telegram_presses(CHEN, OWNERS, "满意")
            await play.until_telegram(OWNERS, "评价：满意")
            await play.until_text("li", "反映人评价：满意")
            await play.all_is_well()
            assert sum("已办结" in text for text in play.texts(STAFF_ROOM)) == 1


async def test_the_built_in_chat_and_officers_on_the_application(tmp_path: Path, database_url: str) -> None:
    async with town(tmp_path, database_url, "local", "wecom_app", officers_on="wecom_app") as here:
        async with here.life() as play:
            await play.web_says("chen", TOLD)
            await play.until_web("chen", "已登记为 1 号")
            await play.press("wang", "接单", channel="wecom_app")
            await play.until_web("chen", "警官已接单")
            await play.wecom.app.say("wang", "回复 1 请问是几号楼？")
            await play.until_web("chen", "请问是几号楼？")
            await play.web_says("chen", "3号楼")
            await play.until_text("wang", "反映人回话：“3号楼”")
            await play.all_is_well()
            assert sum("已接单：" in text for text in play.texts("wang")) == 0  # who took it needs no news of it
        async with here.life() as play:
            await play.wecom.app.say("wang", "到场 1")
            await play.press("wang", "办结", channel="wecom_app")
            await play.press("wang", "已当面调解", channel="wecom_app")
            await play.web_presses("chen", "解决了")
            await play.web_presses("chen", "满意")
            await play.until_web("chen", "评价：满意")
            await play.until_text("wang", "反映人评价：满意")
            await play.all_is_well()
            told = await play.web_reads("chen")
            assert sum("已登记为 1 号" in text for text in told) == 1
            assert len(told) == len(set(told))


async def test_an_officer_with_two_accounts(tmp_path: Path, database_url: str) -> None:
    """Takes it on one and closes it on the other; what is asked of them goes where they work, and only there."""
    channels = ("telegram", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        me = user(77, "老王")
        async with here.life() as play:
            await play.officers_say_hello()
            await play.wecom.say("wang", "绑定账号")
            asked = re.search(r"\d{6}", await play.until_text("wang", "您的绑定码是"))
            assert asked is not None
            play.telegram_says(me, asked[0])
            await play.telegram_presses(me, private(me), "是我，绑定")
            await play.until_telegram(private(me), "绑定好了")
            play.telegram_says(CHEN, f"@民警 {TOLD}", OWNERS)
            await play.until_text("wang", "1 号 · 待接单")  # although it was told on Telegram
            play.telegram_says(me, "接单 1")
            await play.until_telegram(private(me), "您已接单 1 号")
            await play.until_telegram(OWNERS, "王警官已接单")
            await play.all_is_well()
            assert not [text for text in play.telegram_texts(private(me)) if "待接单" in text]
        async with here.life() as play:
            await play.press("wang", "办结")
            await play.press("wang", "已当面调解")
            await play.telegram_presses(CHEN, OWNERS, "解决了")
            await play.until_state("已确认")
            play.telegram_says(me, "请假 后天 家里有事")
            await play.until_telegram(private(me), "已请孙伟批")
            await play.press("sun", "准假")
            await play.until_text("wang", "已由孙伟准了")
            await play.all_is_well()
            everywhere = [*play.texts("wang"), *play.telegram_texts(private(me))]
            assert sum("已由孙伟准了" in text for text in everywhere) == 1
