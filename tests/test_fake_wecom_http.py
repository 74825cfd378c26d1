"""The emulator's HTTP interface: tokens, webhooks, applications, 微信客服, 客户群, 公众号, files."""

import base64
import hashlib
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.adapters.wecom_kit import AES_KEY, TOKEN
from tests.fake_wecom import FakeWecom, Fault, HeldClock, State
from tests.fake_wecom.client import Listener
from tests.fake_wecom.crypt import Crypt, Json, open_media, read_xml
from tests.test_fake_wecom import card

NOTICE = {"card_type": "text_notice", "main_title": {"title": "提醒"}}


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def fake(clock: HeldClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(state=State(clock=clock)) as server:
        server.add_webhook("KEY1", "wrC1")
        server.add_members("lijing", "wang")
        yield server


class Caller:
    """Calls as the bot would make them."""

    def __init__(self, fake: FakeWecom, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.session = session

    async def get(self, path: str, **params: str) -> Json:
        async with self.session.get(f"{self.fake.base_url}/{path}", params=params) as response:
            assert response.status == 200
            found: Json = await response.json(content_type=None)
            return found

    async def post(self, path: str, body: Json, **params: str) -> Json:
        async with self.session.post(f"{self.fake.base_url}/{path}", params=params, json=body) as response:
            assert response.status == 200
            found: Json = await response.json(content_type=None)
            return found

    async def token(self, secret: str = "APP-SECRET") -> str:
        return str((await self.get("cgi-bin/gettoken", corpid="wwcorp1", corpsecret=secret))["access_token"])

    async def call(self, path: str, body: Json, secret: str = "APP-SECRET") -> Json:
        return await self.post(f"cgi-bin/{path}", body, access_token=await self.token(secret))

    async def code(self, path: str, body: Json, secret: str = "APP-SECRET") -> int:
        return int((await self.call(path, body, secret))["errcode"])

    async def hook(self, body: Json, key: str = "KEY1") -> int:
        return int((await self.post("cgi-bin/webhook/send", body, key=key))["errcode"])


@pytest.fixture
async def bot(fake: FakeWecom) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield Caller(fake, session)


def text(content: str, **more: Any) -> Json:
    return {"msgtype": "text", "text": {"content": content}} | more


def to_app(users: str, body: Json) -> Json:
    return {"touser": users, "agentid": 1000002} | body


# ── tokens and faults ──────────────────────────────────────────────────────
async def test_tokens_live_two_hours_and_every_fetch_is_counted(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    token = await bot.token()
    assert await bot.token() == token
    assert len(fake.state.called("gettoken")) == 2
    assert (await bot.get("cgi-bin/gettoken", corpid="ww2", corpsecret="APP-SECRET"))["errcode"] == 40013
    assert (await bot.get("cgi-bin/gettoken", corpid="wwcorp1", corpsecret="no"))["errcode"] == 40001
    good = to_app("lijing", text("好"))
    assert (await bot.post("cgi-bin/message/send", good, access_token=token))["errcode"] == 0
    assert (await bot.post("cgi-bin/message/send", good))["errcode"] == 41001
    clock.advance(7200)
    assert (await bot.post("cgi-bin/message/send", good, access_token=token))["errcode"] == 42001
    assert (renewed := await bot.token()) != token
    fake.qyapi.revoke_tokens()
    assert (await bot.post("cgi-bin/message/send", good, access_token=renewed))["errcode"] == 40014
    assert await bot.code("message/send", good, "KF-SECRET") == 48002
    fake.qyapi.trusted = False
    assert await bot.code("message/send", good) == 60020


async def test_answers_get_lost_before_or_after_the_effect(fake: FakeWecom, bot: Caller) -> None:
    token = await bot.token()
    faults = [Fault("abort", "webhook/send"), Fault("abort_before", "webhook/send"), Fault("garbled", "webhook/send")]
    fake.inject(*faults, Fault("errcode", "webhook/send", code=-1))
    url = f"{fake.base_url}/cgi-bin/webhook/send?key=KEY1&access_token={token}"
    for _ in range(2):
        # a kept-alive connection that breaks would be tried anew by the client itself
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.post(url, json=text("好"))
    async with bot.session.post(url, json=text("好")) as response:
        assert not (await response.text()).endswith("}")
    assert len(fake.seen("wrC1")) == 2
    assert await bot.hook(text("好")) == -1
    assert len(fake.seen("wrC1")) == 2


async def test_a_body_that_is_not_json(fake: FakeWecom, bot: Caller) -> None:
    async with bot.session.post(f"{fake.base_url}/cgi-bin/webhook/send?key=KEY1", data=b"{") as response:
        assert (await response.json())["errcode"] == 47001


# ── 消息推送 ───────────────────────────────────────────────────────────────
async def test_a_webhook_takes_twenty_a_minute(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    fake.add_webhook("KEY2", "wrC2")
    assert [await bot.hook(text(str(number))) for number in range(21)] == [0] * 20 + [45009]
    assert await bot.hook(text("另一个群"), "KEY2") == 0
    clock.advance(61)
    assert await bot.hook(text("好")) == 0
    del fake.webhook.groups["KEY1"]
    assert await bot.hook(text("好")) == 93000
    assert "203.0.113.7" in (await bot.post("cgi-bin/webhook/send", {}, key="KEY1"))["errmsg"]


async def test_a_webhook_takes_what_the_paper_says(bot: Caller) -> None:
    assert await bot.hook(text("字" * 682 + "ab")) == 0
    assert await bot.hook(text("字" * 683)) == 40058
    assert await bot.hook({"msgtype": "markdown", "markdown": {"content": "字" * 1366}}) == 40058
    assert await bot.hook({"msgtype": "poster"}) == 40008
    assert await bot.hook({"msgtype": "template_card", "template_card": card("T1")}) == 40058
    assert await bot.hook({"msgtype": "template_card", "template_card": NOTICE}) == 42045
    plain = b"\x89PNG picture"
    image = {"base64": base64.b64encode(plain).decode(), "md5": hashlib.md5(plain).hexdigest()}
    assert await bot.hook({"msgtype": "image", "image": image}) == 0
    assert await bot.hook({"msgtype": "image", "image": image | {"md5": "0" * 32}}) == 40058
    assert await bot.hook({"msgtype": "image", "image": {"base64": "", "md5": ""}}) == 40009


# ── 应用消息 ───────────────────────────────────────────────────────────────
async def test_who_is_not_there_is_told_in_the_answer(fake: FakeWecom, bot: Caller) -> None:
    answer = await bot.call("message/send", to_app("lijing|nobody", text("好")))
    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody")
    assert await bot.code("message/send", to_app("nobody", text("好"))) == 81013
    assert await bot.code("message/send", to_app("lijing", text("好")) | {"agentid": 7}) == 40056
    await bot.call("message/send", to_app("wang", text("字" * 700)))
    assert len(fake.seen("wang")[0].text) == 682
    assert fake.state.complaints == ["message/send: text was cut at 2048 bytes"]


async def test_the_same_call_reaches_nobody_twice(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    same = to_app("lijing", text("好", enable_duplicate_check=1, duplicate_check_interval=60))
    assert [await bot.code("message/send", same) for _ in range(2)] == [0, 0]
    assert len(fake.seen("lijing")) == 1
    clock.advance(61)
    await bot.code("message/send", same)
    assert len(fake.seen("lijing")) == 2


async def test_what_is_beyond_thirty_a_minute_is_dropped_in_silence(fake: FakeWecom, bot: Caller) -> None:
    assert [await bot.code("message/send", to_app("lijing", text(str(n)))) for n in range(31)] == [0] * 31
    assert (len(fake.seen("lijing")), len(fake.app.dropped)) == (30, 1)


async def test_a_response_code_greys_a_card_once_within_72_hours(
    fake: FakeWecom, bot: Caller, clock: HeldClock
) -> None:
    body = to_app("lijing|wang", {"msgtype": "template_card", "template_card": card("T1", "claim", "pass")})
    code = (await bot.call("message/send", body))["response_code"]
    assert await bot.code("message/send", body) == 40058
    change = {"userids": ["wang"], "agentid": 1000002, "button": {"replace_name": "李警官已接单"}}
    assert await bot.code("message/update_template_card", change | {"response_code": code}) == 0
    assert [fake.seen(user)[0].labels for user in ("lijing", "wang")] == [["claim", "pass"], ["李警官已接单"]]
    assert await bot.code("message/update_template_card", change | {"response_code": code}) == 40058
    async with Listener(Crypt(TOKEN, AES_KEY, "wwcorp1")) as door:
        door.answer = lambda query, plain: door.xml(
            query, {"MsgType": "update_button", "Button": {"ReplaceName": "已接"}}
        )
        fake.doors["app"].url = door.url
        second = await fake.app.click("lijing", "T1", "claim")
        event = read_xml(door.plains[0])
    assert (event["Event"], event["EventKey"], event["TaskId"], event["ResponseCode"]) == (
        "template_card_event",
        "claim",
        "T1",
        second,
    )
    assert fake.seen("lijing")[0].labels == ["已接"]
    with pytest.raises(ValueError, match="no button"):
        await fake.app.click("lijing", "T1", "claim")
    clock.advance(72 * 3600 + 1)
    assert await bot.code("message/update_template_card", change | {"response_code": second}) == 40058


# ── 微信客服 ───────────────────────────────────────────────────────────────
def to_kf(user: str, body: Json, **more: str) -> Json:
    return {"touser": user, "open_kfid": "wkAAAA"} | body | more


async def test_kf_is_fetched_by_cursor(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    fake.kf.rules.page = 2
    async with Listener(Crypt(TOKEN, AES_KEY, "wwcorp1")) as door:
        fake.doors["kf"].url = door.url
        await fake.kf.say("wm1", "一")
        for word in "二三":
            await fake.kf.say("wm1", word, notify=False)
        notice = read_xml(door.plains[0])
    assert (notice["Event"], notice["OpenKfId"]) == ("kf_msg_or_event", "wkAAAA")
    ask: Json = {"open_kfid": "wkAAAA", "token": notice["Token"], "limit": 1000}
    first = await bot.call("kf/sync_msg", ask, "KF-SECRET")
    assert (len(first["msg_list"]), first["has_more"]) == (2, 1)
    second = await bot.call("kf/sync_msg", ask | {"cursor": first["next_cursor"]}, "KF-SECRET")
    assert ([row["text"]["content"] for row in second["msg_list"]], second["has_more"]) == (["三"], 0)
    assert second["msg_list"][0]["origin"] == 3
    assert await bot.code("kf/sync_msg", ask | {"cursor": "else"}, "KF-SECRET") == 40058
    fake.kf.rules.shuffled = True
    shuffled = await bot.call("kf/sync_msg", ask, "KF-SECRET")
    assert [row["text"]["content"] for row in shuffled["msg_list"]] == ["二", "一"]
    clock.advance(601)
    codes = [await bot.code("kf/sync_msg", ask, "KF-SECRET") for _ in range(11)]
    assert codes == [0] * 10 + [45009]
    clock.advance(3 * 86400)
    assert (await bot.call("kf/sync_msg", ask, "KF-SECRET"))["msg_list"] == []


async def test_kf_takes_five_for_each_turn_within_48_hours(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    assert await bot.code("kf/send_msg", to_kf("wm1", text("好")), "KF-SECRET") == 95000
    await fake.kf.say("wm1", "在吗", notify=False)
    own = to_kf("wm1", text("好"), msgid="outbox-1")
    assert [await bot.code("kf/send_msg", own, "KF-SECRET") for _ in range(3)] == [0] * 3
    assert len(fake.seen("wm1")) == 1
    assert await bot.code("kf/send_msg", own | {"msgid": "有 字"}, "KF-SECRET") == 40058
    assert [await bot.code("kf/send_msg", to_kf("wm1", text("好")), "KF-SECRET") for _ in range(5)] == [0] * 4 + [95001]
    await fake.kf.say("wm1", "还在吗", notify=False)
    assert await bot.code("kf/send_msg", to_kf("wm1", text("字" * 683)), "KF-SECRET") == 40058
    clock.advance(48 * 3600 + 1)
    assert await bot.code("kf/send_msg", to_kf("wm1", text("好")), "KF-SECRET") == 95002


async def test_kf_menus_links_and_the_welcome(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    await fake.kf.enter("wm1", "group7", "幸福社区")
    event = fake.kf.log[-1]
    assert (event["origin"], event["event"]["scene"], event["event"]["scene_param"]) == (4, "group7", "幸福社区")
    code = event["event"]["welcome_code"]
    entry = {"type": "click", "click": {"id": "m1", "content": "报警"}}
    menu: Json = {"msgtype": "msgmenu", "msgmenu": {"head_content": "您好", "list": [entry]}}
    assert await bot.code("kf/send_msg_on_event", menu | {"code": code}, "KF-SECRET") == 0
    assert await bot.code("kf/send_msg_on_event", menu | {"code": code}, "KF-SECRET") == 40058
    assert fake.seen("wm1")[0].text == "您好\n报警"
    await fake.kf.press("wm1", "m1")
    assert fake.kf.log[-1]["text"] == {"content": "报警", "menu_id": "m1"}
    link = await bot.call("kf/add_contact_way", {"open_kfid": "wkAAAA", "scene": "group7"}, "KF-SECRET")
    assert link["url"].endswith("enc_scene=ENCgroup7")
    assert await bot.code("kf/add_contact_way", {"open_kfid": "wkAAAA", "scene": "幸福"}, "KF-SECRET") == 40058


# ── 客户群群发 ─────────────────────────────────────────────────────────────
async def test_a_customer_group_hears_nothing_until_the_sender_confirms(
    fake: FakeWecom, bot: Caller, clock: HeldClock
) -> None:
    fake.add_customer_group("wrX1", "幸福社区", "grid_zhang")
    fake.add_customer_group("wrX2", "平安里", "grid_li")
    body: Json = {"chat_type": "group", "sender": "grid_zhang", "text": {"content": "防骗提醒"}}
    made = await bot.call(
        "externalcontact/add_msg_template", body | {"chat_id_list": ["wrX1", "wrX2"]}, "CONTACT-SECRET"
    )
    assert (made["errcode"], made["fail_list"], fake.seen("wrX1")) == (0, ["wrX2"], [])
    task: Json = {"msgid": made["msgid"]}
    asked = await bot.call("externalcontact/get_groupmsg_task", task, "CONTACT-SECRET")
    assert asked["task_list"] == [{"userid": "grid_zhang", "status": 0}]
    codes = [await bot.code("externalcontact/remind_groupmsg_send", task, "CONTACT-SECRET") for _ in range(4)]
    assert codes == [0, 0, 0, 45009]
    clock.advance(86401)
    assert await bot.code("externalcontact/remind_groupmsg_send", task, "CONTACT-SECRET") == 0
    assert fake.customers.confirm(made["msgid"]) == 1
    assert [shown.text for shown in fake.seen("wrX1")] == ["防骗提醒"]
    result = await bot.call(
        "externalcontact/get_groupmsg_send_result", task | {"userid": "grid_zhang"}, "CONTACT-SECRET"
    )
    assert [(row["chat_id"], row["status"]) for row in result["send_list"]] == [("wrX1", 1)]
    fake.customers.per_month = 1
    again = await bot.call("externalcontact/add_msg_template", body, "CONTACT-SECRET")
    assert fake.customers.confirm(again["msgid"]) == 0
    assert fake.customers.tasks[again["msgid"]].results == {"wrX1": 3}
    assert await bot.code("externalcontact/add_msg_template", body | {"sender": "nobody"}, "CONTACT-SECRET") == 41048


async def test_customer_groups_are_listed_by_pages(fake: FakeWecom, bot: Caller) -> None:
    for number in range(5):
        fake.add_customer_group(f"wrX{number}", f"社区{number}", "grid_zhang")
    first = await bot.call("externalcontact/groupchat/list", {"limit": 3}, "CONTACT-SECRET")
    rest = await bot.call(
        "externalcontact/groupchat/list", {"limit": 3, "cursor": first["next_cursor"]}, "CONTACT-SECRET"
    )
    assert [len(page["group_chat_list"]) for page in (first, rest)] == [3, 2]
    assert "next_cursor" not in rest
    one = await bot.call("externalcontact/groupchat/get", {"chat_id": "wrX1"}, "CONTACT-SECRET")
    assert one["group_chat"]["name"] == "社区1"
    assert await bot.code("externalcontact/groupchat/get", {"chat_id": "no"}, "CONTACT-SECRET") == 49008


# ── 公众号 ─────────────────────────────────────────────────────────────────
async def official_token(bot: Caller, **more: str) -> Json:
    keys = {"grant_type": "client_credential", "appid": "wx0000000000000001", "secret": "OFFICIAL-SECRET"}
    return await bot.get("official/cgi-bin/token", **(keys | more))


async def test_an_official_account_speaks_within_its_windows(fake: FakeWecom, bot: Caller, clock: HeldClock) -> None:
    assert (await official_token(bot, secret="no"))["errcode"] == 40125
    answer = await official_token(bot)
    assert set(answer) == {"access_token", "expires_in"}
    token = answer["access_token"]

    async def send() -> int:
        body = {"touser": "oU1"} | text("好")
        answer = await bot.post("official/cgi-bin/message/custom/send", body, access_token=token)
        return int(answer["errcode"])

    assert await send() == 45015
    async with Listener(Crypt(TOKEN, AES_KEY, "wx0000000000000001"), lambda query, plain: b"success") as door:
        fake.doors["official"].url = door.url
        await fake.official.say("oU1", "在吗")
        assert [await send() for _ in range(6)] == [0] * 5 + [45047]
        menu = {"button": [{"name": "报警", "sub_button": [{"type": "click", "name": "报事", "key": "report"}]}]}
        assert (await bot.post("official/cgi-bin/menu/create", menu, access_token=token))["errcode"] == 0
        await fake.official.click("oU1", "report")
        assert [await send() for _ in range(4)] == [0] * 3 + [45047]
        await fake.official.click("oU1", "report")
        clock.advance(61)
        assert await send() == 45047
        clock.advance(48 * 3600)
        token = (await official_token(bot))["access_token"]
        assert await send() == 45015
    assert fake.state.complaints == []
    long = {"button": [{"name": "六个字的名", "type": "click", "key": "k"}, *[{"name": "好", "type": "click"}] * 3]}
    assert (await bot.post("official/cgi-bin/menu/create", long, access_token=token))["errcode"] == 40016


async def test_a_new_official_token_ends_the_old_one_soon(bot: Caller, clock: HeldClock) -> None:
    old = (await official_token(bot))["access_token"]
    new = (await official_token(bot))["access_token"]
    menu = {"button": [{"name": "报警", "type": "click", "key": "k"}]}
    for seconds, token, code in ((0, old, 0), (301, old, 40014), (0, new, 0)):
        clock.advance(seconds)
        assert (await bot.post("official/cgi-bin/menu/create", menu, access_token=token))["errcode"] == code


# ── files, and a process of its own ────────────────────────────────────────
async def test_a_file_can_be_fetched_for_five_minutes_and_is_sealed(
    fake: FakeWecom, bot: Caller, clock: HeldClock
) -> None:
    plain = b"\xff\xd8\xff picture"
    await fake.show("zhangsan", [plain])
    image = fake.socket.waiting[0].body["image"]
    assert len(image["aeskey"]) == 43
    async with bot.session.get(image["url"]) as response:
        cipher = await response.read()
    assert plain not in cipher
    assert open_media(cipher, image["aeskey"]) == plain
    clock.advance(301)
    async with bot.session.get(image["url"]) as response:
        assert response.status == 404


async def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.fake_wecom", "--held-clock"]
    process = await create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        base = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession(trust_env=False) as session:

            async def control(verb: str, **fields: Any) -> Any:
                async with session.post(f"{base}/_control/{verb}", json=fields) as response:
                    return (await response.json())["result"] if response.status == 200 else response.status

            await control("add_webhook", key="KEY1", chat="wrC1")
            await session.post(f"{base}/cgi-bin/webhook/send?key=KEY1", json=text("好"))
            assert [shown["text"] for shown in await control("seen", chat="wrC1")] == ["好"]
            assert await control("say", user="zhangsan", text="在吗") == "M1"
            assert (await control("state"))["waiting"] == 1
            assert await control("advance", seconds=60) == 1_700_000_060.0
            assert await control("calls") == {"webhook/send": 1}
            assert await control("dance") == 404
            assert await control("say", nobody=1) == 400
    finally:
        process.kill()
        await process.wait()
