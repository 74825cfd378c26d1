"""pingan doctor wecom: each channel's trouble is named with what to do; no secret is shown; ✗ means a bad exit code."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.wecom.crypto import Crypt, Freshness
from bot.adapters.wecom.guard import Guard, TurnedAwayError, plain_hello
from bot.cli.boundary import CommandError
from bot.cli.checkup import checkup
from bot.config import Server, Settings
from bot.config_channels import (
    WebhookGroup,
    WechatOfficial,
    Wecom,
    WecomAibot,
    WecomApp,
    WecomCustomerGroup,
    WecomKf,
    WecomWebhook,
)
from bot.doctor import Finding, Mark, examine_wecom
from bot.doctor.wecom import check_wecom
from bot.doctor.wecom_known import NOTHING_KNOWN, Known
from storage.model.people import Group, GroupKind
from tests.adapters.wecom_kit import AES_KEY, NOW, TOKEN
from tests.aibot import AT, running
from tests.aibot import settings as aibot_settings
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.aibot import Bot

LINE = f"connected {int(NOW.timestamp())}"
STAFF = Group(id=1, platform="wecom_aibot", bot="b1", chat_id="wrC1", title="", kind=GroupKind.OFFICERS, station_id=1)
PUSHED = Group(id=2, platform="wecom_webhook", bot="wecom_webhook", chat_id="民警群", title="民警群", station_id=1)
CUSTOMERS = Group(id=3, platform="wecom_customer_group", bot="zhang", chat_id="wr1", title="东湾花园群", station_id=1)
IN_ORDER = Known(
    read=True,
    groups=(STAFF, PUSHED, CUSTOMERS),
    stations=((1, "东湾派出所"),),
    aibot_staff=3,
    app_accounts=(("李静", "lijing"),),
    line=LINE,
)
KF_ACCOUNT = {"open_kfid": "wk1", "name": "东湾派出所", "manage_privilege": True}
UNMANAGED = {"account_list": [KF_ACCOUNT | {"manage_privilege": False}]}
SECRET = "a-secret-of-the-corp-0123456789"


@dataclass
class Outside:
    """The platform and our own running program, as doctor meets them. `answers`: by path, instead of the good one."""

    url: str = ""
    token: str = TOKEN
    aes_key: str = AES_KEY
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    clock_off: timedelta = timedelta()
    asked: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/ws":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for _ in socket:
                self.asked.append("said something")
            return socket
        if not request.path.startswith("/cgi-bin/"):
            return self._door(request)
        good: dict[str, dict[str, Any]] = {
            "/cgi-bin/gettoken": {"access_token": "t1", "expires_in": 7200},
            "/cgi-bin/stable_token": {"access_token": "t1", "expires_in": 7200},
            "/cgi-bin/agent/get": {"name": "平安", "close": 0},
            "/cgi-bin/user/get": {"userid": "lijing"},
            "/cgi-bin/kf/account/list": {"account_list": [KF_ACCOUNT]},
            "/cgi-bin/webhook/send": {"errcode": 40008, "errmsg": "invalid message type"},
            "/cgi-bin/externalcontact/groupchat/get": {"group_chat": {"chat_id": "wr1", "name": "东湾花园群"}},
            "/cgi-bin/externalcontact/groupchat/list": {"group_chat_list": [{"chat_id": "wr1", "status": 0}]},
        }
        return web.json_response(
            {"errcode": 0, "errmsg": "ok"} | (self.answers.get(request.path) or good[request.path])
        )

    async def tell_time(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(NOW + self.clock_off, usegmt=True)

    def _door(self, request: web.Request) -> web.Response:
        query = list(request.query.items())
        try:
            if request.path == "/wechat/official":
                return web.Response(body=plain_hello(query, self.token, Freshness(), NOW))
            receiver = {"/wecom/aibot": "", "/wecom/app": "ww1", "/wecom/kf": "ww1"}[request.path]
            return web.Response(body=Guard(Crypt(self.token, self.aes_key, receiver), Freshness()).hello(query, NOW))
        except TurnedAwayError as refusal:
            return web.Response(status=refusal.status)
        except KeyError:
            return web.Response(status=404)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    fake = Outside()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.serve)
    app.on_response_prepare.append(fake.tell_time)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


def settings(url: str, **more: Any) -> Settings:
    keys: dict[str, Any] = {"token": TOKEN, "aes_key": AES_KEY}
    parts: dict[str, Any] = {
        "server": Server(public_url=url),
        "wecom": Wecom(corp_id="ww1", base_url=url),
        "wecom_aibot": WecomAibot(bot_id="b1", secret=SECRET, url=f"{url.replace('http', 'ws')}/ws"),
        "wecom_webhook": WecomWebhook(groups=(WebhookGroup(name="民警群", key="0" * 36),)),
        "wecom_app": WecomApp(agent_id=1000002, secret=SECRET, **keys),
        "wecom_kf": WecomKf(open_kfid="wk1", secret=SECRET, **keys),
        "wechat_official": WechatOfficial(app_id="wx1", app_secret=SECRET, base_url=url, **keys),
        "wecom_customer_group": WecomCustomerGroup(secret=SECRET, sender="zhang"),
    }
    return Settings(**(parts | more))


async def findings(of: Settings, *, every: bool = True, known: Known = NOTHING_KNOWN) -> dict[str, Finding]:
    found = {f.what: f async for f in check_wecom(of, NOW, all_of_them=every, known=known)}
    assert not any(secret in f.text for f in found.values() for secret in (SECRET, AES_KEY, TOKEN))
    return found


async def test_everything_in_order(outside: Outside) -> None:
    found = await findings(settings(outside.url), known=IN_ORDER)
    assert {f.mark for f in found.values()} == {Mark.FINE}, found
    assert len(found) == 13
    assert "said something" not in outside.asked  # the running bot keeps its connection


async def test_what_is_not_set_up_is_said_only_where_asked(outside: Outside) -> None:
    every = await findings(Settings())
    assert len(every) == 6
    assert all("docs/platforms/" in f.text and f.mark is Mark.FINE for f in every.values())
    assert await findings(Settings(), every=False) == {}
    assert outside.asked == []


def test_every_guide_is_there() -> None:
    from bot.channel_needs import GUIDES

    for name in GUIDES.values():
        assert (Path(__file__).parent.parent / f"docs/platforms/{name}.md").exists(), name


def _without(name: str, **left: Any) -> Callable[[str], Settings]:
    def make(url: str) -> Settings:
        section = getattr(settings(url), name)
        return settings(url, **{name: section.model_copy(update=left)})

    return make


@pytest.mark.parametrize(
    ("make", "what", "told"),
    [
        (_without("wecom_aibot", secret=""), "智能机器人", "WECOM_AIBOT_SECRET"),
        (_without("wecom_aibot", mode="callback"), "智能机器人", "WECOM_AIBOT_AES_KEY"),
        (_without("wecom_app", agent_id=0), "自建应用", "wecom_app.agent_id"),
        (_without("wecom_kf", aes_key=""), "微信客服", "WECOM_KF_AES_KEY"),
        (_without("wechat_official", app_secret=""), "公众号", "WECHAT_OFFICIAL_SECRET"),
        (_without("wecom_customer_group", sender=""), "客户群群发", "sender"),
        (_without("wecom", corp_id=""), "自建应用", "corp_id"),
        (_without("wecom_webhook", groups=(WebhookGroup(name="甲群"),)), "消息推送", "甲群"),
        (_without("wecom_aibot", url="ws://127.0.0.1:1"), "智能机器人", "连不上"),
        (_without("wecom", base_url="http://127.0.0.1:1"), "自建应用", "连不上"),
        (_without("server", public_url=""), "微信客服的回调", "public_url"),
        (_without("server", public_url="http://127.0.0.1:1"), "公众号的回调", "pingan run"),
        (_without("wecom_app", callback_path="/elsewhere"), "自建应用的回调", "callback_path"),
        (_without("wecom_app", aes_key="-" * 43), "自建应用的回调", "43 位"),
    ],
)
async def test_what_is_missing_or_cannot_be_reached(
    outside: Outside, make: Callable[[str], Settings], what: str, told: str
) -> None:
    found = (await findings(make(outside.url)))[what]
    assert found.mark is Mark.BAD
    assert told in found.text


@pytest.mark.parametrize(
    ("path", "answer", "what", "told"),
    [
        ("/cgi-bin/gettoken", {"errcode": 40001, "errmsg": "invalid credential"}, "自建应用", "Secret"),
        ("/cgi-bin/gettoken", {"errcode": 40013, "errmsg": "invalid corpid"}, "微信客服", "corp_id"),
        ("/cgi-bin/agent/get", {"errcode": 60020, "errmsg": "not allow to access"}, "自建应用", "企业可信IP"),
        ("/cgi-bin/agent/get", {"errcode": 301002, "errmsg": "not match"}, "自建应用", "301002"),
        ("/cgi-bin/agent/get", {"close": 1}, "自建应用", "停用"),
        ("/cgi-bin/kf/account/list", {"account_list": [{"open_kfid": "wk2", "name": "乙"}]}, "微信客服", "wk2（乙）"),
        ("/cgi-bin/kf/account/list", {"account_list": "x"}, "微信客服", "可调用接口的应用"),
        ("/cgi-bin/kf/account/list", UNMANAGED, "微信客服", "没有管理权限"),
        (
            "/cgi-bin/webhook/send",
            {"errcode": 93000, "errmsg": "invalid webhook url"},
            "消息推送",
            "民警群 的 key 失效",
        ),
        ("/cgi-bin/user/get", {"errcode": 60111, "errmsg": "userid not found"}, "自建应用的民警", "李静（lijing）"),
        ("/cgi-bin/user/get", {"errcode": 60011, "errmsg": "no privilege"}, "自建应用的民警", "可见范围"),
        ("/cgi-bin/stable_token", {"errcode": 40243, "errmsg": "frozen"}, "公众号", "解冻"),
        ("/cgi-bin/agent/get", {"errcode": -1, "errmsg": "busy"}, "自建应用", "过一分钟"),
        ("/cgi-bin/kf/account/list", {"errcode": 48002, "errmsg": "api forbidden"}, "微信客服", "权限"),
        ("/cgi-bin/stable_token", {"errcode": 40164, "errmsg": "invalid ip"}, "公众号", "白名单"),
        ("/cgi-bin/stable_token", {"errcode": 40125, "errmsg": f"bad {SECRET}"}, "公众号", "AppSecret"),
        ("/cgi-bin/externalcontact/groupchat/list", {"errcode": 99999, "errmsg": "odd"}, "客户群群发", "99999"),
    ],
)
async def test_what_the_platform_refuses(
    outside: Outside, path: str, answer: dict[str, Any], what: str, told: str
) -> None:
    outside.answers[path] = answer
    found = (await findings(settings(outside.url), known=IN_ORDER))[what]
    assert found.mark is Mark.BAD
    assert told in found.text


async def test_what_should_be_looked_at(outside: Outside) -> None:
    outside.answers["/cgi-bin/externalcontact/groupchat/list"] = {"group_chat_list": []}
    short = WecomWebhook(groups=(WebhookGroup(name="甲群", key="https://qyapi…"),))
    found = await findings(settings(outside.url, wecom_webhook=short))
    assert found["客户群群发"].mark is found["消息推送"].mark is Mark.ODD
    assert "甲群" in found["消息推送"].text


async def test_a_callback_with_other_keys_than_the_running_ones(outside: Outside) -> None:
    outside.token = "another"
    found = await findings(settings(outside.url))
    for what in ("自建应用的回调", "微信客服的回调", "公众号的回调"):
        assert "Token" in found[what].text
        assert found[what].mark is Mark.BAD
    outside.token, outside.aes_key = TOKEN, AES_KEY[::-1]
    found = await findings(settings(outside.url))
    assert found["自建应用的回调"].mark is Mark.BAD
    aibot = WecomAibot(bot_id="b1", mode="callback", token=TOKEN, aes_key=AES_KEY)
    outside.aes_key = AES_KEY
    found = await findings(settings(outside.url, wecom_aibot=aibot))
    assert found["智能机器人的回调"].mark is Mark.FINE


def test_the_command_and_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("wecom_kf: {open_kfid: wk1}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="✗"):
        checkup(config, "wecom")
    told = capsys.readouterr().out
    assert "✗ 微信客服" in told
    assert "WECOM_KF_SECRET" in told
    config.write_text("", encoding="utf-8")
    checkup(config, "wecom")
    with pytest.raises(CommandError, match="pingan doctor wecom"):
        checkup(config, "xyz")


# ── what our own database knows ────────────────────────────────────────────
async def test_the_groups_are_named_so_that_their_number_can_be_copied(outside: Outside) -> None:
    found = await findings(settings(outside.url), known=IN_ORDER)
    assert "wrC1（东湾派出所民警群）" in found["智能机器人的群"].text
    unbound = replace(IN_ORDER, groups=(replace(STAFF, station_id=None),))
    found = await findings(settings(outside.url), known=unbound)
    assert found["智能机器人的群"].mark is Mark.ODD
    assert "@平安小助手 绑定" in found["智能机器人的群"].text
    assert "民警群" in found["消息推送的群"].text
    assert "wr1（东湾花园群）" in found["客户群群发的群"].text
    nobody = Known(read=True)
    found = await findings(settings(outside.url), known=nobody)
    assert "拉进内部群" in found["智能机器人的群"].text
    assert "wecom_aibot" in found["智能机器人的人员"].text
    assert "wecom_app" in found["自建应用的民警"].text


@pytest.mark.parametrize(
    ("line", "mark", "told"),
    [
        (f"refused {int(NOW.timestamp())}", Mark.BAD, "bot_id"),
        (f"taken_over {int(NOW.timestamp())}", Mark.BAD, "另一个程序"),
        (LINE, Mark.FINE, "登录成功"),
        ("", Mark.FINE, "先运行 pingan run"),
    ],
)
async def test_what_the_long_connection_came_to(outside: Outside, line: str, mark: Mark, told: str) -> None:
    found = (await findings(settings(outside.url), known=replace(IN_ORDER, line=line)))["智能机器人"]
    assert (found.mark, told in found.text) == (mark, True)


async def test_sealed_user_ids_are_told_unless_they_are_opened(outside: Outside) -> None:
    found = await findings(settings(outside.url), known=replace(IN_ORDER, sealed=2))
    assert found["智能机器人的人员"].mark is Mark.BAD
    assert "超级管理员" in found["智能机器人的人员"].text
    opened = settings(outside.url).wecom_aibot.model_copy(update={"encrypted_users": True})
    found = await findings(settings(outside.url, wecom_aibot=opened), known=replace(IN_ORDER, sealed=2))
    assert found["智能机器人的人员"].mark is Mark.FINE


async def test_the_clock(outside: Outside) -> None:
    outside.clock_off = timedelta(minutes=20)
    found = (await findings(settings(outside.url)))["机器时间"]
    assert found.mark is Mark.BAD
    assert "慢了 20 分钟" in found.text
    outside.clock_off = timedelta(minutes=-3)
    found = (await findings(settings(outside.url)))["机器时间"]
    assert (found.mark, "快了 3 分钟" in found.text) == (Mark.ODD, True)


async def test_doctor_sees_what_a_running_bot_wrote_down(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        made = aibot_settings(fake, database={"url": f"sqlite:///{tmp_path}/pingan.db"})
        async with running(tmp_path, fake) as play:
            await fake.say("chen", f"{AT}你好", "wrNew")
            await play.until(lambda: fake.seen("wrNew"), "an answer")
            found = {f.what: f async for f in examine_wecom(made, datetime.now(UTC), all_of_them=False)}
            assert "登录成功" in found["智能机器人"].text
            assert "wrNew" in found["智能机器人的群"].text
        fake.aibot.bot = Bot(secret="another")
        async with running(tmp_path, fake, first=False) as play:
            asked = _subscribed(fake)
            await play.until(lambda: _subscribed(fake) >= asked + 2, "tried again after a refusal")
            found = {f.what: f async for f in examine_wecom(made, datetime.now(UTC), all_of_them=False)}
            assert found["智能机器人"].mark is Mark.BAD
            assert "Secret" in found["智能机器人"].text


def _subscribed(fake: FakeWecom) -> int:
    return sum(what == "aibot_subscribe" for what, _ in fake.state.calls)
