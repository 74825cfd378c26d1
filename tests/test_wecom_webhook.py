"""消息推送: what arrives in the group, what the key's limits do, and that the key is written nowhere."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.adapters.base import CannotEdit, Later, Never, SendResult, Sent, Unknown
from bot.adapters.wecom_webhook.adapter import WebhookPlatform, build
from bot.config_channels import WecomWebhook
from storage.engine.base import Engine
from storage.model.messages import Attachment, AttachmentKind, Outgoing, OutKind
from tests.fake_wecom import FakeWecom, Fault
from tests.harness import HeldClock
from tests.officers import MATTER, Office
from tests.stories import on_sqlite
from tests.wecom_channels import emulator, kit_for, out

KEY = "KEY-1111-2222"
GROUP, OTHER = "民警群", "义警群"
PNG = b"\x89PNG\r\n\x1a\n picture"


@dataclass
class Hook:
    fake: FakeWecom
    clock: HeldClock
    platform: WebhookPlatform
    folder: Path

    async def say(self, text: str, chat: str = GROUP, **content: Any) -> SendResult:
        return await self.platform.send(out("wecom_webhook", "wecom_webhook", chat, text, **content), "")

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return self.fake.state.called("webhook/send")


@pytest.fixture
async def hook(engine: Engine, tmp_path: Path) -> AsyncIterator[Hook]:
    async with emulator() as (fake, clock), kit_for(fake, clock, engine, tmp_path) as kit:
        platform = build(kit).platform
        assert isinstance(platform, WebhookPlatform)
        yield Hook(fake, clock, platform, tmp_path)


pytestmark = on_sqlite  # nothing of it touches a database


async def test_words_arrive_as_they_were_written(hook: Hook) -> None:
    assert await hook.say("**1 号** <@all> 已办结") == Sent()
    assert [s.text for s in hook.fake.seen(GROUP)] == ["**1 号** <@all> 已办结"]
    assert hook.bodies[0]["msgtype"] == "text"
    assert "mentioned_list" not in hook.bodies[0]["text"]


async def test_what_cannot_wait_calls_everybody(hook: Hook) -> None:
    await hook.say("紧急", loud=True)
    assert hook.bodies[0]["text"]["mentioned_list"] == ["@all"]


async def test_a_picture_we_keep_goes_with_its_words(hook: Hook) -> None:
    ref = hashlib.sha256(PNG).hexdigest()
    (hook.folder / "files").mkdir()
    (hook.folder / "files" / ref).write_bytes(PNG)
    photo = Attachment(kind=AttachmentKind.PHOTO, ref=f"file/{ref}")
    assert await hook.say("1 号", attachment=photo) == Sent()
    assert [body["msgtype"] for body in hook.bodies] == ["text", "image"]
    other = hashlib.sha256(b"%PDF-1").hexdigest()
    (hook.folder / "files" / other).write_bytes(b"%PDF-1")
    assert await hook.say("", attachment=Attachment(kind=AttachmentKind.FILE, ref=f"file/{other}")) == Sent()
    assert hook.bodies[-1]["msgtype"] == "file"
    assert len(hook.fake.state.called("webhook/upload_media")) == 1


@pytest.mark.parametrize("ref", ["file/../../secret", "file/" + "a" * 64, "AgACtelegram", ""])
async def test_what_we_do_not_keep_is_left_out(hook: Hook, ref: str) -> None:
    photo = Attachment(kind=AttachmentKind.PHOTO, ref=ref)
    assert await hook.say("1 号", attachment=photo) == Sent()
    assert [body["msgtype"] for body in hook.bodies] == ["text"]
    assert isinstance(await hook.say("", attachment=photo), Never)


async def test_a_lost_picture_does_not_say_the_words_again(hook: Hook) -> None:
    ref = hashlib.sha256(PNG).hexdigest()
    (hook.folder / "files").mkdir()
    (hook.folder / "files" / ref).write_bytes(PNG)
    sent = Attachment(kind=AttachmentKind.PHOTO, ref=f"file/{ref}")
    hook.fake.inject(Fault("slow", "webhook/send"), Fault("errcode", "webhook/send", code=40009))
    assert await hook.say("1 号", attachment=sent) == Sent()
    assert [s.text for s in hook.fake.seen(GROUP)] == ["1 号"]


async def test_a_picture_alone_that_was_refused_was_not_sent(hook: Hook) -> None:
    ref = hashlib.sha256(PNG).hexdigest()
    (hook.folder / "files").mkdir()
    (hook.folder / "files" / ref).write_bytes(PNG)
    alone = Attachment(kind=AttachmentKind.PHOTO, ref=f"file/{ref}")
    hook.fake.inject(Fault("errcode", "webhook/send", code=45009), Fault("errcode", "webhook/send", code=40009))
    assert isinstance(await hook.say("", attachment=alone), Later)
    assert isinstance(await hook.say("", attachment=alone), Never)
    assert await hook.say("", attachment=alone) == Sent()


async def test_twenty_a_minute_and_the_other_group_goes_on(hook: Hook) -> None:
    for number in range(20):
        assert await hook.say(str(number)) == Sent()
    waits = await hook.say("20")
    assert isinstance(waits, Later)
    assert (waits.chat_wide, waits.after) == (True, 60.0)
    assert await hook.say("好", OTHER) == Sent()
    assert len(hook.bodies) == 21  # the platform was not asked in vain
    hook.clock.advance(seconds=60)
    assert await hook.say("20") == Sent()


async def test_45009_pauses_the_group_for_a_minute(hook: Hook) -> None:
    hook.fake.inject(Fault("errcode", "webhook/send", code=45009))
    paused = await hook.say("好")
    assert isinstance(paused, Later)
    assert (paused.after, paused.chat_wide) == (60.0, True)


async def test_a_key_that_is_gone_is_never_called_again(hook: Hook) -> None:
    del hook.fake.webhook.groups[KEY]
    with capture_logs() as logs:
        gone = await hook.say("好")
    assert isinstance(gone, Never)
    assert gone.gone
    again = await hook.say("好")
    assert isinstance(again, Never)
    assert again.gone
    assert len(hook.bodies) == 1
    assert await hook.say("好", OTHER) == Sent()
    assert any("重新添加消息推送" in log.get("hint", "") for log in logs)


async def test_lost_answers_are_told_apart(hook: Hook) -> None:
    hook.fake.inject(Fault("abort", "webhook/send"))
    assert isinstance(await hook.say("好"), Unknown)
    hook.fake.inject(Fault("garbled", "webhook/send"))
    assert isinstance(await hook.say("好"), Unknown)


async def test_where_nobody_answers_it_waits(hook: Hook) -> None:
    await hook.fake.stop()
    assert isinstance(await hook.say("好"), Later)


async def test_the_key_is_in_no_log_and_no_answer(hook: Hook) -> None:
    """Also where the platform's own words repeat it."""
    results = []
    with capture_logs() as logs:
        for fault in (Fault("errcode", "webhook/send", code=93000), Fault("abort", "webhook/send")):
            hook.fake.inject(fault)
            results.append(await hook.say("好", OTHER if fault.kind == "abort" else GROUP))
        await hook.fake.stop()
        results.append(await hook.say("好", OTHER))
    for key in ("KEY-1111-2222", "KEY-3333-4444"):
        assert key not in str(logs) + str(results) + repr(hook.platform)
    assert not any(isinstance(result, Sent) for result in results)


