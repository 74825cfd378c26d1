"""Our own callbacks, greeted as the platform greets them, and our clock, which every callback is measured by."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.adapters.wecom.crypto import Crypt, signature_of
from bot.channel_needs import NAMES
from bot.doctor.findings import Finding, bad, fine, odd

PATIENCE_S = 6.0
NOTABLE_S = 60.0
NOT_RUNNING = "先运行 pingan run；运行着的话，检查反向代理、域名和防火墙（有的路由器不让内网访问自己的外网地址）"
_UNREACHED = {
    "ClientConnectorDNSError": "这个域名解析不到：看看 server.public_url 有没有写错，域名有没有解析好",
    "ClientConnectorCertificateError": "https 证书不对（过期、和域名不符，或缺中间证书），平台也会拒绝：请换证书",
    "ClientConnectorSSLError": "那边不是 https，或 https 没配好：检查反向代理的证书和端口",
}
"""By the kind of error: what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One callback as it should be. `public`: server.public_url."""

    channel: str
    public: str
    path: str
    token: str
    aes_key: str
    receive_id: str


async def greeted(session: aiohttp.ClientSession, now: datetime, door: Door) -> Finding:
    """Through the public address, signed, with an echo."""
    what, public = f"{NAMES[door.channel]}的回调", door.public.rstrip("/")
    if not public:
        return bad(
            what, "需要 server.public_url：企业微信、公众号从外网访问得到的地址，比如 https://pingan.example.cn。"
        )
    echo, nonce = str(secrets.randbelow(10**18)), str(secrets.randbelow(10**10))
    timestamp = str(int(now.timestamp()))
    try:
        sealed = Crypt(door.token, door.aes_key, door.receive_id).seal(echo, nonce, timestamp)
    except ValueError as error:
        return bad(what, str(error))
    query = {"timestamp": timestamp, "nonce": nonce}
    if door.channel == "wechat_official":
        query |= {"signature": signature_of(door.token, timestamp, nonce), "echostr": echo}
    else:
        query |= {"msg_signature": sealed.signature, "echostr": sealed.encrypt}
    status, answer = await _fetched(session, public + door.path, query)
    return _judge(what, public + door.path, status, answer == echo)


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
        return bad(what, f"打不开 {url}（{status}）。{_UNREACHED.get(status, NOT_RUNNING)}。")
    if status == 200 and echoed:
        return fine(what, f"{url} 通了，Token 和 EncodingAESKey 与正在运行的一致。把它们填到管理后台就能保存。")
    if status == 403:
        return bad(what, f"{url} 不认这个签名：正在运行的程序用的是别的 Token（改完要重启），或机器时间不准。")
    if status == 400:
        return bad(what, f"{url} 解不开：EncodingAESKey 或企业 ID 与正在运行的不一致，改完要重启。")
    if status == 404:
        return bad(what, f"{url} 没有这个地址：这个通道还没启动（看启动日志），或反向代理少转了 callback_path。")
    return bad(what, f"{url} 回答了 {status}，不是我们的程序，或反向代理改了内容。请检查反向代理。")


async def check_clock(
    session: aiohttp.ClientSession, now: datetime, base_url: str, skew_seconds: int
) -> Finding | None:
    """Our clock against the platform's. None if the platform does not tell its time: then others say why."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with session.get(base_url, timeout=timeout, allow_redirects=False) as response:
            theirs = parsedate_to_datetime(response.headers.get("Date", ""))
        off = (now - theirs).total_seconds()
    except (aiohttp.ClientError, OSError, ValueError, TypeError):
        return None
    if abs(off) < NOTABLE_S:
        return fine("机器时间", "和平台的时间一致")
    told = f"这台机器的时间比平台{'快' if off > 0 else '慢'}了 {round(abs(off) / 60)} 分钟"
    how = "请打开系统的自动校时（Linux：timedatectl set-ntp true）"
    if abs(off) < skew_seconds:
        return odd("机器时间", f"{told}。{how}。")
    return bad("机器时间", f"{told}，平台推来的消息会全部当成伪造的退回去。{how}。")
