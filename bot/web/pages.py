"""Templates and the pages that say, in one sentence, why there is nothing to see."""

from pathlib import Path
from typing import Any

import jinja2
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
CRASHED = "web.crashed"
NOT_FOUND = ("这里没有东西", "网址可能打错了，或者内容已经不在了。")
BROKEN = ("出了点问题", "我们这边没处理好，已经记下来了。请过一会儿再试。")
SENTENCES = {
    400: ("没看懂这个请求", "请回到首页，再来一次。"),
    404: NOT_FOUND,
    405: ("不能这样打开", "请回到首页，从那里进入。"),
    413: ("内容太大了", "请分成几次发，照片一张最多 5 MB。"),
}

log = structlog.get_logger()
_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, csp: str = "", **values: Any) -> Response:
    """A page from bot/web/templates. `csp` replaces the strict default."""
    headers = {"Cache-Control": "no-store"}
    if csp:
        headers["Content-Security-Policy"] = csp
    return HTMLResponse(_templates.get_template(template).render(values), status, headers=headers)


def sorry(status: int, title: str, sentence: str, *, home: bool = True) -> Response:
    """A page with one sentence; `home` adds the way back."""
    return page("sorry.html", status, title=title, sentence=sentence, home=home)


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def refuse(request: Request, status: int, title: str, sentence: str, *, home: bool = True) -> Response:
    """The same sentence as a page or as JSON, whichever was asked for."""
    if wants_page(request):
        return sorry(status, title, sentence, home=home)
    return JSONResponse({"error": sentence}, status, headers={"Cache-Control": "no-store"})


async def http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return refuse(request, status, *SENTENCES.get(status, NOT_FOUND))


async def crashed(request: Request, error: Exception) -> Response:
    """The last resort: nothing about the error leaves the program but in its log."""
    log.error(CRASHED, path=request.url.path, error=type(error).__name__, exc_info=error)
    return refuse(request, 500, *BROKEN)
