"""What the watch does when the directory changes under it."""

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.watch import EVERY, Watch
from tests.harness import START


class Clock:
    """`waits`: how far time moves in each wait; then the program is stopped."""

    def __init__(self, *waits: timedelta) -> None:
        self.time = START
        self._waits = list(waits)

    def now(self) -> datetime:
        return self.time

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        if not self._waits:
            raise asyncio.CancelledError
        self.time += self._waits.pop(0)


@pytest.mark.parametrize(("waited", "again"), [(timedelta(seconds=1), True), (EVERY, False)])
async def test_a_changed_directory_is_listened_to_at_once(
    monkeypatch: pytest.MonkeyPatch, waited: timedelta, again: bool
) -> None:
    core: Any = SimpleNamespace(clock=Clock(waited), dispatcher=SimpleNamespace(directory_changed=asyncio.Event()))
    watch = Watch(core, None)
    due = []

    async def look() -> None:
        due.append(watch._listened is None)
        watch._listened = START

    monkeypatch.setattr(watch, "look", look)
    with pytest.raises(asyncio.CancelledError):
        await watch.run()
    assert due == [True, again]
