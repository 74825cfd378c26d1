"""Cards within every limit of the platform, and files only from where they may come."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.keeping import sniff
from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.cards import (
    AIBOT,
    APP,
    Card,
    Sizes,
    buttons_card,
    clip,
    done_card,
    is_noop,
    task_id,
)
from bot.adapters.wecom.files import ALIVE, MediaFiles, NotSaved, Saved
from bot.adapters.wecom.sealing import Seal
from storage.engine.base import StoreDownError
from storage.model.messages import Button, Content
from tests.adapters.wecom_kit import AES_KEY, VECTORS
from tests.harness import START

CARD = Content(
    text="🔴 紧急 · 12 号 · 待接单\n幸福社区·电动车飞线\n“3栋楼道电动车飞线充电”\n"
    "地点：3栋\n上报人：王女士（志愿者代报）\n时限：30分钟",
    buttons=((Button(label="接单", action="claim:12"), Button(label="转派", action="transfer:12")),),
)
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
TASK = task_id(12, "ticket:12:card", "wrC1")


def test_a_card_says_everything_in_its_own_place() -> None:
    made = buttons_card(CARD, TASK, source="平安服务")
    assert made == Card(
        card={
            "card_type": "button_interaction",
            "source": {"desc": "平安服务", "desc_color": 0},
            "main_title": {"title": "🔴 紧急 · 12 号 · 待接单", "desc": "幸福社区·电动车飞线"},
            "sub_title_text": "“3栋楼道电动车飞线充电”",
            "horizontal_content_list": [
                {"keyname": "地点", "value": "3栋"},
                {"keyname": "上报人", "value": "王女士（志愿者代报）"},
                {"keyname": "时限", "value": "30分钟"},
            ],
            "button_list": [
                {"text": "接单", "style": 1, "key": "claim:12"},
                {"text": "转派", "style": 2, "key": "transfer:12"},
            ],
            "task_id": TASK,
        },
        whole=True,
    )


def test_a_finished_card_has_one_grey_button_that_means_nothing() -> None:
    card = done_card(CARD, "已接单 王警官和两位同事", TASK).card
    [button] = card["button_list"]
    assert (button["text"], button["style"]) == ("已接单 王警官和两…", 4)
    assert is_noop(button["key"])
    assert not is_noop("claim:12")
    assert card["task_id"] == TASK


def check(made: Card, sizes: Sizes) -> None:
    card = made.card
    title = card["main_title"]
    assert len(title["title"]) <= sizes.title
    assert len(title.get("desc", "")) <= sizes.desc
    assert len(card.get("sub_title_text", "")) <= sizes.sub_title
    fields = card.get("horizontal_content_list", [])
    assert len(fields) <= 6
    assert all(1 <= len(f["keyname"]) <= 5 and 1 <= len(f["value"]) <= 26 for f in fields)
    assert 1 <= len(card["button_list"]) <= 6
    assert all(len(b["text"]) <= 10 for b in card["button_list"])
    assert TASK_ID.fullmatch(card["task_id"])


WORDS = st.text(alphabet="好的王：: \n1a🔴👨‍👩‍👧…", max_size=400)


@settings(max_examples=300)
@given(text=WORDS, labels=st.lists(WORDS, min_size=1, max_size=12), sizes=st.sampled_from([AIBOT, APP]))
def test_no_text_makes_a_card_the_platform_refuses(text: str, labels: list[str], sizes: Sizes) -> None:
    rows = tuple((Button(label=label, action=f"x:{n}"),) for n, label in enumerate(labels))
    content = Content(text=text, buttons=rows)
    made = buttons_card(content, task_id(None, text, text), sizes=sizes, source=text)
    check(made, sizes)
    check(done_card(content, text, TASK, sizes=sizes), sizes)
    if made.whole:
        shown = json.dumps(made.card, ensure_ascii=False)
        for word in text.split():
            assert all(part in shown for part in word.replace(":", "：").split("：")), word


@settings(max_examples=200)
@given(text=WORDS, limit=st.integers(2, 40))
def test_clipping_counts_signs_and_says_that_it_cut(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert len(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_each_card_has_a_name_of_its_own_for_ever() -> None:
    names = {task_id(t, s, c) for t in (None, 1, 12) for s in ("a", "b") for c in ("wr1", "王")}
    assert len(names) == 12
    assert all(TASK_ID.fullmatch(name) for name in names)


# ── what opens a door is sealed ────────────────────────────────────────────
def test_what_is_sealed_opens_with_the_same_secret_only() -> None:
    seal = Seal("the secret")
    kept = seal.close("https://q/?response_code=RC")
    assert "RC" not in kept
    assert seal.open(kept) == "https://q/?response_code=RC"
    assert Seal("the secret").open(kept) == "https://q/?response_code=RC"
    assert Seal("another").open(kept) is None
    assert seal.open("garbage") is None
    assert (seal.close(""), seal.open("")) == ("", "")


# ── files ──────────────────────────────────────────────────────────────────
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8


@pytest.fixture
async def host() -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.StreamResponse:
        name = request.path.strip("/")
        if name == "away":
            raise web.HTTPFound("/picture")
        if name == "gone":
            raise web.HTTPNotFound
        if name == "broken":
            raise web.HTTPBadGateway
        bodies = {"picture": PICTURE, "big": b"x" * 5_000, "secret": base64.b64decode(VECTORS["media"]["cipher_b64"])}
        return web.Response(body=bodies[name])

    app = web.Application()
    app.router.add_get("/{name}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


def files(session: aiohttp.ClientSession, folder: Path) -> MediaFiles:
    return MediaFiles(lambda: session, folder, hosts=("127.0.0.1",), max_bytes=4_000, schemes=("http",))


async def test_a_picture_is_kept_under_its_own_bytes(host: str, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    ours = files(session, tmp_path / "files")
    saved = await ours.fetch(f"{host}/picture", "", sent_at=START, now=START + timedelta(minutes=4))
    assert isinstance(saved, Saved)
    assert (saved.kind, saved.size) == ("image/jpeg", len(PICTURE))
    assert (tmp_path / saved.ref.replace("file/", "files/")).read_bytes() == PICTURE
    assert await ours.fetch(f"{host}/picture", "", sent_at=START, now=START) == saved
    assert len(list((tmp_path / "files").iterdir())) == 1


async def test_an_encrypted_file_is_kept_in_clear(host: str, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    ours = files(session, tmp_path)
    saved = await ours.fetch(f"{host}/secret", AES_KEY, sent_at=START, now=START)
    assert isinstance(saved, Saved)
    assert (tmp_path / saved.ref.removeprefix("file/")).read_text() == VECTORS["media"]["plain_utf8"]
    wrong = await ours.fetch(f"{host}/secret", AES_KEY[::-1], sent_at=START, now=START)
    assert isinstance(wrong, NotSaved)
    assert AES_KEY[::-1] not in wrong.why


@pytest.mark.parametrize(("path", "again"), [("/big", False), ("/gone", False), ("/away", False), ("/broken", True)])
async def test_what_cannot_be_had_is_not_kept(
    host: str, session: aiohttp.ClientSession, tmp_path: Path, path: str, again: bool
) -> None:
    found = await files(session, tmp_path).fetch(host + path, "", sent_at=START, now=START)
    assert isinstance(found, NotSaved)
    assert found.again is again
    assert list(tmp_path.iterdir()) == []


async def test_an_address_that_is_too_old_is_not_asked(
    host: str, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    late = START + ALIVE + timedelta(seconds=1)
    found = await files(session, tmp_path).fetch(f"{host}/picture", "", sent_at=START, now=late)
    assert found == NotSaved(why="address expired")


def test_only_the_platforms_own_hosts_are_asked() -> None:
    media = MediaFiles(new_session, Path("/nowhere"))
    for url in ("https://a.myqcloud.com/x?sign=1", "https://WEWORK.qpic.qq.com/x", "https://qq.com/"):
        assert media.allowed(url)
    for url in (
        "http://a.myqcloud.com/x",
        "https://myqcloud.com.evil.cn/x",
        "https://evilqq.com/x",
        "https://qq.com@evil.cn/x",
        "https://user:pass@qq.com/x",
        "https://127.0.0.1/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "ftp://qq.com/x",
        "",
    ):
        assert not media.allowed(url), url


async def test_a_full_disk_is_the_stores_trouble(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_bytes(b"")
    with pytest.raises(StoreDownError):
        await files(session, blocked).save(PICTURE)


def test_a_file_is_what_its_first_bytes_are() -> None:
    kinds = {
        b"\xff\xd8\xff\xe0": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"RIFF0000WEBP": "image/webp",
        b"RIFF0000WAVE": "audio/wav",
        b"#!AMR\n": "audio/amr",
        b"0000ftypmp42": "video/mp4",
        b"%PDF-1.7": "application/pdf",
    }
    assert {head: sniff(head + b"0" * 20) for head in kinds} == kinds
    assert sniff(b"<html>") is None
    assert sniff(b"") is None
