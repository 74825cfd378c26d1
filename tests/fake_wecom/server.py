"""All of it on one port of loopback: the socket at "/", /cgi-bin of 企业微信, /official/cgi-bin of 公众号, files."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.fake_wecom.aibot import Aibot, Bot, Rules, open_userid
from tests.fake_wecom.app import AppChannel
from tests.fake_wecom.callback import Callback
from tests.fake_wecom.crypt import Crypt, Json, new_key
from tests.fake_wecom.customers import CustomerGroups, Group
from tests.fake_wecom.door import Door, Style
from tests.fake_wecom.kf import Kf
from tests.fake_wecom.official import Official
from tests.fake_wecom.qyapi import App, Call, Qyapi, openuserid_call, response_call
from tests.fake_wecom.socket import Manners, Socket
from tests.fake_wecom.state import Fault, Shown, State
from tests.fake_wecom.upload import Upload
from tests.fake_wecom.webhook import Webhook

Mode = Literal["socket", "callback"]


@dataclass(slots=True)
class Setup:
    """What an administrator would have set up. Keys and secrets are the tests' own."""

    mode: Mode = "socket"
    corp_id: str = "wwcorp1"
    app_id: str = "wx0000000000000001"
    token: str = "hQ2pLm7Tz"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    agent_id: int = 1000002
    app_secret: str = "APP-SECRET"
    kf_secret: str = "KF-SECRET"
    contact_secret: str = "CONTACT-SECRET"
    bot: Bot = field(default_factory=Bot)
    rules: Rules = field(default_factory=Rules)
    manners: Manners = field(default_factory=Manners)