async def test_nothing_is_edited_answered_or_said_to_strangers(hook: Hook) -> None:
    base = out("wecom_webhook", "wecom_webhook", GROUP, "好")
    edit = Outgoing(key="e", to=base.to, content=base.content, kind=OutKind.EDIT, target="k")
    assert isinstance(await hook.platform.send(edit, "1"), CannotEdit)
    answer = Outgoing(key="a", to=base.to, content=base.content, kind=OutKind.ANSWER, target="k")
    assert isinstance(await hook.platform.send(answer, ""), Never)
    for chat in ("没有这个群", KEY, ""):
        assert isinstance(await hook.say("好", chat), Never)
    assert isinstance(await hook.say(" "), Never)
    assert hook.bodies == []


async def test_two_groups_of_one_name_are_refused(engine: Engine, tmp_path: Path) -> None:
    groups = [{"name": "民警群", "key": "KEY-1"}, {"name": "民警群", "key": "KEY-2"}]
    async with emulator() as (fake, clock), kit_for(fake, clock, engine, tmp_path) as kit:
        settings = kit.settings.model_copy(update={"wecom_webhook": WecomWebhook.model_validate({"groups": groups})})
        with pytest.raises(ValueError, match="同名"):
            build(replace(kit, settings=settings))


async def test_the_officers_group_reads_of_a_matter_and_its_managers_of_a_lost_key(
    database_url: str, tmp_path: Path
) -> None:
    """The card comes without choices (nobody could answer there), news of it as short lines; a key that is gone is an
    alarm to those who run the station."""
    async with FakeWecom() as fake:
        office = Office(url=database_url, fake=fake, folder=tmp_path, groups=(GROUP,))
        await office.open()
        await office.reports()
        await office.until_text(GROUP, "1 号")
        (card,) = office.fake.seen(GROUP)
        assert MATTER in card.text
        assert "回复" not in card.text
        await office.press("lijing", "接单")
        await office.until(lambda: len(office.texts(GROUP)) == 2, "news")
        assert office.texts(GROUP)[1] == "✅ 1 号已接单：李静。"
        del fake.webhook.groups[f"KEY-{GROUP}"]
        await office.fake.app.say("lijing", "办结 1 已到场处置")
        await office.until_text("wu", GROUP)
        await office.idle()
        assert len(office.texts(GROUP)) == 2
        await office.close()
