"""The doors the WeChat family knocks at: one GET that proves us, one POST per thing that happened."""

import asyncio

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters.wecom.channel import Callback
from bot.adapters.wecom.guard import TurnedAwayError
from bot.errors import StoreDownError
from bot.web.telegram_hook import read_capped

STORE_DOWN = "wecom.hook_store_down"
BODY_SECONDS = 10.0
"""For all of a body. The platform itself waits five for our answer."""

log = structlog.get_logger()


def routes(channel: Callback) -> list[Route]:
    """413 as soon as a body passes 1 MB, 408 for one that does not end, 400 or 403 for what is not the platform's, 503
    while we cannot store."""

    async def receive(request: Request) -> Response:
        query = request.query_params.multi_items()
        try:
            if request.method != "POST":
                return Response(channel.hello(query), media_type="text/plain")
            async with asyncio.timeout(BODY_SECONDS):
                body = await read_capped(request)
            if body is None:
                return Response(status_code=413, headers={"Connection": "close"})
            reply = await channel.deliver(query, body)
        except TimeoutError:
            return Response(status_code=408, headers={"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        except TurnedAwayError as refusal:
            return Response(status_code=refusal.status)
        except StoreDownError:
            log.warning(STORE_DOWN, path=channel.callback_path)
            return Response(status_code=503)
        return Response(reply.body, media_type=reply.media_type)

    return [Route(channel.callback_path, receive, methods=["GET", "POST"])]
