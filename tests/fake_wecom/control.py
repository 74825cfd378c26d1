"""Driving the emulator from another process: POST /_control/<verb> with the verb's arguments as a JSON object."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.fake_wecom.crypt import Json
from tests.fake_wecom.server import FakeWecom
from tests.fake_wecom.state import Fault, HeldClock

Verb = Callable[..., Any]


class Control:
    """Every answer is {"result": …}; an argument that does not fit is a 400 with a sentence."""

    def __init__(self, fake: FakeWecom) -> None:
        self.fake = fake
        self.verbs: dict[str, Verb] = {
            "say": fake.say,
            "speak": fake.speak,
            "click": fake.click,
            "enter": fake.aibot.enter,
            "app_say": fake.app.say,
            "app_click": fake.app.click,
            "app_enter": fake.app.enter,
            "kf_say": fake.kf.say,
            "kf_press": fake.kf.press,
            "kf_enter": fake.kf.enter,
            "official_say": fake.official.say,
            "official_click": fake.official.click,
            "official_event": fake.official.event,
            "confirm": fake.customers.confirm,
            "add_webhook": fake.add_webhook,
            "add_members": self._members,
            "add_customer_group": fake.add_customer_group,
            "close": fake.socket.close,
            "abort": fake.socket.abort,
            "revoke_tokens": fake.qyapi.revoke_tokens,
            "door": self._door,
            "hello": self._hello,
            "fault": self._fault,
            "clear_faults": fake.state.faults.clear,
            "advance": self._advance,
            "seen": self._seen,
            "calls": self._calls,
            "state": self._state,
        }

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/_control/{verb}", self.serve)]

    async def serve(self, request: web.Request) -> web.Response:
        verb = self.verbs.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"verbs: {', '.join(sorted(self.verbs))}")
        raw = await request.read()
        try:
            result = verb(**(json.loads(raw) if raw else {}))
            if isinstance(result, Awaitable):
                result = await result
        except (TypeError, ValueError, KeyError) as error:
            raise web.HTTPBadRequest(text=f"{type(error).__name__}: {error}") from None
        return web.json_response({"result": result})

    def _members(self, users: list[str]) -> None:
        self.fake.add_members(*users)

    def _door(self, name: str, url: str) -> None:
        """Where the bot listens for one channel."""
        self.fake.doors[name].url = url

    async def _hello(self, name: str) -> bool:
        """The check of the address."""
        return await self.fake.doors[name].hello()

    def _fault(self, **fields: Any) -> None:
        self.fake.inject(Fault(**fields))

    def _advance(self, seconds: float) -> float:
        """Moves a held clock; what it shows now."""
        clock = self.fake.state.clock
        if not isinstance(clock, HeldClock):
            raise ValueError("the clock is not held: start with --held-clock")
        clock.advance(seconds)
        return clock.now

    def _seen(self, chat: str = "", channel: str = "") -> list[Json]:
        """What people see now; without a chat, everywhere."""
        shown = self.fake.seen(chat, channel) if chat else self.fake.state.shown
        return [message.as_json() for message in shown]

    def _calls(self) -> dict[str, int]:
        """How often each command or path was called."""
        counts: dict[str, int] = {}
        for what, _ in self.fake.state.calls:
            counts[what] = counts.get(what, 0) + 1
        return counts

    def _state(self) -> Json:
        fake = self.fake
        return {
            "connected": fake.socket.connected,
            "kicked": fake.socket.kicked,
            "waiting": len(fake.socket.waiting),
            "lost": len(fake.socket.lost),
            "complaints": fake.state.complaints,
            "faults": [asdict(fault) for fault in fake.state.faults if fault.times > 0],
        }
