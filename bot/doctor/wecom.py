"""The WeChat family: what of each channel is set up, whether the platform takes it, and what to do where it does not.

Nothing is sent and nobody is disturbed: the secrets are shown to the platform, and our own callbacks are greeted just
as the platform greets them. The long connection is not logged into, because that would throw out the running bot.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from bot.adapters.wecom.api import Call, Lost, Qyapi, Refused, new_session
from bot.adapters.wecom.errcodes import BUSY, WEBHOOK_GONE, hint
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.channel_needs import GUIDES, NAMES, missing, sentence
from bot.config import Settings
from bot.doctor.findings import Finding, bad, fine, odd
from bot.doctor.wecom_door import PATIENCE_S, Door, check_clock, greeted
from bot.doctor.wecom_known import NOTHING_KNOWN, Known

KEY_LENGTH = 36
SHOWN = 5
ASKED = 60
"""Officers whose sight of the application is looked up, one call each."""

UNSENDABLE = {"msgtype": "none"}
"""Refused by every key there is, and differently by one that is dead (D 91770)."""

INVISIBLE = frozenset({60011, 60111, 81013})
_CLOCKED = frozenset({"wecom_app", "wecom_kf", "wechat_official"})


@dataclass(frozen=True, slots=True)
class _Look:
    """What every check needs."""

    settings: Settings
    session: aiohttp.ClientSession
    now: datetime
    known: Known

    def tokens(self, credential: Credential, base_url: str) -> Tokens:
        api = Qyapi(lambda: self.session, base_url, total=PATIENCE_S)
        return Tokens(api, credential, lambda: self.now)

    def of_corp(self, secret: str) -> Tokens:
        wecom = self.settings.wecom
        return self.tokens(Credential.corp(wecom.corp_id, secret), wecom.base_url)

    async def door(self, channel: str, receive_id: str) -> Finding:
        section = getattr(self.settings, channel)
        door = Door(
            channel=channel,
            public=self.settings.server.public_url,
            path=section.callback_path,
            token=section.token,
            aes_key=section.aes_key,
            receive_id=receive_id,
        )
        return await greeted(self.session, self.now, door)


async def check_wecom(
    settings: Settings, now: datetime, *, all_of_them: bool, known: Known = NOTHING_KNOWN
) -> AsyncIterator[Finding]:
    """One finding at a time. `all_of_them`: also those that are not set up at all. `known`: from our own database."""
    session = new_session(trust_env=settings.wecom.use_proxy)
    try:
        look = _Look(settings, session, now, known)
        clock = await _clock(look)
        if clock is not None:
            yield clock
        for channel, what in NAMES.items():
            left = missing(settings, channel)
            if left is None:
                if all_of_them:
                    yield fine(what, f"没有配置，不启用（要用的话看 docs/platforms/{GUIDES[channel]}.md）")
            elif left:
                yield bad(what, sentence(channel, left))
            else:
                async for finding in _CHECKS[channel](look):
                    yield finding
    finally:
        await session.close()


async def _clock(look: _Look) -> Finding | None:
    settings = look.settings
    called = {channel for channel in _CLOCKED if missing(settings, channel) == []}
    if settings.wecom_aibot.mode == "callback" and missing(settings, "wecom_aibot") == []:
        called.add("wecom_aibot")
    if not called:
        return None
    base = settings.wechat_official.base_url if called == {"wechat_official"} else settings.wecom.base_url
    return await check_clock(look.session, look.now, base, settings.wecom.skew_seconds)


# ── one channel each ───────────────────────────────────────────────────────
async def _aibot(look: _Look) -> AsyncIterator[Finding]:
    section, what = look.settings.wecom_aibot, NAMES["wecom_aibot"]
    if section.mode == "callback":
        yield await look.door("wecom_aibot", "")
    else:
        yield await _line(look, what)
    for finding in look.known.of_aibot(section, what):
        yield finding


async def _line(look: _Look, what: str) -> Finding:
    """Can the long connection be had, and what did it come to when the running program last tried?"""
    section = look.settings.wecom_aibot
    try:
        timeout = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with look.session.ws_connect(section.url, timeout=timeout) as socket:
            await socket.close()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = type(error).__name__
        return bad(what, f"连不上 {section.url}（{why}）。检查网络和代理；私有部署、政务微信要改 wecom_aibot.url。")
    return look.known.of_line(what)


async def _webhook(look: _Look) -> AsyncIterator[Finding]:
    """Every key is shown to the platform with a message that cannot be sent: nothing appears in any group."""
    what, groups = NAMES["wecom_webhook"], look.settings.wecom_webhook.groups
    odd_ones = [group.name for group in groups if len(group.key) != KEY_LENGTH]
    if odd_ones:
        names = "、".join(odd_ones)
        yield odd(what, f"{names} 的 key 不像是完整的（应是 {KEY_LENGTH} 位，地址里 key= 后面那一串，不是整个地址）。")
        return
    base_url = look.settings.wecom.base_url
    api = Qyapi(lambda: look.session, base_url, total=PATIENCE_S)
    dead = []
    for group in groups:
        reply = await api.post("/cgi-bin/webhook/send", {"key": group.key}, UNSENDABLE)
        if isinstance(reply, Lost):
            yield _lost(what, reply, base_url)
            return
        if isinstance(reply, Refused) and reply.code == WEBHOOK_GONE:
            dead.append(group.name)
    if dead:
        how = "在那个群里重新添加“消息推送”，把新地址里 key= 后面那一串填进 secrets.env，再重启"
        yield bad(what, f"{'、'.join(dead)} 的 key 失效了：推送被删，或群解散了。{how}。（错误码 {WEBHOOK_GONE}）")
    else:
        yield fine(what, f"{len(groups)} 个群，平台认得这些 key；没有真的发。")
    alone = [group.name for group in groups if not group.chat]
    for finding in look.known.of_webhooks(alone, what):
        yield finding


async def _app(look: _Look) -> AsyncIterator[Finding]:
    section, wecom = look.settings.wecom_app, look.settings.wecom
    tokens = look.of_corp(section.secret)
    reply = await tokens.read("/cgi-bin/agent/get", {"agentid": str(section.agent_id)})  # D 90227
    trouble = _trouble("wecom_app", reply, wecom.base_url)
    if trouble is not None:
        yield trouble
    elif _data(reply).get("close") == 1:
        yield bad(NAMES["wecom_app"], "应用被停用了：在应用的详情页最上面打开。")
    else:
        yield fine(NAMES["wecom_app"], "密钥、AgentId、可信IP 都对")
        yield await _sight(look, tokens)
    yield await look.door("wecom_app", wecom.corp_id)


async def _sight(look: _Look, tokens: Tokens) -> Finding:
    """Whom can the application reach? One it does not see never gets a card."""
    what = f"{NAMES['wecom_app']}的民警"
    accounts = look.known.app_accounts
    if not accounts:
        how = "在 station.yaml 里给每位民警写上 accounts: {wecom_app: 通讯录里的账号}，再导入一次"
        return odd(what, f"还没有一位民警写了账号，卡片谁也收不到。{how}。")
    hidden = []
    for name, account in accounts[:ASKED]:
        reply = await tokens.read("/cgi-bin/user/get", {"userid": account})  # D 90196
        if isinstance(reply, Refused) and reply.code in INVISIBLE:
            hidden.append(f"{name}（{account}）")
    if not hidden:
        return fine(what, f"{len(accounts)} 位都在应用的可见范围里")
    how = "在应用详情页的“可见范围”里加上他们，并核对 station.yaml 里的账号和“通讯录 → 成员详情”里的一样"
    return bad(what, f"应用看不到 {'、'.join(hidden[:SHOWN])}{'等' if len(hidden) > SHOWN else ''}。{how}。")


async def _kf(look: _Look) -> AsyncIterator[Finding]:
    section, wecom = look.settings.wecom_kf, look.settings.wecom
    reply = await look.of_corp(section.secret).post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})  # D 94661
    yield _trouble("wecom_kf", reply, wecom.base_url) or _kf_account(section.open_kfid, _data(reply))
    yield await look.door("wecom_kf", wecom.corp_id)


def _kf_account(open_kfid: str, data: dict[str, Any]) -> Finding:
    """Pure. Is the account one that this application may speak for?"""
    what, listed = NAMES["wecom_kf"], data.get("account_list")
    accounts = [a for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []
    ours = next((a for a in accounts if a.get("open_kfid") == open_kfid), None)
    where = "管理后台“应用管理 → 微信客服 → API”"
    if ours is None:
        can = "、".join(f"{a.get('open_kfid')}（{a.get('name', '')}）" for a in accounts[:SHOWN])
        known = f"能看到的是 {can}，把要用的那个填进 wecom_kf.open_kfid" if can else "一个客服账号也看不到"
        how = "" if can else f"。请先添加客服账号，再到{where}把自建应用加进“可调用接口的应用”，并把客服账号交给它管理"
        return bad(what, f"没有 open_kfid 是“{open_kfid}”的客服账号，{known}{how}。")
    if ours.get("manage_privilege") is False:
        how = f"请到{where}的“通过 API 管理微信客服账号”里，把这个客服账号交给它管理"
        return bad(what, f"应用看得到这个客服账号，但没有管理权限，收不到也发不出消息。{how}。")
    return fine(what, "密钥和客服账号都对")


async def _official(look: _Look) -> AsyncIterator[Finding]:
    section = look.settings.wechat_official
    token = await look.tokens(Credential.official(section.app_id, section.app_secret), section.base_url).get()
    trouble = None if isinstance(token, str) else _trouble("wechat_official", token, section.base_url)
    yield trouble or fine(NAMES["wechat_official"], "AppID、AppSecret、IP 白名单都对")
    yield await look.door("wechat_official", section.app_id)


async def _customers(look: _Look) -> AsyncIterator[Finding]:
    section, wecom, what = look.settings.wecom_customer_group, look.settings.wecom, NAMES["wecom_customer_group"]
    tokens = look.of_corp(section.secret)
    body = {"owner_filter": {"userid_list": [section.sender]}, "limit": 100}
    reply = await tokens.post("/cgi-bin/externalcontact/groupchat/list", body)  # D 92120
    trouble = _trouble("wecom_customer_group", reply, wecom.base_url)
    if trouble is not None:
        yield trouble
        return
    rows = _data(reply).get("group_chat_list")
    chats = [str(row.get("chat_id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not chats:
        yield odd(what, f"{section.sender} 名下还没有客户群：只有群主能确认发送，请核对 sender。")
        return
    yield fine(what, "密钥和群主都对。每次群发都要群主在手机上点确认。")
    fresh = [chat for chat in chats if chat not in look.known.customer_chats]
    if fresh:
        named = [f"{chat}（{await _chat_name(tokens, chat)}）" for chat in fresh[:SHOWN]]
        more = f"等 {len(fresh)} 个" if len(fresh) > SHOWN else ""
        how = "写一项 {platform: wecom_customer_group, chat: 群号, title: 群名, kind: 业主}，再导入一次"
        yield odd(f"{what}的群", f"还没写进 station.yaml：{'、'.join(named)}{more}。要往里发，在 groups 下{how}。")


async def _chat_name(tokens: Tokens, chat: str) -> str:
    reply = await tokens.post("/cgi-bin/externalcontact/groupchat/get", {"chat_id": chat, "need_name": 0})  # D 92122
    told = _data(reply).get("group_chat")
    return str(told.get("name") or "没有群名") if isinstance(told, dict) else "没有群名"


_CHECKS = {
    "wecom_aibot": _aibot,
    "wecom_webhook": _webhook,
    "wecom_app": _app,
    "wecom_kf": _kf,
    "wechat_official": _official,
    "wecom_customer_group": _customers,
}


# ── what they share ────────────────────────────────────────────────────────
def _data(reply: Call) -> dict[str, Any]:
    return getattr(reply, "data", {})


def _trouble(channel: str, reply: Call, base_url: str) -> Finding | None:
    """Pure. What an unsuccessful call means and what to do; None if it was successful."""
    if isinstance(reply, Refused):
        told = hint(reply.code) or f"平台说：{reply.why}。照着这个错误码在企业微信开发者中心查一下。"
        if reply.code == BUSY:
            told = "平台忙，过一分钟再检查一次。"
        return bad(NAMES[channel], f"{told}（错误码 {reply.code}）")
    if isinstance(reply, Lost):
        return _lost(NAMES[channel], reply, base_url)
    return None


def _lost(what: str, reply: Lost, base_url: str) -> Finding:
    return bad(what, f"连不上 {base_url}（{reply.why}）。检查网络、代理（wecom.use_proxy）和 base_url。")
