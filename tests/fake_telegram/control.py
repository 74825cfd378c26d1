"""Driving the fake from another process: /_control/… speaks plain JSON."""

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.fake_telegram.make import Json
from tests.fake_telegram.server import FakeTelegram, Fault


class Control:
    """The routes. Every answer is JSON; a bad request is a 400 with a sentence."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/chats", self.chats),
            web.post("/_control/updates", self.updates),
            web.post("/_control/faults", self.faults),
            web.post("/_control/silence", self.silence),
            web.get("/_control/sent", self.sent),
            web.get("/_control/calls", self.calls),
            web.get("/_control/state", self.state),
            web.get("/_control/drained", self.drained),
        ]

    async def chats(self, request: web.Request) -> web.Response:
        """A list of Chat objects the bot is a member of."""
        for chat in await _body(request, list):
            self.fake.add_chat(chat)
        return web.json_response({})

    async def updates(self, request: web.Request) -> web.Response:
        """A list of updates; those without update_id get the next one."""
        updates: list[Json] = await _body(request, list)
        for update in updates:
            if "update_id" not in update:
                update["update_id"] = self.fake.make.update("message", {})["update_id"]
        self.fake.push(*updates)
        return web.json_response({"update_ids": [update["update_id"] for update in updates]})

    async def faults(self, request: web.Request) -> web.Response:
        """One Fault's fields, or {} to clear all."""
        fields = await _body(request, dict)
        if fields:
            self.fake.inject(Fault(**fields))
        else:
            self.fake.faults.clear()
        return web.json_response({})

    async def silence(self, request: web.Request) -> web.Response:
        """{"chat_id": …, "seconds": …}: 429 for this chat."""
        fields = await _body(request, dict)
        self.fake.silence(fields["chat_id"], fields["seconds"])
        return web.json_response({})

    async def sent(self, request: web.Request) -> web.Response:
        """Everything that took effect; ?chat_id= for one chat, ?since=N to skip the first N."""
        since = int(request.query.get("since", 0))
        chat = request.query.get("chat_id")
        rows = self.fake.state.sent[since:]
        return web.json_response([s.as_json() for s in rows if chat is None or str(s.chat_id) == chat])

    async def calls(self, request: web.Request) -> web.Response:
        """How often each method was called."""
        counts: dict[str, int] = {}
        for method, _ in self.fake.state.calls:
            counts[method] = counts.get(method, 0) + 1
        return web.json_response(counts)

    async def state(self, request: web.Request) -> web.Response:
        updates = self.fake.updates
        return web.json_response(
            {
                "pending": len(updates.pending),
                "withheld": len(updates.withheld),
                "sent": len(self.fake.state.sent),
                "calls": len(self.fake.state.calls),
                "webhook": updates.webhook.get("url", ""),
            }
        )

    async def drained(self, request: web.Request) -> web.Response:
        """Answers once nothing is pending, or after ?seconds= (default 30) with what still is."""
        try:
            async with asyncio.timeout(float(request.query.get("seconds", 30))):
                await self.fake.updates.drained()
        except TimeoutError:
            return web.json_response({"pending": len(self.fake.updates.pending)}, status=504)
        return web.json_response({"pending": 0})


async def _body(request: web.Request, kind: type) -> Any:
    try:
        body = await request.json()
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(body, kind):
        raise web.HTTPBadRequest(text=f"the body must be a JSON {kind.__name__}")
    return body
