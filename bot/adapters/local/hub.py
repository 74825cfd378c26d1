"""Live events to the browsers: one bounded queue each, a short memory for those who were cut off."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

HEARTBEAT = b": \n\n"


class HubFullError(Exception):
    """Too many browsers are listening."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event. `only`: the one persona it is for; else everybody in `chat_id`."""

    number: int
    chat_id: str
    only: str
    data: bytes


class Client:
    """One listening browser. A client that does not keep up is dropped, so that it loads anew."""

    def __init__(self, user_id: str, limit: int) -> None:
        self.user_id = user_id
        self._limit = limit
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.gone = False

    def put(self, data: bytes) -> None:
        if len(self._queue) >= self._limit:
            self.drop()
        elif not self.gone:
            self._queue.append(data)
            self._wake.set()

    def drop(self) -> None:
        """Ends the stream: the browser connects again by itself."""
        self.gone = True
        self._queue.clear()
        self._wake.set()

    async def take(self, seconds: float) -> bytes | None:
        """Everything waiting, a heartbeat after `seconds` of silence, or None once dropped."""
        if not self._queue and not self.gone:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), seconds)
            except TimeoutError:
                return HEARTBEAT
        if self.gone:
            return None
        data = b"".join(self._queue)
        self._queue.clear()
        return data


class Hub:
    """Hands every event to the browsers that may see it. `sees(user id, chat id)` decides."""

    def __init__(
        self, sees: Callable[[str, str], bool], *, keep: int = 500, queue: int = 200, clients: int = 200
    ) -> None:
        self._sees = sees
        self._queue = queue
        self._most = clients
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._past: deque[Frame] = deque(maxlen=keep)
        self._clients: set[Client] = set()
        self._closed = False

    def join(self, user_id: str, last_event_id: str = "") -> Client:
        """Start listening. What was missed since `last_event_id` comes first; where that is unknown,
        a `hello` tells the browser to load everything. Raises HubFullError."""
        if self._closed or len(self._clients) >= self._most:
            raise HubFullError
        client = Client(user_id, self._queue)
        missed = self._since(user_id, last_event_id)
        for data in [self._encode(self._number, "hello", b"{}")] if missed is None else missed:
            client.put(data)
        self._clients.add(client)
        return client

    def leave(self, client: Client) -> None:
        self._clients.discard(client)

    def publish(self, name: str, data: bytes, *, chat_id: str = "", only: str = "") -> None:
        """Send one event (JSON in one line) to everybody in `chat_id`, or to the persona `only`."""
        self._number += 1
        frame = Frame(self._number, chat_id, only, self._encode(self._number, name, data))
        self._past.append(frame)
        for client in tuple(self._clients):
            if self._meant_for(frame, client.user_id):
                client.put(frame.data)

    def close(self) -> None:
        """End every stream; nobody may join any more. A server can only stop once its streams have ended."""
        self._closed = True
        for client in tuple(self._clients):
            client.drop()

    def __len__(self) -> int:
        return len(self._clients)

    def _meant_for(self, frame: Frame, user_id: str) -> bool:
        return frame.only == user_id if frame.only else self._sees(user_id, frame.chat_id)

    def _encode(self, number: int, name: str, data: bytes) -> bytes:
        return b"id: %s-%d\nevent: %s\ndata: %s\n\n" % (self._epoch.encode(), number, name.encode(), data)

    def _since(self, user_id: str, last_event_id: str) -> list[bytes] | None:
        """The persona's events after that one; None if one may be missing, or if there are too many."""
        epoch, _, number = last_event_id.partition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdigit()):
            return None
        last = int(number[:18])
        oldest = self._past[0].number if self._past else self._number + 1
        if last > self._number or last < oldest - 1:
            return None
        missed = [f.data for f in self._past if f.number > last and self._meant_for(f, user_id)]
        return missed if len(missed) <= self._queue else None
