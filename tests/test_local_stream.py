"""Live events: in order, to the right people, and caught up after a cut."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any

import pytest

from bot.adapters.local.hub import HEARTBEAT, Client, Hub, HubFullError
from bot.web.stream import EventStream

Message = MutableMapping[str, Any]


def new_hub(**limits: int) -> Hub:
    """chen and liu are in room g:a; only wang is in g:b."""
    rooms = {"g:a": ("chen", "liu", "wang"), "g:b": ("wang",)}
    return Hub(lambda user, chat: user in rooms.get(chat, ()), **limits)


async def shown(client: Client) -> list[bytes]:
    """The data of everything waiting."""
    data = await client.take(0.01)
    return re.findall(rb"data: (.*)\n\n", data or b"")


def ids(data: bytes) -> list[str]:
    return [m.decode() for m in re.findall(rb"id: (.*)\n", data)]


async def test_everybody_in_the_room_hears_in_order() -> None:
    hub = new_hub()
    chen, wang = hub.join("chen"), hub.join("wang")
    assert b"event: hello" in (await chen.take(1) or b"")
    await wang.take(1)
    for n in range(3):
        hub.publish("message", b"%d" % n, chat_id="g:a")
    hub.publish("message", b"9", chat_id="g:b")
    hub.publish("toast", b"7", only="chen")
    assert await shown(chen) == [b"0", b"1", b"2", b"7"]
    assert await shown(wang) == [b"0", b"1", b"2", b"9"]
    assert await chen.take(0.01) == HEARTBEAT


async def test_who_was_cut_off_gets_what_was_missed() -> None:
    hub = new_hub()
    first = hub.join("chen")
    hub.publish("message", b"0", chat_id="g:a")
    last = ids(await first.take(1) or b"")[-1]
    hub.leave(first)
    hub.publish("message", b"1", chat_id="g:a")
    hub.publish("message", b"hidden", chat_id="g:b")
    hub.publish("toast", b"2", only="chen")
    hub.publish("toast", b"3", only="liu")
    assert await shown(hub.join("chen", last)) == [b"1", b"2"]


async def test_the_id_of_hello_is_enough_to_resume() -> None:
    hub = new_hub()
    (hello,) = ids(await hub.join("chen").take(1) or b"")
    assert await shown(hub.join("chen", hello)) == []
    hub.publish("message", b"1", chat_id="g:a")
    assert await shown(hub.join("chen", hello)) == [b"1"]


async def test_too_long_ago_or_another_run_means_load_anew() -> None:
    hub = new_hub(keep=3)
    (hello,) = ids(await hub.join("chen").take(1) or b"")
    for _ in range(4):
        hub.publish("message", b"1", chat_id="g:a")
    epoch = hello.partition("-")[0]
    for last in (hello, "deadbeef-1", f"{epoch}-99", f"{epoch}-x", f"{epoch}-²", "-", f"{epoch}-{'9' * 400}"):
        assert b"event: hello" in (await hub.join("chen", last).take(1) or b"")


async def test_a_slow_browser_is_dropped_and_resumes() -> None:
    hub = new_hub(queue=5)
    slow = hub.join("chen")
    (hello,) = ids(await slow.take(1) or b"")
    for n in range(6):
        hub.publish("message", b"%d" % n, chat_id="g:a")
    assert await slow.take(1) is None
    hub.leave(slow)
    assert len(hub) == 0
    last = hello.replace("-0", "-2")
    assert await shown(hub.join("chen", last)) == [b"2", b"3", b"4", b"5"]
    assert await shown(hub.join("chen", hello)) == [b"{}"]  # more than a queue holds: load anew


async def test_not_everybody_at_once_and_nobody_after_closing() -> None:
    hub = new_hub(clients=1)
    client = hub.join("chen")
    with pytest.raises(HubFullError):
        hub.join("liu")
    hub.close()
    assert await client.take(1) is None
    hub.leave(client)
    with pytest.raises(HubFullError):
        hub.join("liu")


class Browser:
    """The other end of one stream."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self.stuck = False

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.stuck and message["type"] == "http.response.body":
            raise OSError("gone")
        self.sent.append(message)

    @property
    def text(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self.sent)


async def test_a_stream_beats_and_ends_when_the_browser_leaves() -> None:
    hub = new_hub()
    browser = Browser()
    stream = EventStream(hub, hub.join("chen"), heartbeat=0.02)
    running = asyncio.create_task(stream({"type": "http"}, browser.receive, browser.send))
    await asyncio.sleep(0.05)
    hub.publish("message", b"1", chat_id="g:a")
    await asyncio.sleep(0.03)
    browser.left.set()
    await asyncio.wait_for(running, 1)
    headers = dict(browser.sent[0]["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-length" not in headers
    assert HEARTBEAT in browser.text
    assert b"data: 1\n\n" in browser.text
    assert len(hub) == 0


async def test_a_stream_ends_when_the_hub_closes_or_the_line_breaks() -> None:
    hub = new_hub()
    browser, broken = Browser(), Browser()
    broken.stuck = True
    await asyncio.wait_for(EventStream(hub, hub.join("liu"))({}, broken.receive, broken.send), 1)
    running = asyncio.create_task(EventStream(hub, hub.join("chen"))({}, browser.receive, browser.send))
    await asyncio.sleep(0.01)
    hub.close()
    await asyncio.wait_for(running, 1)
    assert browser.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert len(hub) == 0
