"""What the documents say of each channel is what its capabilities say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.base import Capabilities, Edits
from tests.conformance.driver import Driver, drivers

ROOT = Path(__file__).parents[2]
YES, NO = "✓", "–"
NAMES = {
    "local": "自带网页",
    "telegram": "Telegram",
    "wecom_aibot": "智能机器人（长连接）",
    "wecom_app": "自建应用",
    "wecom_webhook": "消息推送",
    "wecom_kf": "微信客服",
    "wechat_official": "公众号",
    "wecom_customer_group": "客户群群发",
}
EDITS = {Edits.ALWAYS: "随时", Edits.ON_PRESS: "只有卡片", Edits.NEVER: NO}


@pytest.fixture(params=drivers(), ids=lambda kind: kind.name)
async def driver(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Driver]:
    kind: type[Driver] = request.param
    async with kind.open(tmp_path) as opened:
        yield opened


def row(name: str, can: Capabilities) -> str:
    """Its line of the table."""
    cells = [
        NAMES[name],
        YES if can.hears_mentions else NO,
        YES if can.private_chats else NO,
        YES if can.replies else NO,
        YES if can.buttons else "数字" if can.hears else NO,
        EDITS[can.editing],
        pushed(can),
        YES if can.reaches_residents else NO,
        f"{can.limits.text} {'字节' if can.limits.unit == 'utf8' else '字'}",
    ]
    return f"| {' | '.join(cells)} |"


def pushed(can: Capabilities) -> str:
    if can.human_confirms:
        return "群主确认才发"
    if not can.pushes:
        return f"对方说话后 {can.limits.turn_hours:g} 小时内 {can.limits.per_turn} 条"
    return "跟我们说过话的" if can.push_needs_talk else YES


async def test_the_table_of_platforms_is_the_data(driver: Driver) -> None:
    lines = (ROOT / "docs/platforms/README.md").read_text(encoding="utf-8").splitlines()
    name = driver.platform.name
    assert row(name, driver.platform.capabilities) in lines, row(name, driver.platform.capabilities)


async def test_the_first_page_promises_no_more_and_no_less(driver: Driver) -> None:
    can = driver.platform.capabilities
    said = first_page()[driver.platform.name]
    assert said["hears"].startswith("不听") != can.hears_mentions
    assert (said["buttons"] == "没有" or "数字" in said["buttons"]) != can.buttons
    assert ("数字" in said["buttons"]) == (can.hears and not can.buttons)
    assert ("群主" in said["pushes"]) == can.human_confirms
    assert (pushed(can) in said["pushes"]) == (not can.pushes and not can.human_confirms)
    assert ("跟它说过话" in said["pushes"]) == (can.pushes and can.push_needs_talk)
    assert ("群众" in said["who"] or "演示" in said["who"]) == can.reaches_residents


def first_page() -> dict[str, dict[str, str]]:
    """platform → what the README's table says of it; an empty cell or 同上 means what stands above it."""
    pages = {
        "wecom-aibot": ["wecom_aibot"],
        "wecom-app": ["wecom_app"],
        "wecom-webhook": ["wecom_webhook"],
        "wecom-kf": ["wecom_kf"],
        "wechat-official": ["wechat_official"],
        "customer-group": ["wecom_customer_group"],
        "telegram": ["telegram", "local"],
    }
    found: dict[str, dict[str, str]] = {}
    before = dict.fromkeys(("who", "platform", "hears", "buttons", "pushes"), "")
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        page = next((page for page in pages if f"(docs/platforms/{page}.md)" in line and line.startswith("|")), None)
        if page is None:
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        before = {key: before[key] if cell in ("", "同上") else cell for key, cell in zip(before, cells, strict=True)}
        found |= dict.fromkeys(pages[page], before)
    return found
