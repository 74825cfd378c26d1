"""What is said to 智能机器人, from the platform's JSON to an Inbound; and our words as markdown."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.textcut import measure
from bot.adapters.wecom_aibot import events
from bot.adapters.wecom_aibot.intake import concerns_us, read
from bot.adapters.wecom_aibot.wire import Body
from bot.adapters.wecom_aibot.words import OurNames, clean, markdown, same
from storage.engine.base import Engine
from storage.model.messages import AttachmentKind, ChatKind, Content, Inbound, InboundKind, Lane, Outgoing
from storage.unit import Unit
from tests.adapters.test_telegram_hostile import damage_bytes
from tests.adapters.wecom_aibot_kit import BOT, NAMES, REF, Shelf, intake, recorded, taken
from tests.adapters.wecom_kit import NOW
from tests.stories import on_sqlite


async def heard(engine: Engine, name: str) -> Inbound:
    return events.parse((await taken(engine, name)).envelope.body, BOT)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_text", "3栋楼道电动车飞线充电"),
        ("group_at_others", "请 看看，@李警官 也请知道"),
        ("group_bare", ""),
        ("group_quote", "请登记"),
        ("group_mixed", "看这里\n就在门口"),
        ("private_text", "接单 12"),
        ("private_voice", "我在三号楼门口"),
        ("private_unknown", ""),
        ("enter_chat", "/start"),
    ],
)
@on_sqlite
async def test_words(engine: Engine, name: str, text: str) -> None:
    event = await heard(engine, name)
    assert (event.kind, event.text, event.addressed) == (InboundKind.MESSAGE, text, True)
    assert event.sender.user_id == "zhangsan"
    group = name.startswith("group")
    assert event.chat.kind is (ChatKind.GROUP if group else ChatKind.PRIVATE)
    assert event.chat.address.chat_id == ("wrC1" if group else "u:zhangsan")


@on_sqlite
async def test_other_people_who_are_called_stay_called(engine: Engine) -> None:
    assert [m.name for m in (await heard(engine, "group_at_others")).mentions] == ["李警官"]


@on_sqlite
async def test_a_press(engine: Engine) -> None:
    for name, chat in (("group_press", "wrC1"), ("private_press", "u:zhangsan")):
        event = await heard(engine, name)
        assert (event.kind, event.button, event.message_id) == (InboundKind.BUTTON, "claim:12", "T12@ab@cd")
        assert event.chat.address.chat_id == chat
        assert event.event_id.startswith("E:")
        assert event.callback_id == ""


def test_what_is_nothing_to_us() -> None:
    unwanted = {name for name in NAMES if not concerns_us(read(recorded(name)))}
    assert unwanted == {"feedback", "disconnected", "stream_refresh"}


@on_sqlite
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("group_mixed", [AttachmentKind.PHOTO] * 2),
        ("private_image", [AttachmentKind.PHOTO]),
        ("private_file", [AttachmentKind.FILE]),
        ("private_video", [AttachmentKind.VIDEO]),
    ],
)
async def test_files_are_fetched_before_it_is_stored(engine: Engine, name: str, kinds: list[AttachmentKind]) -> None:
    event = await heard(engine, name)
    assert [(a.kind, a.ref) for a in event.attachments] == [(kind, REF) for kind in kinds]


@on_sqlite
async def test_by_callback_files_have_the_key_of_the_callback(engine: Engine) -> None:
    shelf = Shelf()
    body = json.loads(recorded("private_image"))
    del body["image"]["aeskey"]
    await intake(engine, shelf, global_key="GLOBAL").take(read(json.dumps(body).encode()), NOW)
    assert [key for _, key in shelf.fetched] == ["GLOBAL"]


@on_sqlite
async def test_a_file_from_elsewhere_is_only_mentioned(engine: Engine) -> None:
    body = recorded("private_image").replace(b"myqcloud.com", b"evil.example")
    stored = await intake(engine).take(read(body), NOW)
    assert [a.ref for a in events.parse(stored.envelope.body, BOT).attachments] == [""]


@on_sqlite
async def test_no_key_to_a_chat_or_a_file_is_stored(engine: Engine) -> None:
    for name in NAMES:
        if concerns_us(read(recorded(name))):
            stored = await taken(engine, name, req_id="R1")
            everything = stored.envelope.body.decode() + repr(stored.route)
            for secret in ("RC1", "response_code", "myqcloud", "abcdefghij"):
                assert secret not in everything, name


@on_sqlite
async def test_somebody_elses_words_are_quoted_and_our_own_are_answered(engine: Engine) -> None:
    assert (await heard(engine, "group_quote")).quoted == "3栋一直有人敲墙"
    said = Outgoing(
        key="q", to=events.address(BOT, "wrC1"), content=Content(text="3栋一直有人\n敲墙"), lane=Lane.RESIDENT
    )
    async with engine.write() as tx:
        outbox = Unit(tx).outbox
        await outbox.add(said, NOW)
        row = (await outbox.ready(events.PLATFORM, BOT, NOW, limit=1))[0].row
        await outbox.lease(row.id, owner="o", until=NOW)
        await outbox.sent(row.id, owner="o", message_ref="push:S1", at=NOW)
    event = await heard(engine, "group_quote")
    assert (event.reply_to, event.quoted) == ("push:S1", "")


def understood(raw: bytes) -> Body | None:
    try:
        return read(raw)
    except (ValueError, RecursionError):
        return None


@on_sqlite
async def test_ten_thousand_damaged_callbacks_raise_nothing_of_their_own(engine: Engine) -> None:
    chance = random.Random(20_261_122)
    bodies = [recorded(name) for name in NAMES]
    ears = intake(engine)
    stored = 0
    for number in range(10_000):
        raw = chance.choice(bodies)
        for _ in range(chance.randint(1, 3)):
            raw = damage_bytes(raw, chance) if raw else chance.randbytes(9)
        body = understood(raw)
        if body is None:
            continue
        if concerns_us(body) and (number % 20 == 0 or body.quote is None):
            event = events.parse((await ears.take(body, NOW, req_id="R")).envelope.body, BOT)
            assert "\x00" not in event.text + event.sender.user_id + event.chat.address.chat_id
            stored += 1
    assert stored > 500


# ── our name, and what people type ─────────────────────────────────────────
@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("@平安小助手 路灯坏了", "路灯坏了"),
        ("@平安小助手\u2005路灯坏了", "路灯坏了"),
        ("@平安小助手\u200b路灯坏了", "路灯坏了"),
        ("＠平安小助手路灯坏了", "路灯坏了"),
        ("路灯坏了@平安小助手", "路灯坏了"),
        ("@王警官 路灯坏了", "@王警官 路灯坏了"),
        ("@bot2 你好", "@bot2 你好"),
        ("@bot 你好", "你好"),
    ],
)
def test_our_name_is_taken_out(typed: str, left: str) -> None:
    assert OurNames(["平安小助手", "平安", "bot"]).out_of(clean(typed)) == left


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**不是**粗体 `码`", "＊＊不是＊＊粗体 ｀码｀"),
        ("# 标题\n> 引用\n12#", "＃ 标题\n＞ 引用\n12#"),
        ("<@all> [点我](https://x.cn/a_b)", "＜@all> ［点我](https://x.cn/a_b)"),
        ("https://x.cn/a_b*c_ 好", "https://x.cn/a_b*c_ 好"),
        ("zhang_san 和 _强调_", "zhang_san 和 ＿强调＿"),
        ("电话 110，A-1 栋", "电话 110，A-1 栋"),
    ],
)
def test_what_people_wrote_is_never_markup(text: str, shown: str) -> None:
    assert markdown(text, 20480) == shown


@given(st.text(max_size=400), st.integers(min_value=40, max_value=4096))
def test_markdown_is_within_its_bytes_and_begins_nothing(text: str, limit: int) -> None:
    shown = markdown(text, limit)
    assert measure(shown, "utf8") <= limit
    if "http" not in text:
        assert not set("*`<[~") & set(shown)
        assert not any(line.lstrip(" \t").startswith(("#", ">")) for line in shown.split("\n") if line[:4].strip())


@given(st.text(max_size=300))
def test_clean_is_stable_and_quotes_of_ours_are_recognised(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    if "".join(once.split()).strip("…"):
        assert same(once, markdown(once, 20480))
