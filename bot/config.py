"""config.yaml + environment → frozen settings. An error names the file, the key path and the nearest valid key."""

import os
import re
from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot import secret_file, yaml_text
from bot.config_channels import (
    WechatOfficial,
    Wecom,
    WecomAibot,
    WecomApp,
    WecomCustomerGroup,
    WecomKf,
    WecomWebhook,
)
from bot.config_errors import Origin, env_name, explain, misspelt
from bot.config_section import Section
from bot.yaml_text import TextError
from storage.model.matters import Category

PREFIX = "PINGAN_"
PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class ConfigError(Exception):
    """A sentence for the person who edits config.yaml: which file, which key, what to write instead."""


class Database(Section):
    url: str = Field(default="sqlite:///data/pingan.db", repr=False)  # may hold a password

    @field_validator("url")
    @classmethod
    def known_kind(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("要写成 sqlite:///data/pingan.db 或 postgresql://用户:密码@主机/库名")
        return url


class Server(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""

    @field_validator("public_url")
    @classmethod
    def without_callback(cls, url: str) -> str:
        if re.search(r"(?<!/)/(wecom|wechat|telegram)(/|$)", url):
            raise ValueError("只写到域名，比如 https://pingan.example.cn，后面不带 /wecom/app 这样的路径")
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("要以 https:// 开头，比如 https://pingan.example.cn")
        return url.rstrip("/")


class Local(Section):
    enabled: bool = True
    sample: bool = True


class Telegram(Section):
    token: str = Field(default="", repr=False)
    base_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_path: str = "/telegram/webhook"
    webhook_secret: str = Field(default="", repr=False)
    poll_seconds: int = Field(default=25, ge=0, le=50)
    per_second: float = Field(default=30.0, gt=0)
    per_chat_second: float = Field(default=1.0, gt=0)
    per_group_minute: float = Field(default=20.0, gt=0)

    @field_validator("token")
    @classmethod
    def whole(cls, token: str) -> str:
        if token and not re.fullmatch(r"[0-9]{1,20}:\S+", token):
            raise ValueError("应是 @BotFather 给的“数字:字母”整串")
        return token

    @field_validator("webhook_path")
    @classmethod
    def rooted(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError("要以 / 开头，比如 /telegram/webhook")
        return path


class QuietHours(Section):
    start: str = "22:00"
    end: str = "07:00"

    @field_validator("start", "end")
    @classmethod
    def clock(cls, text: str) -> str:
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
            raise ValueError("要写成 22:00 这样的时刻")
        return text


class BroadcastRuleConfig(Section):
    name: str = Field(min_length=1, max_length=40)
    cron: str
    station: str = ""
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


class Broadcasts(Section):
    quiet_hours: QuietHours = QuietHours()
    late_minutes: int = Field(default=60, ge=0, le=1440)
    spread_seconds: int = Field(default=120, ge=0, le=1800)
    rules: tuple[BroadcastRuleConfig, ...] = ()


class Bursts(Section):
    gap_seconds: int = Field(default=20, ge=1, le=600)
    cap_seconds: int = Field(default=180, ge=1, le=3600)


class TargetConfig(Section):
    urgency: Literal["", "紧急", "一般", "低"] = ""
    categories: tuple[str, ...] = ()
    response_minutes: int = Field(default=0, ge=0)
    scene_minutes: int = Field(default=0, ge=0)
    resolution_minutes: int = Field(default=0, ge=0)
    working_time: bool = False

    @field_validator("categories")
    @classmethod
    def known(cls, categories: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [c for c in categories if c not in tuple(Category)]
        if unknown:
            raise ValueError(f"没有“{unknown[0]}”这一类；可以写：{'、'.join(Category)}")
        return categories


class TicketRules(Section):
    lease_urgent_minutes: int = Field(default=10, ge=1, le=1440)
    lease_minutes: int = Field(default=60, ge=1, le=1440)
    lease_scene_minutes: int = Field(default=240, ge=1, le=2880)
    pause_hours: int = Field(default=24, ge=1, le=720)
    handover_minutes: int = Field(default=15, ge=1, le=240)
    quiet_hours: QuietHours = QuietHours()
    ladder_urgent_minutes: tuple[int, int, int] = (0, 5, 15)
    ladder_minutes: tuple[int, int, int] = (0, 30, 120)
    remind_hours: int = Field(default=24, ge=1, le=720)
    close_days: int = Field(default=5, ge=1, le=90)
    reopen_days: int = Field(default=14, ge=1, le=365)
    forward_days: int = Field(default=3, ge=1, le=90)
    many_watch: int = Field(default=3, ge=1, le=1000)
    targets: tuple[TargetConfig, ...] = ()

    @field_validator("ladder_urgent_minutes", "ladder_minutes")
    @classmethod
    def climbs(cls, steps: tuple[int, int, int]) -> tuple[int, int, int]:
        if sorted(steps) != list(steps) or steps[0] < 0:
            raise ValueError("三个数要从小到大：民警、值班长、所领导，比如 [0, 30, 120]")
        return steps


class StationTickets(TicketRules):
    """What is not written here is as for all."""

    station: str = Field(min_length=1)


class Tickets(TicketRules):
    stations: tuple[StationTickets, ...] = ()

    @field_validator("stations")
    @classmethod
    def once(cls, stations: tuple[StationTickets, ...]) -> tuple[StationTickets, ...]:
        codes = [rules.station for rules in stations]
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None:
            raise ValueError(f"“{twice}”写了两次，请合成一项")
        return stations


class Audit(Section):
    patience_seconds: int = Field(default=60, ge=10, le=3600)
    urgent_minutes: int = Field(default=10, ge=1, le=1440)
    lease_minutes: int = Field(default=15, ge=1, le=1440)
    claim_urgent_minutes: int = Field(default=20, ge=1, le=1440)
    claim_minutes: int = Field(default=120, ge=1, le=2880)
    scene_minutes: int = Field(default=480, ge=1, le=10080)
    night_hour: int = Field(default=3, ge=0, le=12)
    morning_hour: int = Field(default=8, ge=0, le=23)


class Logs(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class Understanding(Section):
    learn_from_corrections: bool = False


class Settings(BaseSettings):
    """Everything an operator may set. Made by `load`; made directly, it reads no environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        coerce_numbers_to_str=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        hide_input_in_errors=True,
    )

    data_dir: Path = Path("data")
    station_file: str = ""
    knowledge_dir: str = ""
    aliases: tuple[str, ...] = ("民警", "派出所", "平安小助手")
    database: Database = Database()
    server: Server = Server()
    local: Local = Local()
    telegram: Telegram = Telegram()
    wecom: Wecom = Wecom()
    wecom_aibot: WecomAibot = WecomAibot()
    wecom_webhook: WecomWebhook = WecomWebhook()
    wecom_app: WecomApp = WecomApp()
    wecom_kf: WecomKf = WecomKf()
    wechat_official: WechatOfficial = WechatOfficial()
    wecom_customer_group: WecomCustomerGroup = WecomCustomerGroup()
    bursts: Bursts = Bursts()
    tickets: Tickets = Tickets()
    audit: Audit = Audit()
    understanding: Understanding = Understanding()
    broadcasts: Broadcasts = Broadcasts()
    logs: Logs = Logs()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def default_text() -> str:
    """The annotated default configuration: next to the source tree, or inside the installed wheel."""
    beside = Path(__file__).resolve().parent.parent / "config.yaml"
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    return (resources.files("bot") / "default_config.yaml").read_text(encoding="utf-8")


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `path` (None: the annotated default); the environment wins: PINGAN_SERVER__PORT=8081.

    Secrets may stand in secrets.env beside it; the environment wins over them too.
    Raises ConfigError with a sentence per mistake that says where it is and what to write instead.
    """
    name = str(path) if path else "默认配置"
    try:
        root = yaml_text.compose(yaml_text.read(path)[0] if path else default_text())
    except TextError as error:
        raise ConfigError("\n".join(f"{name} {problem}" for problem in error.problems)) from None
    except FileNotFoundError:
        raise ConfigError(f"找不到配置文件 {name}。先运行 pingan init 生成一份。") from None
    except OSError as error:
        raise ConfigError(f"打不开配置文件 {name}：{error.strerror}。") from None
    raw = yaml_text.values(root) if root is not None else {}
    if not isinstance(raw, dict):
        raise ConfigError(f"{name} 的最外层要是“键: 值”的写法，冒号是英文的，后面有一个空格。")
    environ = _with_secrets(path, environ)
    overrides = _environment(environ)
    origin = Origin(name=name, lines=yaml_text.lines(root), overrides=overrides, prefix=PREFIX)
    try:
        settings = Settings(**_merge(_fill(raw, environ), overrides))
    except ValidationError as error:
        raise ConfigError("\n".join(explain(Settings, error, origin))) from None
    _check_webhook(settings, origin)
    return settings


def _with_secrets(path: Path | None, environ: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return secret_file.with_secrets(path, environ)
    except TextError as error:
        raise ConfigError("\n".join(f"{secret_file.NAME} {problem}" for problem in error.problems)) from None
    except OSError as error:
        raise ConfigError(f"打不开 {secret_file.NAME}：{error.strerror}。要让运行 pingan 的这个用户能读。") from None


def _check_webhook(settings: Settings, origin: Origin) -> None:
    telegram = settings.telegram
    if telegram.token and telegram.mode == "webhook" and not settings.server.public_url:
        where = origin.where(("telegram", "mode"))
        raise ConfigError(
            f"{where}telegram.mode: webhook 需要 server.public_url，写成 https://pingan.example.cn 这样；"
            "没有外网地址就把 telegram.mode 写成 polling。"
        )


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What PINGAN_* variables set. Lists are written in JSON, as pydantic-settings reads them."""
    wrong = misspelt(Settings, environ, PREFIX)
    if wrong:
        raise ConfigError(wrong)
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environ.items()}
    try:
        return source()
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = env_name((field.group(1),), PREFIX) if field else f"{PREFIX}…"
        how = '列表写成 \'["甲", "乙"]\'，分组里的一项用两个下划线，比如 PINGAN_SERVER__PORT=8081'
        raise ConfigError(f"环境变量 {name} 写法不对：{how}。") from None


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins, key by key."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = _merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _fill(value: Any, environ: Mapping[str, str]) -> Any:
    """Replace ${NAME} and ${NAME:-default} from the environment, in texts only. Keys without a value are left out."""
    if isinstance(value, dict):
        return {key: _fill(v, environ) for key, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_fill(v, environ) for v in value]
    if isinstance(value, str):
        return PLACE.sub(partial(_lookup, environ), value)
    return value


def _lookup(environ: Mapping[str, str], match: re.Match[str]) -> str:
    return environ.get(match.group(1)) or match.group(2) or ""
