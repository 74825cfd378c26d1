"""The whole story, as a new user would play it: the real program, a real browser, from @民警 to 满意."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as TooLateError

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """`pingan run` in an empty folder, until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "PINGAN_SERVER__PORT": str(port), "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", cwd=tmp_path, env=environ)
    try:
        url = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(_until_up, url)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0


def _until_up(url: str) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, "the page does not answer within 90 s"
            time.sleep(0.1)


async def _enter(browser: Browser, address: str, who: str, chat: str, *, phone: bool = False) -> Page:
    size = PHONE if phone else WIDE
    page = await browser.new_page(viewport=size, has_touch=phone, is_mobile=phone, locale="zh-CN")  # type: ignore[arg-type]
    await page.goto(f"{address}/?as={who}&chat={chat}")
    await expect(page.get_by_test_id("composer")).to_be_visible()
    return page


async def _say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


async def _press(page: Page, label: str) -> None:
    await page.get_by_test_id("msg-button").get_by_text(label, exact=True).last.click(timeout=5000)


async def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png")


async def test_from_the_at_to_satisfied(browser: Browser, address: str) -> None:
    chen = await _enter(browser, address, "chen", "g:dongwan")
    await _say(chen, "@民警 3号楼有人往下扔垃圾袋，差点砸到人")
    last = chen.get_by_test_id("msg-text").last
    await expect(last).to_contain_text("已登记为 1 号", timeout=1000)
    told = re.search(r"已通知(.)警官", await last.inner_text())
    assert told is not None
    # Who is on duty depends on the hour this test runs at.
    officer = {"王": "wang", "李": "li", "赵": "zhao"}[told.group(1)]
    wang = await _enter(browser, address, officer, f"p:{officer}", phone=True)
    await expect(wang.get_by_test_id("msg-button").first).to_have_text("接单", timeout=1000)
    await expect(wang.get_by_test_id("msg-text").last).to_contain_text("因为：")
    await _picture(wang, "officer-card-phone")
    await _press(wang, "接单")
    await expect(last).to_contain_text("警官已接单")
    await _press(wang, "到场")
    await expect(last).to_contain_text("已到场")
    await _press(wang, "办结")
    await expect(wang.get_by_test_id("msg-button").get_by_text("已到场处置")).to_be_visible()
    await _picture(wang, "officer-finding-phone")
    await _press(wang, "已到场处置")
    await expect(wang.get_by_test_id("quote")).to_be_hidden()  # the question is answered
    await expect(chen.get_by_test_id("msg-button").get_by_text("解决了", exact=True)).to_be_visible()
    await _picture(chen, "resident-asked-wide")
    await _press(chen, "解决了")
    await _press(chen, "满意")
    await expect(chen.get_by_test_id("msg-text").last).to_contain_text("评价：满意")
    await expect(wang.get_by_test_id("msg-text").first).to_contain_text("评价：满意")
    await _picture(chen, "resident-done-wide")
    await _picture(wang, "officer-done-phone")


async def test_a_resident_cannot_press_an_officers_button_and_old_ones_tell_the_truth(
    browser: Browser, address: str
) -> None:
    liu = await _enter(browser, address, "liu", "p:liu", phone=True)
    await _say(liu, "有人叫我投30万，一年利息20%，靠谱吗？")
    await expect(liu.get_by_test_id("msg-text").last).to_contain_text("96110")
    await _picture(liu, "resident-scam-phone")
    officers = [await _enter(browser, address, who, "g:officers") for who in ("wang", "li")]
    for page in officers:
        await expect(page.get_by_test_id("msg-button").first).to_have_text("接单")
    # Whoever is a moment late finds the button gone or hears who was first; both are the truth.
    with contextlib.suppress(TooLateError):
        await asyncio.gather(*(_press(page, "接单") for page in officers))
    await expect(officers[0].get_by_test_id("msg-text").last).to_contain_text("经办")
    await _picture(officers[1], "officers-group-wide")
    held = await officers[0].get_by_test_id("msg-text").last.inner_text()
    assert ("王建国" in held) != ("李强" in held)
    assert "30万" not in held
