"""Logs say what happened and never what anybody wrote; metrics count."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.logs import HIDDEN, hide, hide_words, scrub
from bot.metrics import Metrics

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
PHONE = "13812345678"
IDENTITY = "11010519491231002X"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.setup("info", "json", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:], level = before
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


# ── what is hidden ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "private",
    [
        TOKEN,
        PHONE,
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "8613812345678",
        IDENTITY,
        IDENTITY.lower(),
    ],
)
@pytest.mark.parametrize("around", ["{}", "电话{}。", "x={}&y", "/bot{}/getMe", "a {} b {}"])
def test_private_looking_things_are_hidden(private: str, around: str) -> None:
    hidden = hide(around.replace("{}", private))
    assert private not in hidden
    assert HIDDEN in hidden


def test_passwords_in_addresses_are_hidden() -> None:
    assert hide("postgresql://wang:geheim@10.0.0.5/x") == f"postgresql://{HIDDEN}@10.0.0.5/x"
    assert "geheim12" not in hide("Authorization: Bearer geheim12345")


@pytest.mark.parametrize(
    "harmless",
    ["-1001381234567890", "2026-11-21T18:54:34.898165Z", "1732214074898", "inbox:13812", "12345678901234567890"],
)
def test_ids_and_times_are_not(harmless: str) -> None:
    assert hide(harmless) == harmless


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_number_is_hidden_wherever_it_stands(before: str, after: str) -> None:
    if before[-1:].isdecimal() or after[:1].isdecimal():
        return
    assert PHONE not in hide(before + PHONE + after)


def test_forbidden_keys_are_dropped_at_any_depth() -> None:
    event = {"event": "x", "text": "高空抛物", "inner": {"Phone": PHONE, "ids": [{"body": "a", "id": 7}]}}
    clean = scrub(None, "info", event)
    assert clean == {
        "event": "x",
        "inner": {"ids": [{"id": 7, "dropped": ["body"]}], "dropped": ["Phone"]},
        "dropped": ["text"],
    }


def test_values_of_any_kind() -> None:
    clean = scrub(None, "info", {"n": int(PHONE), "small": 7, "b": b"abc", "none": None, "e": ValueError(PHONE)})
    assert clean == {"n": HIDDEN, "small": 7, "b": "[3 bytes]", "none": None, "e": HIDDEN}


def test_a_traceback_keeps_places_and_loses_words() -> None:
    assert hide_words(f'File "x.py", line 3\nValueError: 高空抛物，{PHONE} bad') == (
        'File "x.py", line 3\nValueError: …[…] bad'
    )


# ── the set up logger ──────────────────────────────────────────────────────
def test_our_lines_are_json(out: io.StringIO) -> None:
    structlog.get_logger().info("ticket.opened", ticket=12, text="高空抛物", note=f"打{PHONE}")
    structlog.get_logger().debug("not.shown")
    (line,) = lines(out)
    assert line.pop("at")
    assert line == {"event": "ticket.opened", "level": "info", "ticket": 12, "note": f"打{HIDDEN}", "dropped": ["text"]}


def test_exceptions_keep_their_place_and_lose_their_words(out: io.StringIO) -> None:
    try:
        raise ValueError(f"高空抛物 {TOKEN}")
    except ValueError as error:
        structlog.get_logger().error("crash", exc_info=error)
        logging.getLogger("some.library").exception("failed for 高空 %s", PHONE)
    ours, theirs = lines(out)
    for line in (ours, theirs):
        assert "test_logs.py" in line["exception"]
        assert "ValueError" in line["exception"]
    assert "高空" not in out.getvalue().replace("failed for 高空", "")
    assert TOKEN not in out.getvalue()
    assert PHONE not in out.getvalue()
    assert theirs["logger"] == "some.library"


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error", "aiohttp.client", "apscheduler.scheduler", "telegram"])
def test_libraries_speak_through_us_from_warnings_on(out: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("GET /bot%s/getUpdates", TOKEN)
    logging.getLogger(name).warning("GET /bot%s/getUpdates", TOKEN)
    (line,) = lines(out)
    assert line["event"] == f"GET /bot{HIDDEN}/getUpdates"


def test_access_logs_are_off(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").error("GET /secret")
    logging.getLogger("aiohttp.access").error("GET /secret")
    assert out.getvalue() == ""


def test_warnings_are_lines_too(out: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old thing", UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "old thing" in lines(out)[0]["event"]


def test_text_for_a_person(out: io.StringIO) -> None:
    stream = io.StringIO()
    logs.setup("debug", "text", stream)
    structlog.get_logger().debug("ticket.opened", ticket=12, phone=PHONE)
    assert "ticket.opened" in stream.getvalue()
    assert "ticket=12" in stream.getvalue()
    assert PHONE not in stream.getvalue()
    assert out.getvalue() == ""


def test_auto_is_json_for_anything_but_a_terminal(out: io.StringIO) -> None:
    stream = io.StringIO()
    logs.setup("info", "auto", stream)
    structlog.get_logger().info("x")
    assert json.loads(stream.getvalue())["event"] == "x"


# ── metrics ────────────────────────────────────────────────────────────────
def test_metrics_count_and_two_programs_do_not_share() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    ours, others = Metrics(), Metrics()
    ours.events.labels(platform="local", outcome="accepted").inc()
    ours.send_seconds.labels(platform="local").observe(0.2)
    ours.waiting("inbox", {"new": (3, now - timedelta(seconds=9)), "dead": (1, now)}, "new", now)
    text = ours.render().decode()
    assert 'pingan_events_total{outcome="accepted",platform="local"} 1.0' in text
    assert 'pingan_backlog{queue="inbox",state="new"} 3.0' in text
    assert 'pingan_oldest_seconds{queue="inbox"} 9.0' in text
    assert "pingan_send_seconds_bucket" in text
    assert "accepted" not in others.render().decode()
    ours.waiting("inbox", {}, "new", now)
    emptied = ours.render().decode()
    assert 'pingan_backlog{queue="inbox",state="new"} 0.0' in emptied
    assert 'pingan_backlog{queue="inbox",state="dead"} 0.0' in emptied
    assert 'pingan_oldest_seconds{queue="inbox"} 0.0' in emptied


def test_tickets_that_moved_on_leave_their_state() -> None:
    metrics = Metrics()
    metrics.by_state({"待接单": 2})
    assert 'pingan_tickets{state="待接单"} 2.0' in metrics.render().decode()
    metrics.by_state({"已接单": 2})
    assert 'pingan_tickets{state="待接单"} 0.0' in metrics.render().decode()
