"""What the platform's error codes mean for a message that was to be sent (D 90313, D 90455), and for who set it up."""

from bot.adapters.base import Later, Never, SendResult, Unknown
from bot.adapters.wecom.api import Lost, Refused

BUSY = -1
TOKEN_SPENT = frozenset({40001, 40014, 42001})
"""The access_token is not (or no longer) good: fetched anew once, then it is the secret that is wrong."""

NOT_LET_IN = frozenset({60020, 40164})
"""This machine's address is on no list: whatever it asks for is refused alike."""

TOO_OFTEN = 45009
WEBHOOK_GONE = 93000
MINUTE = 60.0
SETUP_PAUSE = 300.0

SETUP = frozenset({*TOKEN_SPENT, 40013, 40056, 40125, 48002, 60011, 60020, 301002})
"""Something was set up wrongly. Messages wait until it is put right; after a day they are given up as all others."""

SOON = frozenset({BUSY, 6000, 45033})
"""Gone in a moment, or in an hour: tried again soon, then ever less often."""

HINTS = {
    -1: "平台忙，会自动再试。",
    6000: "平台那边版本冲突，会自动再试。",
    40001: "密钥不对：请到管理后台重新复制 Secret，填进 secrets.env，再重启。",
    40008: "这个接口不支持这种消息。",
    40013: "企业 ID（corp_id）不对：在管理后台“我的企业 → 企业信息”最下面。",
    40014: "令牌无效：多半是 Secret 抄错了，或是别的应用的；请重新复制，填进 secrets.env，再重启。",
    40164: "这台机器的出口地址不在 IP 白名单里：在微信开发者平台“我的业务 → 服务号 → 基础信息 → 开发密钥”里加上。",
    40243: "AppSecret 被冻结了：在微信开发者平台“我的业务 → 服务号 → 基础信息 → 开发密钥”里解冻，十分钟后生效。",
    40056: "应用的 AgentId 不对：在应用的详情页最上面。",
    40058: "有一项参数不合规定。",
    40125: "AppSecret 不对：在微信开发者平台“我的业务 → 服务号 → 基础信息 → 开发密钥”里重置，填进 secrets.env。",
    42001: "令牌过期，会自动更新。",
    42045: "这种卡片必须带跳转链接。",
    45009: "发得太快，平台要求停一会儿，会自动再发。",
    45015: "超过 48 小时没有说话的人，不能主动发给他。",
    45033: "同时发得太多，会自动再试。",
    45047: "这个人再说话之前，不能再发给他了（条数用完）。",
    48001: "没有这个接口的权限：公众号要是认证过的服务号。",
    48002: "没有这个接口的权限：请到管理后台“微信客服”或“客户联系”的“API”里，把应用加进“可调用接口的应用”。",
    60011: "没有权限：请检查应用的可见范围，要包含收消息的人。",
    60020: "这台机器的出口地址不在“企业可信IP”里：在应用的详情页最下面加上。地址变过的，换成新的。",
    81013: "收消息的人都无效：不在应用的可见范围里，或已离职。",
    95000: "没有这个客服账号，或这个应用管不到它：运行 pingan doctor wecom，会列出能用的 open_kfid。",
    301002: "AgentId 和 Secret 不是同一个应用的：都到同一个应用的详情页最上面去抄。",
    93000: "群机器人的地址（key）已失效：请在群里重新添加消息推送，换上新地址。",
    846605: "这次回复的机会已经用过或过期。",
    846608: "这条流式消息已经结束。",
}


def hint(code: int) -> str:
    """For the person who set it up: what is wrong and what to do. "" for a code we know nothing about."""
    return HINTS.get(code, "")


def judge(reply: Refused | Lost) -> SendResult:
    """Pure. What an unsuccessful call means for the message. A code nobody knows is a refusal: the same again
    would be refused again, and 2000 failed calls an hour block the whole application."""
    if isinstance(reply, Lost):
        return Unknown(why=reply.why) if reply.sent else Later(why=reply.why)
    why = f"{reply.code} {reply.why}".strip()
    if reply.code == TOO_OFTEN:
        return Later(why=why, after=MINUTE, chat_wide=True)
    if reply.code in SOON:
        return Later(why=why)
    if reply.code in SETUP:
        return Later(why=why, after=SETUP_PAUSE)
    return Never(why=why, gone=reply.code == WEBHOOK_GONE)
