"""Turns of duty → an iCalendar file (RFC 5545): UTC times, CRLF, lines of at most 75 octets. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LINE_OCTETS = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`uid` stays the same while it is the same turn, so that calendars do not show it twice."""

    uid: str
    start: datetime
    end: datetime
    title: str
    place: str = ""


def render(name: str, events: Sequence[Event], now: datetime) -> bytes:
    """The whole file. `name`: what phones call the calendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pingan//roster//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for event in events for line in _event(event, now)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART:{_moment(event.start)}"
    yield f"DTEND:{_moment(event.end)}"
    yield f"SUMMARY:{_text(event.title)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """CRLF at its end; a long line goes on after CRLF and a space, never within a character."""
    pieces: list[list[str]] = [[]]
    size = 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LINE_OCTETS:
            pieces.append([])
            size = 1
        pieces[-1].append(char)
        size += octets
    return "\r\n ".join("".join(piece) for piece in pieces).encode() + b"\r\n"
