"""Officers on 自建应用: cards one to one, buttons, greying by response_code, restarts, and what goes wrong."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage.model.messages import OutRow, Role
from storage.model.tickets import State
from storage.unit import Unit
from tests.fake_wecom import FakeWecom, Fault
from tests.fake_wecom.crypt import write_xml
from tests.harness import Shown as OtherShown
from tests.officers import MATTER, OWNERS, Office, pressed
from tests.stories import on_sqlite


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with FakeWecom() as fake:
        office = Office(url=database_url, fake=fake, folder=tmp_path)
        await office.open()
        yield office
        await office.close()


def receipt(office: Office) -> OtherShown:
    return next(s for s in office.other.chats[OWNERS] if s.out.role == "receipt")


async def test_a_matter_from_the_group_to_its_end(office: Office) -> None:
    """Report → card → claim → restart → on the scene → resolved; the resident reads every step elsewhere."""
    await office.reports()
    first = office.card("lijing", "接单")
    assert MATTER in "".join(office.texts("lijing"))
    assert await office.fake.doors["app"].hello()
    await office.press("lijing", "接单")
    await office.until_button("lijing", "办结")
    assert first.labels[0] != "接单"
    assert (await office.ticket()).state is State.CLAIMED
    await office.until(lambda: "李" in receipt(office).text, "the receipt names the officer")
    await office.restart()
    await office.press("lijing", "到场")
    await office.until(lambda: "到场" not in first.labels, "the card goes on")
    await office.press("lijing", "办结")
    await office.until(
        lambda: any("处置" in label for s in office.fake.seen("lijing") for label in s.labels), "finding"
    )
    finding = next(label for s in office.fake.seen("lijing") for label in s.labels if "处置" in label)
    await office.press("lijing", finding)
    await office.until(lambda: len(first.labels) == 1, "the card has nothing left to press")
    assert first.card is not None
    assert [(b["style"], b["key"].split(":")[0]) for b in first.card["button_list"]] == [(4, "noop")]
    assert "已办结" in first.labels[0]
    assert (await office.ticket()).state is State.RESOLVED
    await office.idle()
    assert office.fake.state.complaints == []


async def test_the_others_cards_follow_by_their_own_codes(office: Office) -> None:
    """An urgent matter is on the leader's phone too. When 李静 has it his card shows it; his one code is then spent, so
    of the end he reads a short line. No code is used twice."""
    await office.reports("有人持刀砍人，快来")
    await office.until_button("sun", "接单")
    leaders = office.card("sun", "接单")
    await office.press("lijing", "接单")
    await office.until(lambda: "接单" not in leaders.labels, "the leader's card changes")
    assert "李静" in leaders.text
    await office.fake.app.say("lijing", "办结 1 已到场处置")
    await office.until_text("sun", "1 号已办结")
    await office.idle()
    used = [call["response_code"] for call in office.fake.state.called("message/update_template_card")]
    assert len(used) == len(set(used)) >= 2
    assert office.fake.state.complaints == []


async def test_a_matter_handed_over_is_so_on_both_cards(office: Office) -> None:
    await office.reports()
    mine = office.card("lijing", "接单")
    await office.fake.app.say("lijing", "转派 1 王建国")
    await office.until_button("wang", "办结")
    await office.until(lambda: "经办：王建国" in mine.text, "her card says who has it")


async def test_who_opens_the_application_again_and_again_is_greeted_once(office: Office) -> None:
    await office.fake.app.enter("wu")
    await office.until_text("wu", "您好")
    office.fake.state.clock = lambda: time.time() + 5
    await office.fake.app.enter("wu")
    await office.idle()
    assert sum("您好" in text for text in office.texts("wu")) == 1


async def test_a_press_delivered_three_times_claims_once(office: Office) -> None:
    await office.reports()
    office.fake.doors["app"].seconds = 5
    await office.press("lijing", "接单")
    await office.until_button("lijing", "办结")
    await office.idle()
    said = office.texts("lijing")
    knock = office.fake.doors["app"].knocks[-1]
    for _ in range(3):
        assert (await office.fake.doors["app"].replay(knock)).status == 200
    fields = {
        "ToUserName": "wwcorp1", "FromUserName": "lijing", "CreateTime": int(time.time()), "MsgType": "text",
        "Content": "值班", "MsgId": 77, "AgentID": 1000002,
    }  # fmt: skip
    for _ in range(3):  # sealed anew each time, as the platform repeats
        assert (await office.fake.doors["app"].tell(write_xml(fields))).status == 200
    await office.until(lambda: len(office.texts("lijing")) > len(said), "one answer")
    await office.idle()
    assert len(office.texts("lijing")) == len(said) + 1


@pytest.mark.parametrize("label", ["到场", "更多"])
async def test_an_old_card_becomes_true_at_its_next_press(office: Office, label: str) -> None:
    """Its one code is spent; the ticket goes on elsewhere; a press tells how it is, and brings the code to show it."""
    await office.reports()
    mine = await office.press("lijing", "接单")
    await office.until_button("lijing", "办结")
    await office.fake.app.say("lijing", "办结 1 已到场处置")
    await office.until(lambda: any("1 号已办结" in t for t in office.texts("lijing")), "the short line")
    await office.idle()
    assert "办结" in mine.labels
    await office.press("lijing", label)
    await office.until(lambda: len(mine.labels) == 1, "the card shows the end")
    await office.idle()
    assert (await office.ticket()).state is State.RESOLVED


async def test_claims_from_two_platforms_at_once_have_one_winner(office: Office) -> None:
    """李静 presses her card in 企业微信, 王建国 in the group of another platform: within a second both are true."""
    await office.reports()
    card = next(s for s in office.other.chats["g9"] if "接单" in s.labels)
    elsewhere = pressed(office.event("wang2", "王建国", "g9"), card.button("接单").action, card.ref)
    begun = time.monotonic()
    mine, _ = await asyncio.gather(office.press("lijing", "接单"), office.happens(elsewhere))
    await office.until(lambda: "接单" not in mine.labels and "接单" not in card.labels, "both cards changed")
    seconds = time.monotonic() - begun
    ticket = await office.ticket()
    winner = "李静" if ticket.assignee_id == ticket.routed_id else "王建国"
    assert ticket.state is State.CLAIMED
    await office.idle()
    assert winner in card.text
    assert winner in mine.text
    assert seconds < 1.0


async def test_an_officer_outside_the_visible_range_is_passed_over(office: Office) -> None:
    """81013 and invaliduser are seen: the card goes to the next one."""
    office.fake.app.members.discard("lijing")
    await office.happens(office.event("chen", "陈先生", OWNERS, MATTER))
    await office.until(
        lambda: any("接单" in s.labels for user in ("wang", "sun") for s in office.fake.seen(user)), "somebody else"
    )


async def test_a_lost_answer_doubles_nothing(office: Office) -> None:
    """The card arrived and the answer did not: the same again, unmarked, is dropped by the platform itself."""
    office.fake.inject(Fault("abort", "message/send"))
    await office.reports()
    await office.until(lambda: len(office.fake.state.called("message/send")) >= 2, "tried again")
    await office.idle()
    bodies = office.fake.state.called("message/send")
    assert {k: v for k, v in bodies[0].items() if k != "query"} == {k: v for k, v in bodies[1].items() if k != "query"}
    assert sum("接单" in s.labels for s in office.fake.seen("lijing")) == 1
    assert not any("可能是重复的" in text for text in office.texts("lijing"))
    await office.press("lijing", "接单")  # its code got lost; the press brings another
    await office.until_button("lijing", "办结")


async def test_equal_words_twice_are_two_messages(office: Office) -> None:
    for _ in range(2):
        await office.fake.app.say("lijing", "我的")
    await office.until(lambda: len(office.texts("lijing")) == 2, "two answers")
    one, two = office.texts("lijing")
    assert one != two
    assert one.rstrip("\u200b\u200c") == two.rstrip("\u200b\u200c")


@on_sqlite
async def test_a_token_is_fetched_once_for_all_and_renewed_once(office: Office) -> None:
    await office.reports()
    assert len(office.fake.state.called("gettoken")) == 1
    office.fake.qyapi.revoke_tokens()
    await office.press("lijing", "接单")
    await office.until_button("lijing", "办结")
    await office.idle()
    assert len(office.fake.state.called("gettoken")) == 2


@on_sqlite
async def test_an_address_that_is_not_trusted_waits_and_says_what_to_do(office: Office) -> None:
    """60020: nothing is lost of it, nobody is passed over, and the log says where to put it right."""
    office.fake.qyapi.trusted = False
    with capture_logs() as logs:
        await office.happens(office.event("chen", "陈先生", OWNERS, MATTER))
        await office.until(lambda: any(log.get("code") == 60020 for log in logs), "refused")
    assert any("企业可信IP" in log.get("hint", "") for log in logs)
    rows: list[OutRow] = []
    async with asyncio.timeout(5):
        while not rows:
            await asyncio.sleep(0.02)
            async with office.engine.read() as tx:
                later = datetime.now(UTC) + timedelta(hours=1)
                rows = [r.row for r in await Unit(tx).outbox.ready("wecom_app", "1000002", later, limit=10)]
            rows = [row for row in rows if row.out.role is Role.CARD]
    assert len(rows) == 1
    assert rows[0].error.startswith("60020")


@on_sqlite
async def test_nothing_secret_is_ever_written(office: Office) -> None:
    """Refusals of every kind, with the token, the secret and the code near them; the database holds no open code."""
    with capture_logs() as logs:
        await office.reports()
        office.fake.inject(*(Fault("errcode", "message/update_template_card", code=code) for code in (45033, 40058)))
        await office.press("lijing", "接单")
        await office.until(lambda: len(office.fake.state.called("message/update_template_card")) == 2, "tried twice")
        await office.idle()
    tokens = {call["query"].get("access_token", "-") for call in office.fake.state.called("message/send")}
    codes = {call["response_code"] for call in office.fake.state.called("message/update_template_card")}
    kit = office.fake.setup
    kept = b"".join(file.read_bytes() for file in Path(office.url.removeprefix("sqlite:///")).parent.glob("pingan.db*"))
    for secret in (*tokens, *codes, kit.app_secret, kit.token, kit.aes_key):
        assert secret not in str(logs)
        assert secret.encode() not in kept
    assert any(log["event"] == "wecom_app.refused" for log in logs)
