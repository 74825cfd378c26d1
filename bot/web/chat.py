"""The built-in group chat in the browser: its pages and the few requests its script makes."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import quote

import msgspec
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.adapters.local import LocalPlatform, Persona, private_chat_id
from bot.adapters.local.door import RefusedError, Say
from bot.adapters.local.hub import HubFullError
from bot.adapters.local.photos import sniff
from bot.web import pages, security
from bot.web.stream import EventStream
from storage.engine.base import StoreDownError

BODY_MAX = 8 * 1024 * 1024
PAGE = 40
PAGES = frozenset({"/", "/split"})
STORE_DOWN = "消息暂时存不下来，所以没有发出去。请过一会儿再试。"
NOT_DEMO = "演示聊天不用登录，所以只在本机打开。请把 config.yaml 的 server.host 改成 127.0.0.1 再启动。"
WRONG_HOST = "演示聊天只能从本机打开，请用 http://127.0.0.1 或 http://localhost 开头的网址。"
WRONG_ORIGIN = "这个请求不是从聊天页发来的，没有处理。请刷新页面再试。"
TOO_LARGE = "内容太大了。照片一张最多 5 MB，可以截一下图再发。"
NOT_READ = "没看懂这个请求，请刷新页面再试。"
TOO_MANY = "打开的聊天页太多了，请关掉几个再试。"

Handler = Callable[[Request], Awaitable[Response]]
Uuid = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F-]{32,36}$")]
Short = Annotated[str, msgspec.Meta(max_length=200)]


class Post(msgspec.Struct, kw_only=True):
    """What the page's script sends. `event`: its own id of what happened, the same on every retry."""

    event: Uuid
    persona: Short
    chat: Short
    text: str = ""
    reply_to: Short = ""
    album: Short = ""
    message: Short = ""
    action: Short = ""


class MemoryForm(MultiPartParser):
    """A form whose picture stays in memory: ordinary chat must leave no trace on the disk."""

    spool_max_size = BODY_MAX + 1


