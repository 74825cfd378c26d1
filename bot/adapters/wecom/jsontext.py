"""Hostile JSON. Half a sign (a client cut a text inside an emoji) costs that sign, and not the rest."""

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

_WHOLE = rb"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}"
_HALF = rb"\\ud[89a-f][0-9a-f]{2}"
_ESCAPES = re.compile(rb"(?i)(?:\\\\)++|(?:" + _WHOLE + rb")++|(?P<half>(?:(?!" + _WHOLE + rb")" + _HALF + rb")++)")
"""Runs, not single ones: a megabyte of them must not hold up the program."""

_HALF_BYTES = 6


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
    return b"\\ufffd" * (len(found[0]) // _HALF_BYTES) if found["half"] else found[0]
