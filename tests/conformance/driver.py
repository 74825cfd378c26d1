"""What the conformance suite needs of an adapter. A module in `drivers` with a `Driver` subclass is run by itself."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bot.adapters.base import Platform
from storage.model.messages import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message as people see it now. `labels`: its buttons. `picture`: it shows one."""

    text: str
    labels: tuple[str, ...] = ()
    picture: bool = False


class Driver(ABC):
    """One adapter with its emulator."""

    name: ClassVar[str]
    platform: Platform

    @classmethod
    @abstractmethod
    def open(cls, folder: Path) -> "AbstractAsyncContextManager[Driver]":
        """The adapter as it runs, in a folder of its own, and somebody has already spoken in `chats`."""

    def files(self, folder: Path) -> Path:
        """Where it finds files of ours."""
        return folder / "files"

    @abstractmethod
    def samples(self) -> Sequence[bytes]:
        """Bodies as they are stored: every kind of event, presses among them if there are any."""

    @abstractmethod
    async def envelopes(self) -> Sequence[Envelope]:
        """Some of them as the adapter hands them to the inbox, at least three; none where nothing is heard."""

    @property
    @abstractmethod
    def chats(self) -> Sequence[str]:
        """Chats that can be written to: a private one and a group, as far as the channel has them."""

    @abstractmethod
    async def seen(self, chat_id: str) -> Sequence[Seen]:
        """What people see there, oldest first, without what they wrote themselves."""

    @abstractmethod
    async def cut_off(self) -> None:
        """From now on nobody answers."""


def drivers() -> list[type[Driver]]:
    """Those of every module in `drivers`, by name."""
    package = importlib.import_module("tests.conformance.drivers")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return sorted(Driver.__subclasses__(), key=lambda kind: kind.name)