class ChatPages:
    """`demo` False: every page answers with a sentence that says why not."""

    def __init__(self, platform: LocalPlatform, demo: bool) -> None:
        self._platform = platform
        self._door = platform.door
        self._demo = demo

    def routes(self) -> list[BaseRoute]:
        gets: dict[str, Handler] = {
            "/": self.home,
            "/split": self.split,
            "/chat/state": self.state,
            "/chat/history": self.history,
            "/chat/events": self.events,
            "/chat/photos/{ref}": self.photo,
        }
        posts: dict[str, Handler] = {
            "/chat/messages": self.say,
            "/chat/presses": self.press,
            "/chat/edits": self.revise,
        }
        return [
            *(Route(path, self._guarded(handler, own=False), methods=["GET"]) for path, handler in gets.items()),
            *(Route(path, self._guarded(handler, own=True), methods=["POST"]) for path, handler in posts.items()),
        ]

    def _guarded(self, handler: Handler, *, own: bool) -> Handler:
        """`own`: only for requests of our own page."""

        async def endpoint(request: Request) -> Response:
            if not self._demo:
                return pages.refuse(request, 403, "演示聊天没有打开", NOT_DEMO, home=False)
            if not security.host_is_loopback(request.headers):
                return pages.refuse(request, 403, "请从本机打开", WRONG_HOST, home=False)
            linked = request.url.path in PAGES  # a page may be opened by a link, what it asks for may not
            if not linked and security.from_another_site(request.headers):
                return pages.refuse(request, 403, "没有处理", WRONG_ORIGIN)
            if own and not security.same_origin(request.headers):
                return pages.refuse(request, 403, "没有处理", WRONG_ORIGIN)
            return await _answered(handler, request)

        return endpoint

    # ---- pages

    async def home(self, request: Request) -> Response:
        """Pick somebody, or with ?as= be them."""
        directory = await self._platform.board.roster.current()
        user_id = request.query_params.get("as", "")
        if not user_id:
            staff = [p for p in directory.personas if p.staff]
            residents = [p for p in directory.personas if not p.staff]
            station = next((p.station for p in (*staff, *residents) if p.station), "")
            pair = (
                f"/split?left={quote(residents[0].user_id)}&right={quote(staff[0].user_id)}"
                if staff and residents
                else ""
            )
            return pages.page("pick.html", residents=residents, staff=staff, station=station, pair=pair)
        me = await self._door.persona(user_id)
        return pages.page("room.html", csp=security.FRAMES_OWN, me=me)

    async def split(self, request: Request) -> Response:
        """Two personas side by side, each in a frame of its own."""
        directory = await self._platform.board.roster.current()
        sides = []
        for side in ("left", "right"):
            me = await self._door.persona(request.query_params.get(side, ""))
            rooms = directory.rooms_of(me)
            chat = private_chat_id(me.user_id) if me.staff or not rooms else rooms[0].chat_id
            sides.append({"side": side, "me": me, "src": f"/?as={quote(me.user_id)}&chat={quote(chat)}"})
        return pages.page("split.html", csp=security.FRAMES_OWN, sides=sides, personas=directory.personas)

    # ---- what the script asks

    async def state(self, request: Request) -> Response:
        """Who I am, my conversations, and whom one can @."""
        me = await self._door.persona(request.query_params.get("persona", ""))
        directory = self._platform.board.roster.known
        corners = await self._door.corners(me.user_id)
        names = [{"name": name, "hint": ""} for name in directory.aliases]
        names += [{"name": p.call or p.name, "hint": p.role_label} for p in directory.personas if p.staff]
        return _json({"me": me, "chats": corners, "mentions": names})

    async def history(self, request: Request) -> Response:
        asked = request.query_params
        messages, more = await self._door.history(
            asked.get("persona", ""), asked.get("chat", ""), asked.get("before", "")[:40], PAGE
        )
        return _json({"messages": messages, "more": more})

    async def events(self, request: Request) -> Response:
        me: Persona = await self._door.persona(request.query_params.get("persona", ""))
        hub = self._platform.board.hub
        return EventStream(hub, hub.join(me.user_id, request.headers.get("last-event-id", "")))

    async def photo(self, request: Request) -> Response:
        data = await self._platform.board.photos.load(request.path_params["ref"])
        kind = sniff(data) if data else None
        if data is None or kind is None:
            return pages.refuse(request, 404, "照片不在了", "这张照片已经清掉了。")
        extension = kind.removeprefix("image/").replace("jpeg", "jpg")
        headers = {
            "Content-Disposition": f'inline; filename="photo.{extension}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
        return Response(data, media_type=kind, headers=headers)

    # ---- what the script does

    async def say(self, request: Request) -> Response:
        post, photo, name = await _read(request)
        words = Say(
            event=post.event,
            user_id=post.persona,
            chat_id=post.chat,
            text=post.text,
            reply_to=post.reply_to,
            album=post.album,
            photo=photo,
            photo_name=name,
        )
        return _json(await self._door.say(words))

    async def press(self, request: Request) -> Response:
        post, _, _ = await _read(request)
        await self._door.press(post.event, post.persona, post.chat, post.message, post.action)
        return _json({"ok": True})

    async def revise(self, request: Request) -> Response:
        post, _, _ = await _read(request)
        return _json(await self._door.revise(post.event, post.persona, post.chat, post.message, post.text))


async def _answered(handler: Handler, request: Request) -> Response:
    """Every way it can be refused, as a sentence."""
    try:
        return await handler(request)
    except RefusedError as error:
        return pages.refuse(request, error.status, "没有成功", error.sentence)
    except StoreDownError:
        return pages.refuse(request, 503, "稍等一下", STORE_DOWN)
    except HubFullError:
        return pages.refuse(request, 503, "稍等一下", TOO_MANY)
    except security.BodyTooLargeError:
        return pages.refuse(request, 413, "内容太大了", TOO_LARGE)
    except (msgspec.DecodeError, UnicodeDecodeError, MultiPartException):
        return pages.refuse(request, 400, "没看懂", NOT_READ)


async def _read(request: Request) -> tuple[Post, bytes, str]:
    """(what was sent, the photo's bytes, its name)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = b"".join([chunk async for chunk in security.limited_stream(request, BODY_MAX)])
        return msgspec.json.decode(body, type=Post), b"", ""
    if kind != "multipart/form-data":
        raise RefusedError(415, NOT_READ)
    stream = security.limited_stream(request, BODY_MAX)
    form = await MemoryForm(request.headers, stream, max_files=1, max_fields=10, max_part_size=64 * 1024).parse()
    try:
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        file = next((value for _, value in form.multi_items() if not isinstance(value, str)), None)
        photo = await file.read() if file else b""
        return (
            msgspec.convert(fields, Post),
            photo,
            re.sub(r".*[/\\]", "", (file.filename or "") if file else ""),
        )
    finally:
        await form.close()


def _json(body: object) -> Response:
    data = msgspec.json.encode(body)
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-store"})
