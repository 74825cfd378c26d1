"""Structured logs without what people wrote: forbidden keys are dropped, and what looks private is hidden anywhere.

This is the second line of defence; the first is that nobody logs such things. Records of other libraries come through
the same processors.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

STARTED = "program.started"
STOPPED = "program.stopped"
SAMPLE_LOADED = "program.sample_loaded"
STATION_IMPORTED = "program.station_imported"
KNOWLEDGE_LOADED = "program.knowledge_loaded"
KNOWLEDGE_PROBLEM = "program.knowledge_problem"
MIGRATED = "program.migrated"
DEGRADED = "program.degraded"
RECOVERED = "program.recovered"

FORBIDDEN = frozenset(
    {
        "text",
        "body",
        "content",
        "caption",
        "finding",
        "payload",
        "raw",
        "phone",
        "mobile",
        "tel",
        "id_card",
        "id_number",
        "token",
        "access_token",
        "secret",
        "aes_key",
        "response_url",
        "response_code",
        "password",
        "authorization",
        "cookie",
        "headers",
        "title",
        "username",
        "first_name",
        "last_name",
        "full_name",
        "display_name",
        "sender_name",
    }
)
"""Keys no log line may carry. Ids and counts are what a log needs."""

HIDDEN = "[已隐去]"
_PRIVATE = re.compile(
    r"""
      (?P<bot>(?<![0-9])\d{6,12}:[A-Za-z0-9_-]{30,})              # a Telegram bot token, also in …/bot123:ABC/getMe
    | (?P<login>(?<=://)[^/\s:@]+:[^/\s@]+(?=@))                  # user:password in a URL
    | (?P<key>(?<![A-Za-z_])(?:access_token|corpsecret|secret|key|aeskey|response_code)=[^&\s"'<>]++)  # WeCom's URLs
    | (?P<field>"(?:access_token|corpsecret|secret|aeskey|response_code|response_url)"\s{0,9}:\s{0,9}"[^"]*+"?)
    | (?P<bearer>(?<=[Bb]earer\ )[A-Za-z0-9._~+/-]{8,}=*)
    | (?P<person>(?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9]))
    | (?P<mobile>(?<![0-9])(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?![0-9]))
    """,
    re.VERBOSE,
)
_HAN = re.compile(r"[㐀-鿿豈-﫿　-〿＀-￯]+|(?:\\u[0-9a-fA-F]{4})+")
_DEPTH = 4
_LONGEST = 2000


def hide(text: str) -> str:
    """`text` without bot tokens, passwords in URLs, mobile numbers and identity numbers."""
    return _PRIVATE.sub(HIDDEN, text)


def hide_words(trace: str) -> str:
    """A traceback without Chinese: an exception may quote what a resident wrote, and we only write English in code."""
    return _HAN.sub("…", hide(trace))


def scrub(_logger: WrappedLogger | None, _method: str, event: EventDict) -> EventDict:
    """The processor: forbidden keys dropped, private-looking values hidden, at any depth."""
    clean = _clean(event, _DEPTH)
    if isinstance(clean.get("exception"), str):
        clean["exception"] = hide_words(clean["exception"])
    return clean


def _clean(values: Mapping[str, Any], depth: int) -> MutableMapping[str, Any]:
    kept = {key: _value(value, depth) for key, value in values.items() if str(key).lower() not in FORBIDDEN}
    if len(kept) != len(values):
        kept["dropped"] = sorted(str(key) for key in values if key not in kept)
    return kept


def _value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return HIDDEN if hide(str(value)) != str(value) else value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if depth > 0 and isinstance(value, Mapping):
        return _clean(value, depth - 1)
    if depth > 0 and isinstance(value, list | tuple | set | frozenset):
        return [_value(item, depth - 1) for item in value]
    return hide(str(value))[:_LONGEST]


def setup(level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send our log lines and those of all libraries to `stream` (stderr). `style`: auto, json or text.

    Auto is text for a person at a terminal, JSON for everything else. May be called again.
    """
    out = stream or sys.stderr
    text = style == "text" or (style == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=not text, key="at"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                scrub,
                _renderer(text, out),
            ],
        )
    )
    _route(handler, level)


def _renderer(text: bool, out: TextIO) -> Processor:
    if not text:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), timestamp_key="at", exception_formatter=structlog.dev.plain_traceback
    )


def _route(handler: logging.Handler, level: str) -> None:
    """One handler for the process. Libraries speak up from warnings on; uvicorn's access log would repeat every URL."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "aiohttp", "aiohttp.access", "apscheduler", "alembic"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    for name in ("uvicorn.access", "aiohttp.access"):
        logging.getLogger(name).disabled = True
    for name in ("httpx", "httpcore", "telegram", "asyncio", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)