class FakeWecom:
    """`async with FakeWecom() as fake`: then fake.base_url, fake.ws_url, fake.official_url for the bot's settings;
    fake.say(…), fake.click(…), fake.app.say(…), fake.kf.say(…), fake.official.say(…) for what people do;
    fake.seen(chat) for what they see; fake.inject(Fault(…)) for what goes wrong;
    fake.doors[name].url for where the bot listens."""

    def __init__(self, setup: Setup | None = None, state: State | None = None, port: int = 0) -> None:
        self.setup = setup or Setup()
        self.state = state or State()
        self.base_url = ""
        self._port = port
        self._runner: web.AppRunner | None = None
        kit = self.setup
        self.doors: dict[str, Door] = {
            "aibot": self._door("json", ""),
            "app": self._door("xml", kit.corp_id),
            "kf": self._door("xml", kit.corp_id),
            "official": self._door("official", kit.app_id),
        }
        self.aibot = Aibot(self.state, kit.rules, kit.bot)
        self.qyapi = Qyapi(self.state, kit.corp_id)
        self.socket = Socket(self.aibot, Upload(self.state, self.qyapi.keep), kit.manners)
        self.callback = Callback(self.aibot, self.doors["aibot"])
        self.aibot.transport = self.socket if kit.mode == "socket" else self.callback
        self.aibot.has_file = self.qyapi.files.__contains__
        self.webhook = Webhook(self.state)
        self.app = AppChannel(self.state, kit.corp_id, kit.agent_id, self.doors["app"])
        self.kf = Kf(self.state, kit.corp_id, self.doors["kf"])
        self.customers = CustomerGroups(self.state)
        self.official = Official(self.state, self.doors["official"], self.qyapi, kit.app_id)
        self.app.has_file = self.kf.has_file = self.aibot.has_file
        self._wire()

    def _door(self, style: Style, receive_id: str) -> Door:
        return Door(self.state, Crypt(self.setup.token, self.setup.aes_key, receive_id), style)

    def _wire(self) -> None:
        kit, api = self.setup, self.qyapi
        api.add_app(kit.app_secret, "app", agent_id=kit.agent_id)
        api.add_app(kit.kf_secret, "kf")
        api.add_app(kit.contact_secret, "contact")
        api.open_calls |= {
            "gettoken": api.gettoken,
            "webhook/send": self.webhook.send,
            "aibot/response": response_call(self.aibot),
        }
        tables: dict[str, dict[str, Call]] = {
            "app": {
                "message/send": self.app.send,
                "message/update_template_card": self.app.update,
                "message/recall": self.app.recall,
                "batch/openuserid_to_userid": openuserid_call(self._sealed_people),
                "agent/get": self.app.about,
                "user/get": self.app.about_member,
            },
            "kf": {
                "kf/account/list": self.kf.accounts,
                "kf/sync_msg": self.kf.sync,
                "kf/send_msg": self.kf.send,
                "kf/send_msg_on_event": self.kf.send_on_event,
                "kf/add_contact_way": self.kf.contact_way,
            },
            "contact": {
                "externalcontact/add_msg_template": self.customers.add,
                "externalcontact/remind_groupmsg_send": self.customers.remind,
                "externalcontact/cancel_groupmsg_send": self.customers.cancel,
                "externalcontact/get_groupmsg_task": self.customers.members,
                "externalcontact/get_groupmsg_send_result": self.customers.results,
                "externalcontact/groupchat/list": self.customers.list,
                "externalcontact/groupchat/get": self.customers.get,
            },
            "": {"getcallbackip": _callback_ip},
        }
        for need, table in tables.items():
            api.calls |= {path: (need, call) for path, call in table.items()}

    def _sealed_people(self) -> dict[str, str]:
        people = {turn.user for turn in self.aibot.turns.values()} | self.app.members
        return {open_userid(user): user for user in people}

    async def __aenter__(self) -> "FakeWecom":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, extra: Iterable[web.RouteDef] = ()) -> None:
        app = web.Application(client_max_size=32_000_000)
        app.add_routes(
            [
                *extra,
                web.get("/", self.socket.serve),
                web.route("*", "/cgi-bin/{path:.+}", self.qyapi.serve),
                web.route("*", "/official/cgi-bin/{path:.+}", self.official.serve),
                web.get("/media/{name}", self.qyapi.serve_address),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        self.callback.base_url = self.base_url

    async def stop(self) -> None:
        await asyncio.gather(self.callback.stop(), self.socket.stop())
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    @property
    def official_url(self) -> str:
        return self.base_url + "/official"

    # -- what people do and see

    async def say(self, user: str, text: str = "", group: str = "", *, quote: str = "") -> str:
        """Somebody writes to 智能机器人, in private or in a group; see Aibot.say."""
        return await self.aibot.say(user, text, group, quote=quote)

    async def show(self, user: str, pictures: list[bytes], text: str = "", group: str = "") -> str:
        """Somebody sends pictures to 智能机器人: one alone (private only), or words and pictures together."""
        items: list[Json] = [{"msgtype": "text", "text": {"content": text}}] if text else []
        items += [{"msgtype": "image", "image": self._media(picture)} for picture in pictures]
        alone = len(items) == 1
        content: Json = items[0] if alone else {"msgtype": "mixed", "mixed": {"msg_item": items}}
        return await self.aibot.say(user, group=group, content=content)

    async def speak(self, user: str, words: str) -> str:
        """A voice message to 智能机器人: it arrives as words, private chats only."""
        return await self.aibot.say(user, content={"msgtype": "voice", "voice": {"content": words}})

    async def hand(self, user: str, data: bytes, kind: Literal["file", "video"] = "file") -> str:
        """A file or video to 智能机器人, private chats only."""
        return await self.aibot.say(user, content={"msgtype": kind, kind: self._media(data)})

    def _media(self, plain: bytes) -> Json:
        if self.setup.mode == "callback":
            return {"url": self.qyapi.address(self.base_url, plain, self.setup.aes_key)}
        key = new_key()
        return {"url": self.qyapi.address(self.base_url, plain, key), "aeskey": key}

    async def click(self, user: str, task: str, key: str, *, stale: bool = False) -> str:
        """Somebody presses a button of 智能机器人; see Aibot.click."""
        return await self.aibot.click(user, task, key, stale=stale)

    def seen(self, chat: str, channel: str = "") -> list[Shown]:
        return self.state.seen(chat, channel)

    def add_webhook(self, key: str, chat: str) -> None:
        self.webhook.groups[key] = chat

    def add_members(self, *users: str) -> None:
        self.app.members.update(users)

    def add_customer_group(self, chat: str, name: str, owner: str) -> None:
        self.customers.groups[chat] = Group(name, owner)

    def inject(self, *faults: Fault) -> None:
        self.state.faults.extend(faults)

    async def until(self, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """See State.until."""
        await self.state.until(holds, seconds)

    async def until_seen(self, chat: str, count: int, seconds: float = 10.0) -> list[Shown]:
        """Waits until people there have seen so many messages of ours. Raises TimeoutError."""
        await self.until(lambda: len(self.seen(chat)) >= count, seconds)
        return self.seen(chat)


def _callback_ip(_: App, __: Json) -> Json:
    return {"ip_list": ["203.0.113.7"]}
