"""The web server's one application: the chat page, health, metrics, and the platforms' webhooks."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bot.adapters.local import LocalPlatform
from bot.web.chat import ChatPages
from bot.web.health import HealthCheck, Metrics, watch_routes
from bot.web.pages import STATIC, crashed, http_error, sorry
from bot.web.security import SecurityHeaders


class FreshFiles(StaticFiles):
    """Static files the browser asks about again each time (an ETag keeps that cheap)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _no_chat(_request: Request) -> Response:
    return sorry(200, "平安正在运行", "这台服务器没有打开内置聊天。", home=False)


def build_web(
    *,
    health: HealthCheck,
    metrics: Metrics,
    chat: LocalPlatform | None,
    demo: bool,
    routes: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """`chat`: the local platform, None if it is switched off. `demo`: the server listens on loopback only, so
    anybody at this machine may play any persona. `routes`: webhooks; they guard themselves."""
    pages: list[BaseRoute] = [Route("/", _no_chat)] if chat is None else ChatPages(chat, demo).routes()
    files = Mount("/static", FreshFiles(directory=STATIC))
    app = Starlette(
        routes=[*pages, *watch_routes(health, metrics), *routes, files],
        exception_handlers={HTTPException: http_error, Exception: crashed},
    )
    return SecurityHeaders(app)  # outermost, so that the page about a crash carries them too
