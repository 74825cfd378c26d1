"""The web server: pages, refusals, caps, headers."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.web.app import build_web
from bot.web.health import Health
from tests.browser.echo import EchoBot, new_platform, open_engine

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
OWN = {"X-Pingan": "1", "Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Site:
    app: ASGIApp
    http: httpx.AsyncClient
    bot: EchoBot

    async def say(self, text: str = "@民警 来", headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        body = {"event": str(uuid.uuid4()), "persona": "chen", "chat": "g:garden", "text": text, **more}
        return await self.http.post("/chat/messages", json=body, headers=OWN if headers is None else headers)


async def well() -> Health:
    return Health(ok=True, parts={"库": "好"})


async def boom(_request: Request) -> Response:
    raise RuntimeError("secret detail")


def client(app: ASGIApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    engine = await open_engine(tmp_path)
    platform = new_platform(engine, tmp_path)
    bot = EchoBot(platform)
    running = asyncio.create_task(platform.run(bot.accept))
    await asyncio.sleep(0.05)
    app = build_web(
        health=well, metrics=lambda: b"pingan_up 1\n", chat=platform, demo=True, routes=[Route("/boom", boom)]
    )
    async with client(app) as http:
        yield Site(app, http, bot)
    await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.wait([running])
    await engine.close()


async def test_the_first_page_offers_everybody(site: Site) -> None:
    page = await site.http.get("/")
    assert page.status_code == 200
    for word in (
        "东湾派出所",
        "演示",
        "刘阿姨",
        "王建国",
        'data-testid="persona-chen"',
        "/split?left=chen&amp;right=wang",
    ):
        assert word in page.text


async def test_pages_hold_nothing_inline_and_carry_strict_headers(site: Site) -> None:
    for path, frames in [
        ("/", "'none'"),
        ("/?as=chen", "'self'"),
        ("/split?left=chen&right=wang", "'self'"),
        ("/x", "'none'"),
    ]:
        page = await site.http.get(path, headers={"Accept": "text/html"})
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert policy.endswith(f"frame-ancestors {frames}")
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=|<style|https?://", page.text)


async def test_static_files_are_ours_and_asked_about_again(site: Site) -> None:
    for name, kind in [("main.js", "text/javascript"), ("base.css", "text/css"), ("mark.svg", "image/svg+xml")]:
        file = await site.http.get(f"/static/{name}")
        assert file.status_code == 200
        assert file.headers["content-type"].startswith(kind)
        assert file.headers["cache-control"] == "no-cache"
    assert (await site.http.get("/static/../app.py")).status_code == 404


async def test_a_message_is_said_heard_answered_and_kept(site: Site) -> None:
    said = await site.say("@民警 有人高空抛物")
    assert said.status_code == 200
    assert said.json()["name"] == "陈先生"
    await asyncio.sleep(0.1)
    past = (await site.http.get("/chat/history?persona=liu&chat=g:garden")).json()
    assert [m["sender"] for m in past["messages"]] == ["chen", ""]
    assert past["messages"][1]["quote"]["id"] == said.json()["id"]
    state = (await site.http.get("/chat/state?persona=wang")).json()
    assert state["chats"][0]["newest"]["buttons"][0][0] == {"label": "接单", "action": "claim:1"}
    assert {"name": "王警官", "hint": "东湾片区"} in state["mentions"]
    card = state["chats"][0]["newest"]
    press = {
        "event": str(uuid.uuid4()),
        "persona": "wang",
        "chat": "p:wang",
        "message": card["id"],
        "action": "claim:1",
    }
    assert (await site.http.post("/chat/presses", json=press, headers=OWN)).status_code == 200
    edit = {
        "event": str(uuid.uuid4()),
        "persona": "chen",
        "chat": "g:garden",
        "message": said.json()["id"],
        "text": "@民警 改了",
    }
    assert (await site.http.post("/chat/edits", json=edit, headers=OWN)).json()["text"] == "@民警 改了"


async def test_the_same_post_twice_is_one_message(site: Site) -> None:
    event = str(uuid.uuid4())
    first, second = await site.say(event=event), await site.say(event=event)
    assert first.json()["id"] == second.json()["id"]
    assert len(site.bot.heard) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8080"},
        {**OWN, "Origin": "http://evil.example"},
        {**OWN, "Origin": "null"},
        {**OWN, "Origin": "http://127.0.0.1:9999"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
        {**OWN, "Host": "evil.example"},
        {**OWN, "Host": "127.0.0.1.evil.example"},
        {**OWN, "Host": ""},
    ],
)
async def test_other_sites_cannot_speak(site: Site, headers: dict[str, str]) -> None:
    answer = await site.say(headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]
    assert not site.bot.heard


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?as=chen",
        "/chat/state?persona=chen",
        "/chat/history?persona=chen&chat=g:garden",
        "/chat/events?persona=chen",
        "/chat/photos/" + "a" * 64,
    ],
)
async def test_other_names_of_this_machine_see_nothing(site: Site, path: str) -> None:
    for host in ("pingan.example", "127.0.0.1:80:80", "localhost.evil:8080", "10.0.0.8:8080", "[::2]", "127.0.0.1:"):
        assert (await site.http.get(path, headers={"Host": host})).status_code == 403
    if "events" not in path and "photos" not in path:
        for host in ("localhost", "LOCALHOST:9", "[::1]", "[::1]:8080", "127.0.0.1"):
            assert (await site.http.get(path, headers={"Host": host})).status_code == 200


async def test_other_sites_may_link_but_not_ask(site: Site) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await site.http.get("/?as=chen", headers=foreign)).status_code == 200
    for path in ("/chat/state?persona=chen", "/chat/events?persona=chen", "/chat/photos/" + "a" * 64):
        assert (await site.http.get(path, headers=foreign)).status_code == 403


async def test_not_on_loopback_there_is_no_demo(site: Site, tmp_path: Path) -> None:
    engine = await open_engine(tmp_path / "other")
    app = build_web(health=well, metrics=bytes, chat=new_platform(engine, tmp_path), demo=False)
    async with client(app) as http:
        page = await http.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 403
        assert "server.host" in page.text
        assert (await http.post("/chat/messages", json={}, headers=OWN)).status_code == 403
        assert (await http.get("/chat/events?persona=chen")).status_code == 403
        assert (await http.get("/healthz", headers={"Host": "pingan.example"})).json() == {
            "ok": True,
            "parts": {"库": "好"},
        }
    async with client(build_web(health=well, metrics=bytes, chat=None, demo=True)) as http:
        assert "没有打开内置聊天" in (await http.get("/")).text
        assert (await http.get("/chat/state?persona=chen")).status_code == 404
    await engine.close()


async def test_health_and_metrics(site: Site) -> None:
    async def ill() -> Health:
        return Health(ok=False, parts={"库": "写不进"})

    assert (await site.http.get("/metrics")).text == "pingan_up 1\n"
    async with client(build_web(health=ill, metrics=bytes, chat=None, demo=False)) as http:
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json()["parts"]["库"]) == (503, "写不进")


async def test_nothing_of_an_error_leaves_the_program(site: Site) -> None:
    page = await site.http.get("/boom", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert "出了点问题" in page.text
    assert "secret" not in page.text
    assert "Traceback" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await site.http.get("/nothing", headers={"Accept": "text/html"})).status_code == 404
    assert (await site.http.delete("/")).status_code == 405


async def test_sizes_are_capped_while_they_arrive(site: Site) -> None:
    long = await site.say("字" * 5000)
    assert (long.status_code, "4000" in long.json()["error"]) == (413, True)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64 * 1024):
            yield b"x" * 1024

    headers = {**OWN, "Content-Type": "application/json"}
    assert (await site.http.post("/chat/messages", content=endless(), headers=headers)).status_code == 413
    headers["Content-Type"] = "multipart/form-data; boundary=b"
    assert (await site.http.post("/chat/messages", content=endless(), headers=headers)).status_code in {400, 413}
    headers["Content-Length"] = str(10**9)
    assert (await site.http.post("/chat/messages", content=b"x", headers=headers)).status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b""),
        ("application/json", b"[1]"),
        ("application/json", b'{"event":"1"}'),
        ("application/json", b'{"event":"' + b"z" * 36 + b'","persona":"chen","chat":"g:garden"}'),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 200_000),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        ("text/plain", b"hello"),
        ("", b"hello"),
        ("application/x-www-form-urlencoded", b"text=1"),
    ],
)
async def test_hostile_bodies_get_a_sentence(site: Site, kind: str, body: bytes) -> None:
    for path in ("/chat/messages", "/chat/presses", "/chat/edits"):
        answer = await site.http.post(path, content=body, headers={**OWN, "Content-Type": kind})
        assert answer.status_code in {400, 415}
        assert answer.json()["error"]


async def test_a_photo_goes_in_and_comes_out_as_a_picture_only(site: Site) -> None:
    fields = {"event": str(uuid.uuid4()), "persona": "chen", "chat": "g:garden", "text": "@民警 看"}
    for data, status in [(PNG, 200), (b"<svg onload=alert(1)>", 415), (PNG + b"0" * 5 * 1024 * 1024, 413)]:
        fields["event"] = str(uuid.uuid4())
        files = {"photo": ("..\\..\\x.html", data, "text/html")}
        said = await site.http.post("/chat/messages", data=fields, files=files, headers=OWN)
        assert said.status_code == status
    messages = (await site.http.get("/chat/history?persona=chen&chat=g:garden")).json()["messages"]
    ref = messages[0]["photo"]
    photo = await site.http.get(f"/chat/photos/{ref}")
    assert photo.content == PNG
    assert photo.headers["content-type"] == "image/png"
    assert photo.headers["content-disposition"] == 'inline; filename="photo.png"'
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in photo.headers["content-security-policy"]
    assert site.bot.heard[0].attachments[0].name == "x.html"
    for ref in ("0" * 64, "..%2f..%2froom.db", "x"):
        assert (await site.http.get(f"/chat/photos/{ref}")).status_code == 404


async def test_unknown_people_and_rooms_get_a_sentence(site: Site) -> None:
    page = await site.http.get("/?as=nobody", headers={"Accept": "text/html"})
    assert (page.status_code, "重新选一位" in page.text) == (404, True)
    for path in (
        "/chat/state",
        "/chat/history?persona=chen&chat=g:police",
        "/chat/events?persona=x",
        "/split?left=chen",
    ):
        answer = await site.http.get(path)
        assert (answer.status_code, bool(answer.json()["error"])) == (404, True)
    assert (await site.say(chat="g:police")).status_code == 404
    past = await site.http.get("/chat/history?persona=chen&chat=g:garden&before=%27;--")
    assert past.status_code == 200


async def test_names_are_shown_as_text(site: Site) -> None:
    said = await site.say("@民警 <img src=x onerror=alert(1)>")
    assert said.json()["text"] == "@民警 <img src=x onerror=alert(1)>"
    assert said.headers["content-type"] == "application/json"
