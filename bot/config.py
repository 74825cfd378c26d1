"""config.yaml + environment → frozen settings. An error names the file, the key path and the nearest valid key."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class ConfigError(Exception):
    """A sentence for the person who edits config.yaml: which file, which key, what to write instead."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    url: str = "sqlite:///data/pingan.db"

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
    rules: tuple[BroadcastRuleConfig, ...] = ()


class Logs(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class Settings(BaseSettings):
    """Everything an operator may set. Environment wins: PINGAN_SERVER__PORT=8081."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="PINGAN_", env_nested_delimiter="__", hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    station_file: str = ""
    aliases: tuple[str, ...] = ("民警", "派出所", "平安小助手")
    database: Database = Database()
    server: Server = Server()
    local: Local = Local()
    telegram: Telegram = Telegram()
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
        return env_settings, init_settings


def default_text() -> str:
    """The annotated default configuration: next to the source tree, or inside the installed wheel."""
    beside = Path(__file__).resolve().parent.parent / "config.yaml"
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    return (resources.files("bot") / "default_config.yaml").read_text(encoding="utf-8")


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `path` (None: the annotated default). Raises ConfigError with a sentence that says what to change."""
    name = str(path) if path else "默认配置"
    try:
        text = path.read_text(encoding="utf-8") if path else default_text()
    except FileNotFoundError:
        raise ConfigError(f"找不到配置文件 {name}。先运行 pingan init 生成一份。") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"读不了配置文件 {name}：{error}") from None
    try:
        raw = yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{name} 第 {line} 行写法不对：{error.problem}。检查缩进和冒号后的空格。") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{name} 的最外层要是“键: 值”的写法。")
    try:
        return Settings(**_fill(raw, environ))
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(name, error))) from None


def _fill(value: Any, environ: Mapping[str, str]) -> Any:
    """Replace ${NAME} and ${NAME:-default} from the environment, in strings only."""
    if isinstance(value, dict):
        return {str(k): _fill(v, environ) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_fill(v, environ) for v in value]
    if isinstance(value, str):
        return PLACE.sub(partial(_lookup, environ), value)
    return value


def _lookup(environ: Mapping[str, str], match: re.Match[str]) -> str:
    return environ.get(match.group(1)) or match.group(2) or ""


def _explain(name: str, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_input=False, include_url=False):
        path = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(item["loc"][-1]), _siblings(item["loc"]), n=1, cutoff=0.5)
            hint = f"，是不是想写 {near[0]}？" if near else f"。这里可以写：{'、'.join(_siblings(item['loc']))}。"
            yield f"{name}：不认识的配置项 {path}{hint}"
        else:
            yield f"{name}：{path} 不对——{_plain(item['type'], item['msg'], item.get('ctx') or {})}"


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    """The valid keys at the place where an unknown one was written."""
    model: Any = Settings
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        model = next((a for a in getattr(annotation, "__args__", ()) if a is not Ellipsis), annotation)
    return sorted(model.model_fields)


def _plain(kind: str, message: str, context: Mapping[str, Any]) -> str:
    plain = {
        "int_parsing": "要写一个整数",
        "int_type": "要写一个整数",
        "float_parsing": "要写一个数",
        "bool_parsing": "要写 true 或 false",
        "string_type": "要写一段文字（可以加引号）",
        "missing": "缺这一项",
        "tuple_type": "要写成列表，比如 [a, b]",
        "model_type": "要在下一行缩进写它的各项",
    }
    if kind in plain:
        return plain[kind]
    if kind == "literal_error":
        return f"只能写 {context.get('expected', '')}".replace(" or ", " 或 ")
    if kind in {"greater_than_equal", "less_than_equal", "greater_than"}:
        bound = context.get("ge", context.get("le", context.get("gt")))
        return {"greater_than_equal": "不能小于", "less_than_equal": "不能大于", "greater_than": "要大于"}[
            kind
        ] + f" {bound}"
    return message.removeprefix("Value error, ")
