"""The chat page as people use it: two at once, on a wide screen and on a phone, with a bad line."""

import json
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from storage.model.messages import Address, Content, Outgoing
from tests.browser.echo import EchoBot, serve

pytestmark = pytest.mark.browser
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
GARDEN = "chat-g:garden"
COUNT_TONES = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones += 1; return start.call(this, at); };
}"""


def a_picture() -> bytes:
    """A small PNG a browser can really show."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80\xa0\xc0" * 40) * 30
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class People:
    """Opens the page as somebody, and remembers everything a page complained about."""

    def __init__(self, browser: Browser, address: str, bot: EchoBot) -> None:
        self.browser = browser
        self.address = address
        self.bot = bot
        self.complaints: list[str] = []

    async def enter(self, user_id: str, *, phone: bool = False, chat: str = "") -> Page:
        page = await self.browser.new_page(
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        await page.goto(f"{self.address}/?as={user_id}{f'&chat={chat}' if chat else ''}")
        await expect(page.get_by_test_id(GARDEN)).to_be_attached()
        return page


@pytest.fixture
async def people(browser: Browser, tmp_path: Path) -> AsyncIterator[People]:
    async with serve(tmp_path) as (address, bot):
        yield People(browser, address, bot)


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


def bubbles(page: Page) -> Locator:
    return page.get_by_test_id("msg-text")


async def test_a_call_reaches_the_officer_and_the_card_changes_in_place(people: People) -> None:
    chen, wang = await people.enter("chen"), await people.enter("wang")
    await say(chen, "@民警 有人高空抛物")
    await expect(bubbles(chen).last).to_contain_text("收到，第 1 号", timeout=1000)
    await expect(wang.get_by_test_id("msg-button").first).to_have_text("接单", timeout=1000)
    await expect(wang.get_by_test_id(GARDEN).get_by_test_id("unread")).to_have_text("2")
    await wang.get_by_test_id("msg-button").first.click()
    await expect(wang.get_by_test_id("toast")).to_have_text("接好了，辛苦。")
    await expect(wang.get_by_test_id("msg-button")).to_have_text(["到场"])
    await expect(wang.get_by_test_id("msg")).to_have_count(1)
    await wang.get_by_test_id(GARDEN).click()
    await expect(wang.get_by_test_id(GARDEN).get_by_test_id("unread")).to_have_count(0)
    await expect(wang.get_by_test_id("msg")).to_have_count(2)
    assert people.complaints == []


async def test_an_answer_to_be_read_must_be_tapped_away(people: People) -> None:
    chen, wang = await people.enter("chen"), await people.enter("wang")
    await say(chen, "@民警 来")
    await wang.get_by_text("先看详情").click()
    await expect(wang.get_by_test_id("alert")).to_have_text("只有这些。")
    await wang.keyboard.press("Enter")
    await expect(wang.get_by_test_id("alert")).to_be_hidden()
    await expect(wang.get_by_text("先看详情")).to_be_enabled()


async def test_choosing_somebody_and_changing_over(people: People) -> None:
    page = await people.browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
    await page.goto(people.address)
    await page.get_by_test_id("persona-liu").click()
    await expect(page.get_by_test_id("me")).to_contain_text("刘阿姨")
    await expect(page.get_by_test_id("me")).to_contain_text("演示")
    await expect(page.get_by_test_id("chat-g:police")).to_have_count(0)
    await page.get_by_test_id("try").first.click()
    await expect(page.get_by_test_id("composer")).to_have_value("@民警 有人高空抛物")
    await page.get_by_test_id("switch-persona").click()
    await page.get_by_test_id("persona-wang").click()
    await expect(page.get_by_test_id("chat-g:police")).to_be_visible()


async def test_names_are_offered_while_typing(people: People) -> None:
    chen = await people.enter("chen")
    composer = chen.get_by_test_id("composer")
    await composer.press_sequentially("请 @")
    await expect(chen.get_by_test_id("mention-民警")).to_be_visible()
    await composer.press_sequentially("李")
    await expect(chen.get_by_test_id("mention-list").get_by_role("option")).to_have_count(1)
    await composer.press("Enter")
    await expect(composer).to_have_value("请 @李警官 ")
    await composer.press_sequentially("看看")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("谢谢")
    await composer.press("Enter")
    await expect(bubbles(chen).first).to_have_text("请 @李警官 看看\n谢谢", use_inner_text=True)


async def test_replying_and_changing_ones_words(people: People) -> None:
    chen, liu = await people.enter("chen"), await people.enter("liu")
    await say(chen, "@民警 三号楼有人吵架")
    await expect(bubbles(liu)).to_have_count(2)
    await bubbles(liu).first.click()
    await expect(liu.get_by_test_id("quote")).to_contain_text("回复 陈先生：@民警 三号楼有人吵架")
    await say(liu, "我也听见了")
    await expect(chen.get_by_test_id("msg-quote").last).to_contain_text("陈先生：@民警 三号楼")
    await bubbles(chen).first.click()
    await chen.get_by_test_id("quote-edit").click()
    await say(chen, "@民警 五号楼有人吵架")
    await expect(bubbles(liu).first).to_have_text("@民警 五号楼有人吵架")
    await expect(liu.get_by_test_id("msg").first).to_contain_text("已修改")


async def test_a_picture_is_previewed_sent_and_looked_at(people: People) -> None:
    chen, wang = await people.enter("chen"), await people.enter("wang", chat="g:garden")
    pictures = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": a_picture()} for n in "ab"]
    await chen.get_by_test_id("photo").set_input_files(pictures)  # type: ignore[arg-type]
    await expect(chen.get_by_test_id("picture")).to_have_count(2)
    await say(chen, "@民警 就是这个")
    await expect(wang.get_by_test_id("msg-photo")).to_have_count(2)
    assert (
        await wang.get_by_test_id("msg-photo")
        .first.locator("img")
        .evaluate("i => i.decode().then(() => i.naturalWidth)")
        == 40
    )
    assert len({e.album for e in people.bot.heard}) == 1
    await wang.get_by_test_id("msg-photo").first.click()
    await expect(wang.get_by_role("dialog")).to_be_visible()
    await wang.keyboard.press("Escape")
    await expect(wang.get_by_role("dialog")).to_be_hidden()
    assert people.complaints == []


async def test_what_did_not_go_out_goes_out_once_on_retry(people: People) -> None:
    chen = await people.enter("chen")
    bodies: list[str] = []

    async def lose(route: Route) -> None:
        bodies.append(json.loads(route.request.post_data or "")["event"])
        await (route.abort() if len(bodies) == 1 else route.continue_())

    await chen.route("**/chat/messages", lose)
    await say(chen, "@民警 有人吵架")
    failed = chen.get_by_test_id("msg-failed")
    await expect(failed).to_have_text("没发出去，点此重试")
    await chen.get_by_test_id("chat-g:street").click()
    await chen.get_by_test_id(GARDEN).click()
    await failed.click()
    await expect(failed).to_have_count(0)
    await expect(bubbles(chen)).to_have_count(2)
    assert bodies[0] == bodies[1]
    assert [e.text for e in people.bot.heard] == ["@民警 有人吵架"]


async def test_a_lost_line_is_said_and_caught_up(people: People) -> None:
    chen, liu = await people.enter("chen"), await people.enter("liu")
    await say(liu, "在吗")
    await expect(bubbles(chen)).to_have_count(1)
    await chen.context.set_offline(True)
    await expect(chen.get_by_test_id("banner")).to_have_text("连接断开，正在重连…", timeout=5000)
    await expect(chen.get_by_test_id("banner")).to_be_visible()
    await say(liu, "刚才断了吗")
    await chen.context.set_offline(False)
    await expect(chen.get_by_test_id("banner")).to_be_hidden(timeout=8000)
    await expect(bubbles(chen)).to_have_text(["在吗", "刚才断了吗"])


async def test_the_conversation_is_there_after_loading_anew(people: People) -> None:
    chen = await people.enter("chen")
    for n in range(23):
        await say(chen, f"@民警 第 {n} 件")
        await expect(bubbles(chen)).to_have_count(2 * n + 2)
    await chen.reload()
    await expect(bubbles(chen)).to_have_count(40)
    await expect(bubbles(chen).last).to_be_in_viewport()
    await chen.get_by_test_id("older").click()
    await expect(bubbles(chen)).to_have_count(46)
    await expect(chen.get_by_test_id("older")).to_be_hidden()
    assert await chen.locator("[data-testid=msg][data-from=chen]").count() == 23


async def test_one_thumb_on_a_phone(people: People) -> None:
    chen = await people.enter("chen")
    wang = await people.enter("wang", phone=True)
    await say(chen, "@民警 有人高空抛物")
    await wang.get_by_test_id("chat-p:wang").tap()
    await expect(wang.get_by_test_id("chat-p:wang")).to_be_hidden()
    for button in await wang.get_by_test_id("msg-button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["x"] + box["width"] <= PHONE["width"]
    await wang.get_by_test_id("msg-button").first.tap()
    await expect(wang.get_by_test_id("msg-button")).to_have_text(["到场"])
    assert await wang.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    sizes = await wang.evaluate(
        "[...document.querySelectorAll('.msg-text, #text, body')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 18
    await wang.get_by_test_id("back").tap()
    await expect(wang.get_by_test_id("chat-p:wang")).to_be_visible()
    await wang.get_by_test_id(GARDEN).tap()
    await wang.go_back()
    await expect(wang.get_by_test_id(GARDEN)).to_be_visible()
    assert people.complaints == []


async def test_two_people_on_one_screen(people: People) -> None:
    page = await people.browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
    await page.goto(people.address)
    await page.get_by_test_id("split").click()
    left, right = (page.frame_locator(f"[data-testid=frame-{side}]") for side in ("left", "right"))
    await left.get_by_test_id("composer").fill("@民警 有人高空抛物")
    await left.get_by_test_id("composer").press("Enter")
    await right.get_by_test_id("msg-button").first.click()
    await expect(right.get_by_test_id("msg-button")).to_have_text(["到场"])
    await page.get_by_test_id("split-left").select_option("liu")
    await expect(left.get_by_test_id("chat-title")).to_have_text("东湾花园业主群")
    assert "left=liu" in page.url


async def test_fifty_messages_of_two_people_stay_in_order(people: People) -> None:
    chen, liu = await people.enter("chen"), await people.enter("liu")
    for n in range(50):
        await say(chen if n % 2 else liu, f"第 {n} 句")
    await expect(bubbles(chen)).to_have_count(50)
    await expect(bubbles(liu)).to_have_count(50)
    ids = "[...document.querySelectorAll('[data-testid=msg]')].map(e => e.dataset.id)"
    seen = await chen.evaluate(ids)
    assert seen == sorted(seen) == await liu.evaluate(ids)


async def test_a_question_of_the_bot_opens_the_answering_field(people: People) -> None:
    chen = await people.enter("chen", chat="p:chen")
    asked = Content(text="在哪一栋？", ask=True)
    to = Address(platform="local", bot="local", chat_id="p:chen")
    await people.bot.platform.send(Outgoing(key="ask:1", to=to, content=asked), "")
    await expect(chen.get_by_test_id("quote")).to_contain_text("回复 平安：在哪一栋？")
    await expect(chen.get_by_test_id("composer")).to_be_focused()
    await say(chen, "三号楼")
    await expect(chen.get_by_test_id("msg-quote").first).to_have_text("平安：在哪一栋？")
    assert people.bot.heard[0].addressed


async def test_what_is_urgent_is_heard_until_somebody_touches_the_page(people: People) -> None:
    wang = await people.enter("wang", chat="g:garden")
    await wang.evaluate(COUNT_TONES)
    await wang.get_by_test_id("composer").click()  # browsers stay silent before the first touch
    to = Address(platform="local", bot="local", chat_id="p:wang")
    await people.bot.platform.send(Outgoing(key="card:1", to=to, content=Content(text="1 号 · 待接单")), "")
    await expect(wang.get_by_test_id("chat-p:wang").get_by_test_id("unread")).to_have_text("1")
    assert await wang.evaluate("window.tones") == 0
    loud = Content(text="🔴 紧急 · 2 号 · 待接单", loud=True)
    await people.bot.platform.send(Outgoing(key="card:2", to=to, content=loud), "")
    await expect(wang).to_have_title("🔴 紧急 · (2) 平安 · 王建国")
    await wang.wait_for_function("window.tones >= 4")
    await wang.get_by_test_id("chat-p:wang").click()
    await expect(wang).to_have_title("平安 · 王建国")
    await expect(bubbles(wang).last).to_have_text("🔴 紧急 · 2 号 · 待接单")
    await wang.reload()
    await expect(wang.get_by_test_id("chat-p:wang")).to_contain_text("🔴 紧急")
    await expect(wang).to_have_title("平安 · 王建国")
    assert people.complaints == []


async def test_a_restart_of_the_bot_needs_no_reload(browser: Browser, tmp_path: Path) -> None:
    async with serve(tmp_path) as (address, bot):
        port = int(address.rpartition(":")[2])
        chen = await People(browser, address, bot).enter("chen")
        await say(chen, "闲聊一句")
        await say(chen, "@民警 井盖坏了")
        await expect(bubbles(chen)).to_have_count(3)
    await expect(chen.get_by_test_id("banner")).to_be_visible(timeout=8000)
    await say(chen, "@民警 还有路灯")
    await expect(chen.get_by_test_id("msg-failed")).to_be_visible()
    async with serve(tmp_path, port):
        await expect(chen.get_by_test_id("banner")).to_be_hidden(timeout=10000)
        await expect(bubbles(chen).first).to_have_text("@民警 井盖坏了")
        await chen.get_by_test_id("msg-failed").click()
        await expect(chen.get_by_test_id("msg-failed")).to_have_count(0)
        await expect(bubbles(chen)).to_have_count(4)
        await chen.close()
