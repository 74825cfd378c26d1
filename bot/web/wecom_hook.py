"""The doors the WeChat family knocks at: one GET that proves us, one POST per thing that happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters.wecom.guard import TurnedAwayError
from bot.errors import StoreDownError
from bot.web.telegram_hook import read_capped

STORE_DOWN = "wecom.hook_store_down"

log = structlog.get_logger()

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a callback is answered with. An empty 200 means: understood, nothing to say."""

    body: bytes = b""
    media_type: str = "text/plain"


class Callback(Protocol):
    """What a route needs of a channel."""

    @property
    def callback_path(self) -> str: ...

    def hello(self, query: Query) -> bytes:
        """The echo for the platform's check of our address. Raises TurnedAwayError."""

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """One posted callback; returns once its effect is durable. Raises TurnedAwayError or StoreDownError."""


def routes(channel: Callback) -> list[Route]:
    """413 as soon as a body passes 1 MB, 400 or 403 for what is not the platform's, 503 while we cannot store."""

    async def receive(request: Request) -> Response:
        query = request.query_params.multi_items()
        try:
            if request.method == "GET":
                return Response(channel.hello(query), media_type="text/plain")
            body = await read_capped(request)
            if body is None:
                return Response(status_code=413, headers={"Connection": "close"})
            reply = await channel.deliver(query, body)
        except ClientDisconnect:
            return Response(status_code=400)
        except TurnedAwayError as refusal:
            return Response(status_code=refusal.status)
        except StoreDownError:
            log.warning(STORE_DOWN, path=channel.callback_path)
            return Response(status_code=503)
        return Response(reply.body, media_type=reply.media_type)

    return [Route(channel.callback_path, receive, methods=["GET", "POST"])]
