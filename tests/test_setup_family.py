"""Setting the WeChat family up as its guides say: secrets.env, what is told, groups of a file, the bot's name."""

import asyncio
import contextlib
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.wecom.cards import buttons_card
from bot.adapters.wecom_aibot.words import without_only_at
from bot.channel_needs import bots, incomplete
from bot.cli.importing import import_file
from bot.cli.setup import check_files, write_samples
from bot.config import ConfigError, load
from bot.config_channels import WecomAibot, WecomApp
from bot.doctor import examine_wecom
from bot.doctor.program import check_secrets, written_secrets
from bot.secret_file import TEMPLATE, read, seen_by_others
from bot.station_file import values
from bot.yaml_text import TextError
from handlers.kit import texts
from storage.engine import connect
from storage.model.messages import Button, Content
from storage.model.people import Group, GroupKind
from storage.unit import Unit
from tests.aibot import AT, running
from tests.aibot import settings as aibot_settings
from tests.fake_wecom import FakeWecom, Setup
from tests.fake_wecom.aibot import Bot

SECRET = "Kd83-aVx0_Qz771"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_samples(tmp_path)
    return tmp_path


def _config(home: Path, *changes: tuple[str, str]) -> Path:
    path = home / "config.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


# ── secrets.env ────────────────────────────────────────────────────────────
def test_a_secret_beside_the_configuration_is_there_in_every_terminal(home: Path) -> None:
    config = _config(home, ('  bot_id: ""', "  bot_id: aib1"))
    assert not load(config, {}).wecom_aibot.on
    with (home / "secrets.env").open("a", encoding="utf-8") as file:
        file.write(f"WECOM_AIBOT_SECRET={SECRET}\n")
    assert load(config, {}).wecom_aibot.secret == SECRET
    assert load(config, {"WECOM_AIBOT_SECRET": "other"}).wecom_aibot.secret == "other"
    assert load(config, {"WECOM_AIBOT_SECRET": ""}).wecom_aibot.secret == SECRET
    assert load(None, {}).wecom_aibot.secret == ""


def test_only_its_owner_can_read_what_init_writes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "secrets.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert check_secrets(home / "config.yaml") == []
    path.chmod(0o644)
    assert seen_by_others(path)
    (finding,) = check_secrets(home / "config.yaml")
    assert "chmod 600" in finding.text
    check_files(home / "config.yaml", None)
    assert "chmod 600" in capsys.readouterr().out


def test_every_secret_of_the_configuration_has_its_line_in_the_file(home: Path) -> None:
    text = (home / "config.yaml").read_text(encoding="utf-8")
    for name in read(TEMPLATE):
        assert f"${{{name}}}" in text, name
    assert {name: value for name, value in read(TEMPLATE).items() if value} == {}


@pytest.mark.parametrize("line", ["A=b c", "export A=b c", "  A = 'b c'", 'A="b c"  '])
def test_ways_to_write_a_line(home: Path, line: str) -> None:
    (home / "secrets.env").write_text(f"# x\n\n{line}\n", encoding="utf-8")
    path = _config(home, ('  corp_id: ""', "  corp_id: ${A}"))
    assert load(path, {}).wecom.corp_id == "b c"


