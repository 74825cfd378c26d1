"""Sentences for one person on several platforms: linking accounts, and parting them."""

from collections.abc import Sequence

PLATFORMS = {
    "local": "网页",
    "telegram": "Telegram",
    "wecom_aibot": "企业微信机器人",
    "wecom_app": "企业微信应用",
    "wecom_webhook": "企业微信推送",
    "wecom_kf": "微信客服",
    "wechat_official": "公众号",
    "wecom_customer_group": "客户群",
}
_SPOKEN = {
    "机器人": "wecom_aibot",
    "智能机器人": "wecom_aibot",
    "企业微信": "wecom_app",
    "应用": "wecom_app",
    "客服": "wecom_kf",
    "微信": "wecom_kf",
    "服务号": "wechat_official",
    "电报": "telegram",
    "网页群聊": "local",
}

PRIVATE_ONLY = "绑定账号要私下来：请在和我的私聊里发。"
CODE = (
    "您的绑定码是 {code}，{minutes} 分钟内有效，只能用一次。\n"
    "请用您自己的另一个账号（比如微信客服），在和我的私聊里发这六个数字。\n"
    "不要告诉任何人，民警也不会问您要。"
)
TRY_AGAIN = "刚才没有取到绑定码，请再发一次“绑定账号”。"
WRONG = (
    "这个绑定码不对，或者已经过期、用过了。请在另一个平台上私下发“绑定账号”要一个新的。\n试错次数多了，要过一小时再试。"
)
SAME_PERSON = "这两边已经是同一个人了，不用再绑定。"
OTHER_PLATFORM = "请到另一个平台上，在和我的私聊里发这六个数字。"
WORK_ACCOUNT = "您现在用的是工作账号。请反过来：在这里发“绑定账号”要一个码，再到另一个平台上发那六个数字。"
TWO_STATIONS = "这两个账号分别属于不同的派出所，不能自己绑定。请找管理员办理。"
WHOSE = "这个码是{whose}要的。\n绑定以后，这个账号和那边算同一个人：单子、身份都在一起。\n是您本人的账号吗？"
YES = "是我，绑定"
NO = "不是我"
NOT_LINKED = "好的，没有绑定。如果是别人让您输入的，请不要再照做。"
LINKED = "✅ 绑定好了。这个账号和{whose}现在是同一个人。\n以后想分开，发“解绑账号”。"
LINKED_THERE = "您的账号刚和{other}绑在了一起，现在算同一个人。\n不是您本人操作的，请马上在这里发“解绑账号”。"
MANAGERS = "{name} 把{other}绑到了自己名下。如果有疑问，发“关联 {name}”查看。"
OVER = "这个问题已经过期了，什么都没有改。需要的话请重新来一次。"

ONLY_ONE = "您没有绑定过别的账号。想绑定，发“绑定账号”。"
WHICH = "要解绑哪一个？解绑以后它就是另外一个人，在那边说过的事跟着它走。"
PARTED = "好的，已解绑{other}。它不再和您是同一个人。"
PARTED_THERE = "这个账号已和{name}解绑，以后各是各的。"
NOT_YOURS = "这个账号没有绑在一起，不用解绑。"

HOW_ADMIN = (
    "请写：关联 姓名 平台 账号，比如：关联 李强 企业微信 lijing\n"
    "看已有的账号：关联 李强；分开：取消关联 李强 企业微信 lijing\n平台有：{platforms}"
)
ADMIN_ASK = "把{other}算作 {name}？以后这个账号就有 {name} 的身份和权限。"
ADMIN_YES = "确定关联"
ADMIN_NO = "不关联"
ADMIN_LEFT = "好的，没有改。"
ADMIN_DONE = "✅ 已关联：{other} 现在就是 {name}。"
ADMIN_PARTED = "✅ 已取消关联：{other} 不再是 {name}。"
ADMIN_LINKED_THERE = "这个账号由管理员{by}关联到 {name} 名下。有疑问请联系派出所。"
TAKEN = "这个账号是站点文件里 {name} 的，请在 station.yaml 里改。"
FROM_FILE = "这个账号写在站点文件里，请在 station.yaml 里改，再导入一次。"
ALREADY = "这个账号本来就是 {name} 的。"
NOBODY = "没有叫“{name}”的工作人员。发“值班”看看有谁。"
SEVERAL = "叫“{name}”的不止一位，请写全名。"


def platform_name(platform: str) -> str:
    return PLATFORMS.get(platform, platform)


def platform_of(word: str) -> str:
    """The platform somebody means by a word; "" if none."""
    plain = word.strip().lower()
    for platform, name in PLATFORMS.items():
        if plain in (platform, name.lower()):
            return platform
    return _SPOKEN.get(plain, "")


def account(platform: str, name: str) -> str:
    """微信客服上的“陈先生”"""
    return f"{platform_name(platform)}上的“{name}”" if name else f"{platform_name(platform)}上的一个账号"


def whose(platform: str, name: str, work: str) -> str:
    """企业微信上的“王建国”（东湾派出所 民警）"""
    return f"{account(platform, name)}（{work}）" if work else account(platform, name)


def listed(name: str, accounts: Sequence[tuple[str, str, bool, bool]]) -> str:
    """`accounts`: platform, account, linked in the chat, can be written to."""
    lines = []
    for platform, user, linked, open_ in accounts:
        origin = "聊天里关联的" if linked else "原有的"
        lines.append(f"· {platform_name(platform)} {user}　{origin}{'' if open_ else '，还没和我私聊过'}")
    return "\n".join([f"{name} 的账号：" if lines else f"{name} 还没有账号。", *lines])
