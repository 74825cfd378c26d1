"""Exceptions the program's parts share."""

from storage.engine.base import StoreDownError

__all__ = ["StoreDownError"]
