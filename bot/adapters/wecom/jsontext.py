"""Hostile JSON. Half a sign (a client cut a text inside an emoji) costs that sign, and not the rest."""

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

_ESCAPES = re.compile(rb"(?i)\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<half>\\ud[89a-f][0-9a-f]{2})")


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Raises ValueError or RecursionError for what is no JSON of this kind."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = _ESCAPES.sub(_whole, body)
        if mended == body:
            raise
        return decoder.decode(mended)


def _whole(found: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if found["half"] else found[0]
