"""Between rows and nouns: times are integer milliseconds UTC, lists and contents are JSON text."""

from datetime import UTC, datetime, timedelta

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NAMES = msgspec.json.Decoder(tuple[str, ...])


def to_ms(at: datetime) -> int:
    return round((at - EPOCH) / _MS)


def to_ms_or_none(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def from_ms(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


def from_ms_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def names_to_json(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()


def names_from_json(text: str) -> tuple[str, ...]:
    return _NAMES.decode(text) if text and text != "[]" else ()
