"""The WeChat family: what of each channel is set up, whether the platform takes it, and what to do where it does not.

Nothing is sent and nobody is disturbed: the secrets are shown to the platform, and our own callbacks are greeted just
as the platform greets them. The long connection is not logged into, because that would throw out the running bot.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.adapters.wecom.api import Call, Lost, Qyapi, Refused, new_session
from bot.adapters.wecom.crypto import Crypt, signature_of
from bot.adapters.wecom.errcodes import hint
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.config import Settings
from bot.doctor.findings import Finding, bad, fine, odd

PATIENCE_S = 6.0
KEY_LENGTH = 36
SHOWN = 5
NAMES = {
    "wecom_aibot": "智能机器人",
    "wecom_webhook": "消息推送",
    "wecom_app": "自建应用",
    "wecom_kf": "微信客服",
    "wechat_official": "公众号",
    "wecom_customer_group": "客户群群发",
}
GUIDES = {
    "wecom_aibot": "wecom-aibot",
    "wecom_webhook": "wecom-webhook",
    "wecom_app": "wecom-app",
    "wecom_kf": "wecom-kf",
    "wechat_official": "wechat-official",
    "wecom_customer_group": "customer-group",
}
NEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "wecom_aibot": (("bot_id", ""), ("secret", "WECOM_AIBOT_SECRET")),
    "wecom_app": (
        ("agent_id", ""),
        ("secret", "WECOM_APP_SECRET"),
        ("token", "WECOM_APP_TOKEN"),
        ("aes_key", "WECOM_APP_AES_KEY"),
    ),
    "wecom_kf": (
        ("open_kfid", ""),
        ("secret", "WECOM_KF_SECRET"),
        ("token", "WECOM_KF_TOKEN"),
        ("aes_key", "WECOM_KF_AES_KEY"),
    ),
    "wechat_official": (
        ("app_id", ""),
        ("app_secret", "WECHAT_OFFICIAL_SECRET"),
        ("token", "WECHAT_OFFICIAL_TOKEN"),
        ("aes_key", "WECHAT_OFFICIAL_AES_KEY"),
    ),
    "wecom_customer_group": (("sender", ""), ("secret", "WECOM_CUSTOMER_SECRET")),
}
_CALLBACK = (("bot_id", ""), ("token", "WECOM_AIBOT_TOKEN"), ("aes_key", "WECOM_AIBOT_AES_KEY"))
_OF_A_CORP = frozenset({"wecom_app", "wecom_kf", "wecom_customer_group"})


@dataclass(frozen=True, slots=True)
class _Look:
    """What every check needs."""

    settings: Settings
    session: aiohttp.ClientSession
    now: datetime

    def tokens(self, credential: Credential, base_url: str) -> Tokens:
        api = Qyapi(lambda: self.session, base_url, total=PATIENCE_S)
        return Tokens(api, credential, lambda: self.now)


async def check_wecom(settings: Settings, now: datetime, *, all_of_them: bool) -> AsyncIterator[Finding]:
    """One finding at a time. `all_of_them`: those that are not set up at all are told too."""
    session = new_session(trust_env=settings.wecom.use_proxy)
    try:
        look = _Look(settings, session, now)
        for channel, what in NAMES.items():
            missing = _missing(settings, channel)
            if missing is None:
                if all_of_them:
                    yield fine(what, f"没有配置，不启用（要用的话看 docs/platforms/{GUIDES[channel]}.md）")
            elif missing:
                yield bad(what, f"还缺{'、'.join(missing)}。怎么填见 docs/platforms/{GUIDES[channel]}.md。")
            else:
                async for finding in _CHECKS[channel](look):
                    yield finding
    finally:
        await session.close()


def _missing(settings: Settings, channel: str) -> list[str] | None:
    """What is left out of a section; None if nothing of it was filled in."""
    section = getattr(settings, channel)
    if channel == "wecom_webhook":
        return [f"“{g.name}”的 key" for g in section.groups if not g.key] if section.groups else None
    needed = _CALLBACK if channel == "wecom_aibot" and section.mode == "callback" else NEEDED[channel]
    missing = [f"环境变量 {env}" if env else f" {channel}.{name}" for name, env in needed if not getattr(section, name)]
    if len(missing) == len(needed):
        return None
    if channel in _OF_A_CORP and not settings.wecom.corp_id:
        missing.append(" wecom.corp_id（企业 ID）")
    return missing


# ── one channel each ───────────────────────────────────────────────────────
async def _aibot(look: _Look) -> AsyncIterator[Finding]:
    section = look.settings.wecom_aibot
    if section.mode == "callback":
        yield await _greeted(look, "wecom_aibot", section.callback_path, section.token, section.aes_key, "")
        return
    what = NAMES["wecom_aibot"]
    try:
        timeout = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with look.session.ws_connect(section.url, timeout=timeout) as socket:
            await socket.close()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = type(error).__name__
        yield bad(what, f"连不上 {section.url}（{why}）。检查网络和代理；私有部署、政务微信要改 wecom_aibot.url。")
        return
    yield fine(what, "长连接的地址连得上。Secret 对不对要启动后看日志：这里不登录，登录会把正在运行的机器人挤下线。")


async def _webhook(look: _Look) -> AsyncIterator[Finding]:
    """A key is proved only by sending, so only its form is looked at."""
    what, groups = NAMES["wecom_webhook"], look.settings.wecom_webhook.groups
    odd_ones = [group.name for group in groups if len(group.key) != KEY_LENGTH]
    if odd_ones:
        names = "、".join(odd_ones)
        yield odd(what, f"{names} 的 key 不像是完整的（应是 {KEY_LENGTH} 位，地址里 key= 后面那一串，不是整个地址）。")
        return
    yield fine(what, f"{len(groups)} 个群，写法正确；没有真的发，发一条播报就知道通不通。")


async def _app(look: _Look) -> AsyncIterator[Finding]:
    section, wecom = look.settings.wecom_app, look.settings.wecom
    tokens = look.tokens(Credential.corp(wecom.corp_id, section.secret), wecom.base_url)
    reply = await tokens.read("/cgi-bin/agent/get", {"agentid": str(section.agent_id)})  # D 90227
    trouble = _trouble("wecom_app", reply, wecom.base_url)
    if trouble is not None:
        yield trouble
    elif getattr(reply, "data", {}).get("close") == 1:
        yield bad(NAMES["wecom_app"], "应用被停用了：在应用的详情页最上面打开。")
    else:
        yield fine(NAMES["wecom_app"], "密钥、AgentId、可信IP 都对")
    crypt = (section.token, section.aes_key, wecom.corp_id)
    yield await _greeted(look, "wecom_app", section.callback_path, *crypt)


async def _kf(look: _Look) -> AsyncIterator[Finding]:
    section, wecom = look.settings.wecom_kf, look.settings.wecom
    tokens = look.tokens(Credential.corp(wecom.corp_id, section.secret), wecom.base_url)
    reply = await tokens.post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})  # D 94661
    trouble = _trouble("wecom_kf", reply, wecom.base_url)
    listed = getattr(reply, "data", {}).get("account_list", [])
    known = [a.get("open_kfid") for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []
    if trouble is not None:
        yield trouble
    elif section.open_kfid not in known:
        can = f"能管的是 {'、'.join(str(kfid) for kfid in known[:SHOWN])}" if known else "一个也管不到"
        how = "请在管理后台“微信客服”里把客服账号交给 API 管理，再核对 open_kfid"
        yield bad(NAMES["wecom_kf"], f"这个应用管不到 open_kfid 写的客服账号，{can}。{how}。")
    else:
        yield fine(NAMES["wecom_kf"], "密钥和客服账号都对")
    crypt = (section.token, section.aes_key, wecom.corp_id)
    yield await _greeted(look, "wecom_kf", section.callback_path, *crypt)


async def _official(look: _Look) -> AsyncIterator[Finding]:
    section = look.settings.wechat_official
    tokens = look.tokens(Credential.official(section.app_id, section.app_secret), section.base_url)
    token = await tokens.get()
    trouble = None if isinstance(token, str) else _trouble("wechat_official", token, section.base_url)
    yield trouble or fine(NAMES["wechat_official"], "AppID、AppSecret、IP 白名单都对")
    crypt = (section.token, section.aes_key, section.app_id)
    yield await _greeted(look, "wechat_official", section.callback_path, *crypt)


async def _customers(look: _Look) -> AsyncIterator[Finding]:
    section, wecom = look.settings.wecom_customer_group, look.settings.wecom
    tokens = look.tokens(Credential.corp(wecom.corp_id, section.secret), wecom.base_url)
    body = {"owner_filter": {"userid_list": [section.sender]}, "limit": 1}
    reply = await tokens.post("/cgi-bin/externalcontact/groupchat/list", body)  # D 92120
    trouble = _trouble("wecom_customer_group", reply, wecom.base_url)
    if trouble is not None:
        yield trouble
    elif not getattr(reply, "data", {}).get("group_chat_list"):
        yield odd(
            NAMES["wecom_customer_group"], f"{section.sender} 名下还没有客户群：只有群主能确认发送，请核对 sender。"
        )
    else:
        yield fine(NAMES["wecom_customer_group"], "密钥和群主都对。每次群发都要群主在手机上点确认。")


_CHECKS = {
    "wecom_aibot": _aibot,
    "wecom_webhook": _webhook,
    "wecom_app": _app,
    "wecom_kf": _kf,
    "wechat_official": _official,
    "wecom_customer_group": _customers,
}


# ── what they share ────────────────────────────────────────────────────────
def _trouble(channel: str, reply: Call, base_url: str) -> Finding | None:
    """Pure. What an unsuccessful call means and what to do; None if it was successful."""
    if isinstance(reply, Refused):
        told = hint(reply.code) or f"平台说：{reply.why}。照着这个错误码在企业微信开发者中心查一下。"
        return bad(NAMES[channel], f"{told}（错误码 {reply.code}）")
    if isinstance(reply, Lost):
        return bad(NAMES[channel], f"连不上 {base_url}（{reply.why}）。检查网络、代理（wecom.use_proxy）和 base_url。")
    return None


async def _greeted(look: _Look, channel: str, path: str, token: str, aes_key: str, receive_id: str) -> Finding:
    """Our own callback, greeted as the platform does it: through the public address, signed, with an echo."""
    what, public = f"{NAMES[channel]}的回调", look.settings.server.public_url.rstrip("/")
    if not public:
        return bad(
            what, "需要 server.public_url：企业微信、公众号从外网访问得到的地址，比如 https://pingan.example.cn。"
        )
    echo, nonce = str(secrets.randbelow(10**18)), str(secrets.randbelow(10**10))
    timestamp = str(int(look.now.timestamp()))
    try:
        sealed = Crypt(token, aes_key, receive_id).seal(echo, nonce, timestamp)
    except ValueError as error:
        return bad(what, str(error))
    query = {"timestamp": timestamp, "nonce": nonce}
    if channel == "wechat_official":
        query |= {"signature": signature_of(token, timestamp, nonce), "echostr": echo}
    else:
        query |= {"msg_signature": sealed.signature, "echostr": sealed.encrypt}
    status, answer = await _fetched(look.session, public + path, query)
    return _judge(what, public + path, status, answer == echo)


async def _fetched(session: aiohttp.ClientSession, url: str, query: dict[str, str]) -> tuple[int | str, str]:
    """Status and body; instead of a status the kind of error that prevented it."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with session.get(url, params=query, timeout=timeout, allow_redirects=False) as response:
            return response.status, (await response.content.read(1000)).decode("utf-8", "replace")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return type(error).__name__, ""


def _judge(what: str, url: str, status: int | str, echoed: bool) -> Finding:
    """Pure. What our own answer means."""
    if isinstance(status, str):
        how = "先运行 pingan run；运行着的话，检查反向代理、域名和防火墙（有的路由器不让内网访问自己的外网地址）"
        return bad(what, f"打不开 {url}（{status}）。{how}。")
    if status == 200 and echoed:
        return fine(what, f"{url} 通了，Token 和 EncodingAESKey 与正在运行的一致。把它们填到管理后台就能保存。")
    if status == 403:
        return bad(what, f"{url} 不认这个签名：正在运行的程序用的是别的 Token（改完环境变量要重启），或机器时间不准。")
    if status == 400:
        return bad(what, f"{url} 解不开：EncodingAESKey 或企业 ID 与正在运行的不一致，改完要重启。")
    if status == 404:
        return bad(what, f"{url} 没有这个地址：这个通道还没启动（看启动日志），或反向代理少转了 callback_path。")
    return bad(what, f"{url} 回答了 {status}，不是我们的程序，或反向代理改了内容。请检查反向代理。")
