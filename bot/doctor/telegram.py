"""Telegram: is there a token, does it work, and what can the bot hear?"""

import msgspec

from bot.adapters.telegram.api import Api, Good, Refused, Reply, new_session
from bot.adapters.telegram.wire import BotUser
from bot.config import Settings, Telegram
from bot.doctor.findings import Finding, bad, fine, odd

WHAT = "Telegram"
PATIENCE_S = 8.0


async def check_telegram(settings: Settings) -> Finding:
    if not settings.telegram.token:
        return fine(WHAT, "没有令牌，不启用")
    if settings.telegram.mode == "webhook" and not settings.server.public_url.startswith("https://"):
        return bad(WHAT, "webhook 方式需要 server.public_url，以 https:// 开头；或者把 telegram.mode 改成 polling。")
    return judge(await ask(settings.telegram), settings.telegram)


async def ask(telegram: Telegram) -> Reply:
    """getMe. No network error is raised."""
    async with new_session() as session:
        return await Api(lambda: session, telegram.token, telegram.base_url).call("getMe", {}, read=PATIENCE_S)


def judge(reply: Reply, telegram: Telegram) -> Finding:
    """What an answer to getMe means."""
    if isinstance(reply, Refused) and reply.code in {401, 404}:
        return bad(WHAT, "令牌不对。请向 @BotFather 核对，写进 secrets.env 的 TELEGRAM_BOT_TOKEN。")
    if not isinstance(reply, Good):
        return bad(
            WHAT, f"连不上 {telegram.base_url}（{reply.why}）。检查网络和代理（HTTPS_PROXY），或改 telegram.base_url。"
        )
    try:
        me = msgspec.json.decode(reply.result, type=BotUser)
    except ValueError:
        return bad(WHAT, f"{telegram.base_url} 的回答看不懂，它可能不是 Bot API 服务器。")
    if not me.can_read_all_group_messages:
        how = "请在群里把它设为管理员，或找 @BotFather 用 /setprivacy 关掉，否则听不全 @民警"
        return odd(WHAT, f"@{me.username} 正常，但隐私模式开着。{how}。")
    return fine(WHAT, f"@{me.username} 正常，能听到群里的消息")