def test_a_line_that_cannot_be_read_is_named_and_never_shown(home: Path) -> None:
    (home / "secrets.env").write_text(f"WECOM_APP_SECRET：{SECRET}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(home / "config.yaml", {})
    assert "secrets.env 第 1 行" in str(caught.value)
    assert SECRET not in str(caught.value)


@given(st.text(max_size=200))
def test_nothing_else_comes_out_of_a_strange_file(text: str) -> None:
    with contextlib.suppress(TextError):
        assert all(name.isascii() for name in read(text))


# ── what is told ───────────────────────────────────────────────────────────
def test_a_secret_in_the_configuration_is_told_with_where_to_put_it(home: Path) -> None:
    path = _config(home, ("${WECOM_APP_SECRET}", SECRET), ("  groups: []", f"  groups: [{{name: 甲, key: {SECRET}}}]"))
    found = [finding.text for finding in check_secrets(path)]
    assert len(found) == 2
    assert "wecom_webhook.groups.key" in found[0]
    assert "wecom_app.secret" in found[1]
    assert "${WECOM_APP_SECRET}" in found[1]
    assert not any(SECRET in text for text in found)


def test_what_stands_for_a_secret_is_none() -> None:
    assert written_secrets("wecom_app: {secret: '${X}', token: '', aes_key: }\nlogs: {level: info}\n") == []
    assert written_secrets("") == []


def test_check_tells_what_was_left_half_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _config(home, ('  bot_id: ""', "  bot_id: aib1"))
    check_files(path, None)
    told = capsys.readouterr().out
    assert "! 智能机器人：还缺密钥 WECOM_AIBOT_SECRET" in told
    assert "docs/platforms/wecom-aibot.md" in told
    assert incomplete(load(path, {"WECOM_AIBOT_SECRET": "x"})) == {}


def test_a_key_of_a_wrong_length_says_how_long_it_is(home: Path) -> None:
    with pytest.raises(ConfigError, match="现在是 42 位"):
        load(home / "config.yaml", {"WECOM_APP_AES_KEY": "a" * 42})
    assert load(home / "config.yaml", {"WECOM_APP_AES_KEY": f" {'a' * 43}\n"}).wecom_app.aes_key == "a" * 43


# ── groups of a station file ───────────────────────────────────────────────
def test_a_pushed_group_of_the_file_belongs_to_the_channel_that_will_send(home: Path) -> None:
    """Nobody ever writes there, so what the import does not know nobody ever learns."""
    assert values.chat("wecom_webhook", "民警工作群") == "民警工作群"
    with pytest.raises(ValueError, match="name"):
        values.chat("wecom_webhook", "群" * 61)
    config = _config(
        home, ("  groups: []", "  groups: [{name: 民警工作群, key: x}]"), ('  sender: ""', "  sender: zhang")
    )
    with (home / "secrets.env").open("a", encoding="utf-8") as file:
        file.write("WECOM_CUSTOMER_SECRET=x\n")
    station = home / "station.yaml"
    groups = (
        "groups:\n  - {platform: wecom_webhook, chat: 民警工作群, title: 民警工作群, kind: 民警}\n"
        "  - {platform: wecom_customer_group, chat: wr1, title: 东湾花园群, kind: 业主}\n"
    )
    station.write_text(station.read_text(encoding="utf-8").replace("groups:\n", groups, 1), encoding="utf-8")
    import_file(config, station, dry_run=False)
    assert asyncio.run(_bots_of_groups(home)) == {"民警工作群": "wecom_webhook", "wr1": "zhang"}


async def _bots_of_groups(home: Path) -> dict[str, str]:
    engine = connect(f"sqlite:///{home}/data/pingan.db")
    await engine.open()
    try:
        async with engine.read() as tx:
            return {g.chat_id: g.bot for g in await Unit(tx).groups.all() if g.platform.startswith("wecom")}
    finally:
        await engine.close()


def test_only_channels_that_run_have_a_bot(home: Path) -> None:
    made = load(home / "config.yaml", {})
    assert bots(made) == {}
    both = {"wecom_app": WecomApp(agent_id=7, secret="x"), "wecom_aibot": WecomAibot(bot_id="b", secret="x")}
    assert bots(made.model_copy(update=both)) == {"wecom_app": "7", "wecom_aibot": "b"}


# ── the bot's name ─────────────────────────────────────────────────────────
async def test_a_bot_of_another_name_is_understood_and_doctor_says_so(tmp_path: Path) -> None:
    async with FakeWecom(Setup(bot=Bot(name="东湾小平"))) as fake:
        made = aibot_settings(fake, database={"url": f"sqlite:///{tmp_path}/pingan.db"})
        async with running(tmp_path, fake) as play:
            await fake.say("wu", "@东湾小平 绑定 dongwan 民警", "wrNew")
            await play.until_text("wrNew", "已绑定")
            await fake.say("wu", "@东湾小平 待办", "wrNew")
            await play.until(lambda: len(fake.seen("wrNew")) == 2, "an answer")
            assert await play.states() == {}
        found = {f.what: f async for f in examine_wecom(made, datetime.now(UTC), all_of_them=False)}
        assert "平安小助手" in found["智能机器人的名字"].text
        renamed = made.wecom_aibot.model_copy(update={"names": ("东湾小平",)})
        mended = made.model_copy(update={"wecom_aibot": renamed})
        after = {f.what async for f in examine_wecom(mended, datetime.now(UTC), all_of_them=False)}
        assert "智能机器人的名字" not in after


def test_only_one_at_can_be_ours_for_sure() -> None:
    assert without_only_at("@东湾小平 3栋漏水") == "3栋漏水"
    assert without_only_at("3栋漏水 @东湾小平") == "3栋漏水"
    assert without_only_at("@李警官 @东湾小平 3栋漏水") == "@李警官 @东湾小平 3栋漏水"
    assert without_only_at("3栋漏水") == "3栋漏水"


# ── what people read ───────────────────────────────────────────────────────
async def test_a_group_is_told_the_name_that_is_heard_there(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.say("wu", f"{AT}绑定 dongwan 社区", "wrNew")
        await play.until_text("wrNew", "以后这个群里 @平安小助手 的事")
        await fake.say("chen", f"{AT}帮助", "wrNew")
        await play.until_text("wrNew", "有事：在群里 @平安小助手")
        assert not any("@民警" in text for text in play.texts("wrNew"))


def test_a_private_chat_is_never_told_to_at_anybody() -> None:
    assert "@" not in texts.help_text(["我的　看进度"], "东湾派出所", public=False)
    assert "@民警" in texts.help_text(["我的　看进度"], "东湾派出所", public=True)
    assert not any("@" in said for said in (texts.NO_RIGHT, texts.NO_MINE, texts.THANKS_BACK))


def test_a_line_that_parts_a_text_is_no_part_of_a_card() -> None:
    text = "播报预览，将发到 3 个群：\n————————\n📢 东湾派出所\n测试一下\n————————"
    card = buttons_card(Content(text=text, buttons=((Button(label="发送", action="bs:1"),),)), "T0@1@2").card
    assert card["main_title"] == {"title": "播报预览，将发到 3 个群：", "desc": "📢 东湾派出所"}
    assert card["sub_title_text"] == "测试一下"


def test_a_group_without_a_title_is_called_by_its_kind() -> None:
    group = Group(id=1, platform="wecom_aibot", bot="b", chat_id="wr1", title="", kind=GroupKind.OFFICERS)
    assert (group.called, replace(group, title="甲群").called) == ("民警群", "甲群")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("pingan.example.cn", "要以 https:// 开头"),
        ("https://pingan.example.cn/wecom/app", "只写到域名"),
        ("https://pingan.example.cn/wechat", "只写到域名"),
    ],
)
def test_a_public_address_that_no_callback_can_have(home: Path, url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load(home / "config.yaml", {"PINGAN_SERVER__PUBLIC_URL": url})


def test_a_public_address_may_end_with_a_slash_or_lie_below_a_path(home: Path) -> None:
    for url in ("https://wechat.example.cn/", "https://example.cn/pingan"):
        made = load(home / "config.yaml", {"PINGAN_SERVER__PUBLIC_URL": url})
        assert made.server.public_url == url.rstrip("/")
