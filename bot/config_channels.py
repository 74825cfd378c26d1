"""The sections of config.yaml for the WeChat family. A section without its secret is off.

Limits and windows are the platform's own and can be set, because its papers of different dates do not agree.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.config_section import Section

KEY_CHARS = 43


def _key(text: str) -> str:
    if text and len(text) != KEY_CHARS:
        raise ValueError(
            f"应是管理后台给的 {KEY_CHARS} 位 EncodingAESKey，现在是 {len(text)} 位：请整段重新复制，不要带空格"
        )
    return text


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("要以 / 开头，比如 /wecom/aibot")
    return text


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://", "wss://", "ws://")):
        raise ValueError("要以 https:// 或 wss:// 开头")
    return text


Secret = Annotated[str, Field(repr=False), AfterValidator(str.strip)]
AesKey = Annotated[str, Field(repr=False), AfterValidator(str.strip), AfterValidator(_key)]
UrlPath = Annotated[str, AfterValidator(_path)]
Url = Annotated[str, AfterValidator(_address)]


class Wecom(Section):
    """What all channels of one 企业微信 share."""

    corp_id: str = ""
    base_url: Url = "https://qyapi.weixin.qq.com"
    media_hosts: tuple[str, ...] = ("qq.com", "myqcloud.com")
    media_max_mb: int = Field(default=20, ge=1, le=100)
    skew_seconds: int = Field(default=600, ge=10, le=3600)
    use_proxy: bool = False


class WecomAibot(Section):
    bot_id: str = ""
    secret: Secret = ""
    mode: Literal["socket", "callback"] = "socket"
    url: Url = "wss://openws.work.weixin.qq.com"
    names: tuple[str, ...] = ("平安小助手",)
    token: Secret = ""
    aes_key: AesKey = ""
    callback_path: UrlPath = "/wecom/aibot"
    encrypted_users: bool = False
    per_minute: int = Field(default=30, ge=1)
    per_hour: int = Field(default=1000, ge=1)
    stream_seconds: int = Field(default=300, ge=10, le=600)

    @property
    def on(self) -> bool:
        return bool(self.bot_id and (self.secret if self.mode == "socket" else self.token and self.aes_key))


class WebhookGroup(Section):
    """One internal group we may push into. `chat`: its 智能机器人 chat id, if that bot is in it too."""

    name: str = Field(min_length=1, max_length=60)
    key: Secret = ""
    chat: str = ""


class WecomWebhook(Section):
    groups: tuple[WebhookGroup, ...] = ()
    per_minute: int = Field(default=20, ge=1)

    @property
    def on(self) -> bool:
        return any(group.key for group in self.groups)


class WecomApp(Section):
    agent_id: int = Field(default=0, ge=0)
    secret: Secret = ""
    token: Secret = ""
    aes_key: AesKey = ""
    callback_path: UrlPath = "/wecom/app"
    per_minute: int = Field(default=30, ge=1)
    per_hour: int = Field(default=1000, ge=1)
    duplicate_seconds: int = Field(default=1800, ge=0, le=14400)

    @property
    def on(self) -> bool:
        return bool(self.agent_id and self.secret)


class WecomKf(Section):
    open_kfid: str = ""
    secret: Secret = ""
    token: Secret = ""
    aes_key: AesKey = ""
    callback_path: UrlPath = "/wecom/kf"
    per_turn: int = Field(default=5, ge=1)
    turn_hours: float = Field(default=48, gt=0)

    @property
    def on(self) -> bool:
        return bool(self.open_kfid and self.secret)


class WechatOfficial(Section):
    app_id: str = ""
    app_secret: Secret = ""
    token: Secret = ""
    aes_key: AesKey = ""
    base_url: Url = "https://api.weixin.qq.com"
    callback_path: UrlPath = "/wechat/official"
    menu: bool = False
    per_turn: int = Field(default=5, ge=1)
    turn_hours: float = Field(default=48, gt=0)

    @property
    def on(self) -> bool:
        return bool(self.app_id and self.app_secret and self.token and self.aes_key)


class WecomCustomerGroup(Section):
    secret: Secret = ""
    sender: str = ""
    per_group_month: int = Field(default=0, ge=0)
    expire_hours: float = Field(default=24, gt=0)
    remind_hours: float = Field(default=4, gt=0)
    poll_minutes: float = Field(default=10, gt=0)

    @property
    def on(self) -> bool:
        return bool(self.secret and self.sender)
