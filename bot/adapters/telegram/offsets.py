"""Telegram counts text in UTF-16 code units; Python counts code points. Pure."""

from typing import Protocol


class Span(Protocol):
    @property
    def offset(self) -> int: ...
    @property
    def length(self) -> int: ...


def place(span: Span, text: str) -> tuple[int, int]:
    """The span as Python indices (start, end) within `text`; an empty range for a span that lies outside."""
    start, size = span.offset, span.length
    if start < 0 or size <= 0 or start >= 2 * len(text):
        return (0, 0)
    if text.isascii() or max(text) <= "\uffff":
        return (min(start, len(text)), min(start + size, len(text)))
    raw = text.encode("utf-16-le")
    first = len(raw[: 2 * start].decode("utf-16-le", "ignore"))
    return (first, first + len(raw[2 * start : 2 * (start + size)].decode("utf-16-le", "ignore")))


def shown(span: Span, text: str) -> str:
    """The text a span covers; empty if it lies outside."""
    start, end = place(span, text)
    return text[start:end]
