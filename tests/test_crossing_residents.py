"""Residents who can only be answered so often, officers elsewhere: what waits is known to wait, and nothing is lost."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from storage.model.tickets import Ticket
from tests.crossing import PHONE, STAFF_ROOM, Play, Town, town
from tests.fake_wecom import Fault
from tests.residents import menu_of

TOLD = f"楼上有人高空抛物，电话{PHONE}"
KF, OFFICIAL = "wmChen", "oChen"
KF_WAITS, OFFICIAL_WAITS = "反映人要在微信客服上再写一句", "反映人要在公众号上再写一句"


async def scene(play: Play) -> str:
    found = await play.until_true(lambda unit: unit.groups.by_chat("wecom_customer_group", "wrA"))
    return f"g{found.id}"


async def told(play: Play) -> Ticket:
    ticket = await play.ticket()
    assert ticket is not None
    return ticket


# ── 微信客服 ───────────────────────────────────────────────────────────────
async def test_by_the_code_of_a_group_within_five_messages(tmp_path: Path, database_url: str) -> None:
    channels = ("wecom_kf", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        kf = here.wecom.kf
        async with here.life() as play:
            await play.officers_say_hello()
            await kf.enter(KF, scene_param=await scene(play))
            await play.until_text(KF, "您好，我是东湾派出所")
            await kf.say(KF, TOLD)
            await play.until_text(KF, "已登记为 1 号")
            for line in ("天天这样", "3栋2单元"):
                await kf.say(KF, line)
                await play.until_text("wang", f"反映人补充：{line}")
            assert "东湾花园业主群（微信客服私聊）" in await play.until_text("wang", "1 号 · 待接单")
            await play.press("wang", "接单")
            await play.until_text(KF, "1 号已接单")
            await play.all_is_well("高空抛物", "3栋2单元", "天天")
        async with here.life() as play:
            await play.press("wang", "到场")
            await play.press("wang", "办结")
            await play.press("wang", "已当面调解")
            await play.until_text(KF, "1 号已办结")
            await play.all_is_well("高空抛物", "已当面调解")
            assert kf.customers[KF].left == 5 - 2  # the receipt answered what was said before their last line
        async with here.life() as play:
            for word in ("第一句", "第二句", "第三句"):
                await play.wecom.say("wang", f"回复 1 {word}")
                await play.until_text(KF, word)
            await play.wecom.say("wang", "回复 1 第四句")
            assert KF_WAITS in await play.until_text("wang", "还没送到")
            await play.wecom.say("wang", "回复 1 第五句")
            await play.until(lambda: sum(KF_WAITS in text for text in play.texts("wang")) == 2)
            await play.press("wang", "撤回这句")
            await play.until_text("wang", "刚才那句已撤回")
        async with here.life() as play:
            await play.idle()
            assert "第四句" not in "".join(play.texts(KF))
            await kf.say(KF, "好的")
            assert "已转告王警官" in await play.until_text(KF, "第四句")  # in one message
            await play.kf_presses(KF, "解决了")
            await play.kf_presses(KF, "满意")
            await play.until_text("wang", "反映人评价：满意")
            await play.idle()
            assert "第五句" not in "".join(play.texts(KF))
            assert "".join(play.texts(KF)).count("谢谢您的确认") == 1
            assert play.wecom.state.complaints == []
            assert (await told(play)).rating == "满意"


async def test_the_last_of_the_five_tells_how_it_ended(tmp_path: Path, database_url: str) -> None:
    """An officer who writes much does not keep the resident from hearing the end of it."""
    channels = ("wecom_kf", "wecom_app")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_app") as here:
        async with here.life() as play:
            await here.wecom.kf.say(KF, TOLD)
            await play.until_text(KF, "已登记为 1 号")
            await play.press("wang", "接单", channel="wecom_app")
            await play.until_text(KF, "1 号已接单")
            for word in ("第一句", "第二句"):
                await play.wecom.app.say("wang", f"回复 1 {word}")
                await play.until_text(KF, word)
            await play.wecom.app.say("wang", "回复 1 第三句")
            await play.until_text("wang", KF_WAITS)
            await play.all_is_well()
        async with here.life() as play:
            await play.wecom.app.say("wang", "办结 1 已经劝导")
            closing = await play.until_text(KF, "1 号已办结。处理结果：已经劝导")
            assert closing.startswith("东湾派出所回复：第三句")
            assert "已告诉反映人" in await play.until_text("wang", "1 号已办结")
            await play.all_is_well()
            assert here.wecom.kf.customers[KF].left == 0
            await play.kf_presses(KF, "没解决")
            await play.until_state("重开")
            await play.until_text("wang", "已重开")


# ── 公众号 ─────────────────────────────────────────────────────────────────
async def test_after_two_days_everything_waits_for_a_word(tmp_path: Path, database_url: str) -> None:
    channels = ("wechat_official", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        official = here.wecom.official
        async with here.life() as play:
            await play.officers_say_hello()
            await official.event(OFFICIAL, "subscribe", f"qrscene_{await scene(play)}")
            await play.until_text(OFFICIAL, "您好，我是东湾派出所")
            await official.say(OFFICIAL, TOLD)
            await play.until_text(OFFICIAL, "回复 1 撤回")
            assert "东湾花园业主群（公众号私聊）" in await play.until_text("wang", "1 号 · 待接单")
            await play.press("wang", "接单")
            await play.until_text(OFFICIAL, "1 号已接单")
            await play.all_is_well("高空抛物")
        here.clock.ahead += timedelta(hours=49)
        async with here.life() as play:
            said = len(play.texts(OFFICIAL))
            await play.wecom.say("wang", "回复 1 明天上午到")
            await play.until_text("wang", OFFICIAL_WAITS)
            await play.wecom.say("wang", "办结 1 已经劝导")
            assert OFFICIAL_WAITS in await play.until_text("wang", "1 号已办结")
            await play.idle()
            assert len(play.texts(OFFICIAL)) == said
        here.clock.ahead += timedelta(hours=30)
        async with here.life() as play:
            await official.say(OFFICIAL, "好的")
            closing = await play.until_text(OFFICIAL, "1 号已办结")
            assert closing.index("明天上午到") < closing.index("1 号已办结")
            assert closing.endswith("回复 1 解决了 / 回复 2 没解决")
            await play.idle()  # nobody chooses before the choices are known to have arrived
            await official.say(OFFICIAL, "1")
            await play.until_state("已确认")
            await play.until_text(OFFICIAL, "回复 1 满意")
            await play.idle()  # nobody chooses before the choices are known to have arrived
            await official.say(OFFICIAL, "1")
            await play.until_text("wang", "反映人评价：满意")
            assert play.wecom.state.complaints == []
            codes = {call["msgtype"] for call in here.wecom.state.called("official/message/custom/send")}
            assert codes == {"text"}


@pytest.mark.parametrize("code", [45015, 45047])
async def test_the_platform_counts_otherwise_than_we_do(tmp_path: Path, database_url: str, code: int) -> None:
    channels = ("wechat_official", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        async with here.life() as play:
            await play.officers_say_hello()
            await here.wecom.official.say(OFFICIAL, TOLD)
            await play.until_text(OFFICIAL, "已登记为 1 号")
            await play.press("wang", "接单")
            await play.until_text(OFFICIAL, "1 号已接单")
            await play.idle()
            here.wecom.inject(Fault("errcode", "official/message/custom/send", code=code))
            await play.wecom.say("wang", "回复 1 明天上午到")
            await play.until_text("wang", OFFICIAL_WAITS)
        async with here.life() as play:
            await here.wecom.official.say(OFFICIAL, "好的")
            await play.until_text(OFFICIAL, "明天上午到")
            await play.all_is_well()


async def test_what_is_withdrawn_is_told_once(tmp_path: Path, database_url: str) -> None:
    channels = ("wechat_official", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        async with here.life() as play:
            await play.officers_say_hello()
            await here.wecom.official.say(OFFICIAL, TOLD)
            await play.until_text("wang", "1 号 · 待接单")
            await play.until_text(OFFICIAL, "回复 1 撤回")
        async with here.life() as play:
            await play.idle()
            await here.wecom.official.say(OFFICIAL, "1")
            await play.until_text(OFFICIAL, "1 号已撤回")
            await play.until_text("wang", "反映人已撤回")
            await play.all_is_well()
            assert [sum("撤回" in text for text in play.texts(who)) for who in ("wang", STAFF_ROOM)] == [1, 1]


async def test_words_that_never_arrive_are_told_to_who_said_them(tmp_path: Path, database_url: str) -> None:
    channels = ("wechat_official", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here, here.life() as play:
        await play.officers_say_hello()
        await here.wecom.official.say(OFFICIAL, TOLD)
        await play.until_text(OFFICIAL, "已登记为 1 号")
        await play.press("wang", "接单")
        await play.until_text(OFFICIAL, "1 号已接单")
        here.wecom.inject(Fault("errcode", "official/message/custom/send", code=43004))  # they left us
        await play.wecom.say("wang", "回复 1 明天上午到")
        await play.until_text("wang", "您的话没能送到反映人：“明天上午到”")
        here.wecom.inject(Fault("errcode", "official/message/custom/send", code=43004))
        await play.wecom.say("wang", "办结 1 已经劝导")
        await play.until_state("已办结")
        await play.idle()
        assert play.wecom.state.complaints == []


# ── one person on two platforms ────────────────────────────────────────────
async def linked(play: Play, here: Town) -> None:
    """陈先生 of the web chat is the one on 微信客服."""
    await here.wecom.kf.say(KF, "帮助")
    await play.until_text(KF, "有事直接写给我")
    await here.wecom.kf.say(KF, "谁值班")
    await play.until_text(KF, "有事直接告诉我")  # there is nobody to @
    await play.web_says("chen", "绑定账号")
    code = re.search(r"\d{6}", await play.until_web("chen", "您的绑定码是"))
    assert code is not None
    await here.wecom.kf.say(KF, code[0])
    await play.kf_presses(KF, "是我，绑定")
    await play.until_web("chen", "绑在了一起")
    await play.until_text(KF, "绑定好了")


async def test_told_on_one_platform_and_rated_on_another(tmp_path: Path, database_url: str) -> None:
    channels = ("local", "wecom_kf", "wecom_aibot")
    async with town(tmp_path, database_url, *channels, officers_on="wecom_aibot") as here:
        async with here.life() as play:
            await play.officers_say_hello()
            await linked(play, here)
            await here.wecom.kf.say(KF, TOLD)
            await play.until_text(KF, "已登记为 1 号")
            await play.press("wang", "接单")
            await play.until_text(KF, "1 号已接单")
            await play.web_says("chen", "我的")
            await play.until_web("chen", "1 号　已接单")
            assert not [text for text in await play.web_reads("chen") if "已登记" in text]
            await play.all_is_well("高空抛物")
        async with here.life() as play:
            await play.web_says("chen", "补充 1 3栋2单元")
            await play.until_text("wang", "3栋2单元")
            await play.wecom.say("wang", "回复 1 马上到")
            await play.until_text(KF, "马上到")  # where the matter was told
            await play.press("wang", "办结")
            await play.press("wang", "已当面调解")
            closing = await play.until_text(KF, "1 号已办结")
            menu = next(s for s in play.wecom.seen(KF) if s.text == closing)
            await play.web_says("chen", "解决了")
            await play.until_web("chen", "请给这次服务打个分")
        async with here.life() as play:
            await play.web_presses("chen", "满意")
            await play.until_web("chen", "评价：满意")
            await play.until_text("wang", "反映人评价：满意")
            assert not [text for text in play.texts(KF) if "打个分" in text]
            await here.wecom.kf.press(KF, menu_of(menu, "解决了"))  # long after
            await play.until_text(KF, "已确认")
            await play.all_is_well("高空抛物")
            assert (await told(play)).rating == "满意"
            everything = await play.web_reads("chen")
            assert len(everything) == len(set(everything))
