"""What each channel of the WeChat family needs before it can start, and what it is called to people."""

from bot.config import Settings

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
"""Keys of the section, each with the environment variable that fills it ("" where it stands in config.yaml)."""

_CALLBACK = (("bot_id", ""), ("token", "WECOM_AIBOT_TOKEN"), ("aes_key", "WECOM_AIBOT_AES_KEY"))
_OF_A_CORP = frozenset({"wecom_app", "wecom_kf", "wecom_customer_group"})


def env_of(key: str) -> str:
    """The environment variable meant for a secret of config.yaml: wecom_app.secret → WECOM_APP_SECRET."""
    channel, _, name = key.partition(".")
    wanted = {"wecom_aibot": (*NEEDED["wecom_aibot"], *_CALLBACK), "telegram": (("token", "TELEGRAM_BOT_TOKEN"),)}
    return dict(wanted.get(channel, NEEDED.get(channel, ()))).get(name) or f"{channel}_{name}".replace(".", "_").upper()


def missing(settings: Settings, channel: str) -> list[str] | None:
    """What is left out of a section, as people should read it; None if nothing of it was filled in."""
    section = getattr(settings, channel)
    if channel == "wecom_webhook":
        return [f"“{group.name}”的 key" for group in section.groups if not group.key] if section.groups else None
    needed = _CALLBACK if channel == "wecom_aibot" and section.mode == "callback" else NEEDED[channel]
    left = [f"密钥 {env}" if env else f" {channel}.{name}" for name, env in needed if not getattr(section, name)]
    if len(left) == len(needed):
        return None
    if channel in _OF_A_CORP and not settings.wecom.corp_id:
        left.append(" wecom.corp_id（企业 ID）")
    return left


def sentence(channel: str, left: list[str]) -> str:
    """What to do about what is left out."""
    where = "config.yaml" if all(part.startswith(" ") for part in left) else "secrets.env（和 config.yaml 放在一起）"
    return f"还缺{'、'.join(left)}。填进 {where}，怎么拿到见 docs/platforms/{GUIDES[channel]}.md。"


def incomplete(settings: Settings) -> dict[str, str]:
    """Channels somebody began to set up and did not finish: name → what to do."""
    told = {channel: missing(settings, channel) for channel in NAMES}
    return {channel: sentence(channel, left) for channel, left in told.items() if left}


def bots(settings: Settings) -> dict[str, str]:
    """Our bot on each channel that can run, as its adapter names it: whom a group or person of a file belongs to."""
    every = {
        "wecom_aibot": settings.wecom_aibot.bot_id,
        "wecom_webhook": "wecom_webhook",
        "wecom_app": str(settings.wecom_app.agent_id),
        "wecom_kf": settings.wecom_kf.open_kfid,
        "wechat_official": settings.wechat_official.app_id,
        "wecom_customer_group": settings.wecom_customer_group.sender,
    }
    return {channel: bot for channel, bot in every.items() if getattr(settings, channel).on}
