"""config.yaml: every mistake is a sentence that says where it is and what to write instead."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot import config, yaml_text
from bot.config import ConfigError, Settings, load
from handlers.broadcast import check_rules


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def told(file: Path, text: str, **environ: str) -> list[str]:
    """The sentences about `text`, without the path of the file."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, environ)
    return str(caught.value).replace(str(file), "config.yaml").splitlines()


# ── the annotated default ──────────────────────────────────────────────────
def test_the_default_file_states_the_defaults() -> None:
    """Deleting a line must not change anything, except for the rules, which are the file's own."""
    written = load(None, {})
    assert written == Settings(broadcasts=written.broadcasts)
    assert written.broadcasts.model_copy(update={"rules": ()}) == Settings().broadcasts


def test_the_default_file_shows_every_setting() -> None:
    text = config.default_text()

    def names(model: type[BaseModel]) -> set[str]:
        found = set(model.model_fields)
        for field in model.model_fields.values():
            for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    found |= names(inner)
        return found

    assert [name for name in sorted(names(Settings)) if name not in text] == []


def test_the_default_rules_are_ones_the_service_takes() -> None:
    rules = load(None, {}).broadcasts.rules
    assert len(rules) >= 2
    assert check_rules(rules, []) == []


def test_the_default_file_holds_no_secret() -> None:
    assert load(None, {}).telegram.token == ""
    assert load(None, {"TELEGRAM_BOT_TOKEN": "1:a"}).telegram.token == "1:a"


# ── unknown keys ───────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("servr:\n  port: 1\n", "config.yaml 第 1 行：不认识的配置项 servr，是不是想写 server？"),
        ("server:\n  prot: 1\n", "config.yaml 第 2 行：不认识的配置项 server.prot，是不是想写 port？"),
        (
            "broadcasts:\n  quiet_hours:\n    begin: 22:00\n    ende: 07:00\n",
            "config.yaml 第 4 行：不认识的配置项 broadcasts.quiet_hours.ende，是不是想写 end？",
        ),
        (
            "broadcasts:\n  rules:\n    - name: a\n      cron: x\n    - name: b\n      corn: x\n      cron: y\n",
            "config.yaml 第 6 行：不认识的配置项 broadcasts.rules 第 2 项.corn，是不是想写 cron？",
        ),
        ("local:\n  zzzz: 1\n", "config.yaml 第 2 行：不认识的配置项 local.zzzz。可以写：enabled、sample。"),
    ],
)
def test_unknown_keys_name_the_nearest_valid_one(file: Path, text: str, sentence: str) -> None:
    assert sentence in told(file, text)


@pytest.mark.parametrize(
    "text",
    [
        "wecom_app:\n  agent_id: 1\n  geheim7x: 1\n",
        "wecom_app: {agent_id: 1, secret:geheim7x: 1}\n",
        "geheim7x: 1\n",
    ],
)
def test_an_unknown_key_that_may_be_a_secret_is_not_told(file: Path, text: str) -> None:
    lines = told(file, text)
    assert len(lines) == 1
    assert "有一项不认识" in lines[0]
    assert "英文冒号后面空一格" in lines[0]
    assert "geheim" not in lines[0]


# ── wrong values ───────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("server:\n  port: 八千\n", "第 2 行：server.port 不对——要写一个整数。"),
        ("server:\n  port: 80.5\n", "第 2 行：server.port 不对——要写一个整数，不能有小数。"),
        ("server:\n  port: 99999\n", "第 2 行：server.port 不对——不能大于 65535。"),
        ("server: 8080\n", "第 1 行：server 不对——要在下一行缩进写它的各项，每项一个“键: 值”。"),
        ("aliases: 民警\n", "第 1 行：aliases 不对——要写成列表，比如 [甲, 乙]。"),
        ("aliases: [[民警]]\n", "第 1 行：aliases 第 1 项 不对——要写一段文字（可以加引号）。"),
        ("local:\n  enabled: 也许\n", "第 2 行：local.enabled 不对——要写 true 或 false。"),
        ("telegram:\n  mode: pull\n", "第 2 行：telegram.mode 不对——只能写 'polling' 或 'webhook'。"),
        ("telegram:\n  per_second: 0\n", "第 2 行：telegram.per_second 不对——要大于 0.0。"),
        ("telegram:\n  webhook_path: hook\n", "第 2 行：telegram.webhook_path 不对——要以 / 开头"),
        ("broadcasts:\n  quiet_hours: {start: 25:00}\n", "第 2 行：broadcasts.quiet_hours.start 不对——要写成 22:00"),
        ("broadcasts:\n  rules:\n    - cron: x\n", "第 3 行：broadcasts.rules 第 1 项.name 不对——缺这一项。"),
        ("database:\n  url: mysql://a:geheim@b\n", "第 2 行：database.url 不对——要写成 sqlite:///data/pingan.db 或"),
        ("data_dir: [x]\n", "第 1 行：data_dir 不对——要写一个目录，比如 data。"),
    ],
)  # fmt: skip
def test_wrong_values_say_what_to_write(file: Path, text: str, sentence: str) -> None:
    lines = told(file, text)
    assert len(lines) == 1
    assert lines[0].startswith(f"config.yaml {sentence}")


def test_several_mistakes_are_told_at_once_and_secrets_are_not(file: Path) -> None:
    lines = told(file, "telegram:\n  token: [geheim]\nserver:\n  port: geheim\nlogs:\n  level: geheim\n")
    assert len(lines) == 3
    assert not any("geheim" in line for line in lines)


def test_secrets_are_not_shown_by_repr() -> None:
    shown = repr(load(None, {"TELEGRAM_BOT_TOKEN": "1:geheim", "PINGAN_DATABASE__URL": "postgresql://a:geheim@b/c"}))
    assert "geheim" not in shown


def test_a_time_without_quotes_stays_a_time(file: Path) -> None:
    """YAML reads 21:30 as the number 1290."""
    file.write_text("broadcasts:\n  quiet_hours:\n    start: 21:30\n", encoding="utf-8")
    assert load(file, {}).broadcasts.quiet_hours.start == "21:30"


def test_a_key_without_a_value_is_the_default(file: Path) -> None:
    file.write_text("server:\n  port:\nlogs:\n", encoding="utf-8")
    assert load(file, {}) == Settings()


# ── broken YAML ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("server：\n  port: 1\n", 1, "冒号要用英文的"),
        ("logs:\n  level: info\nserver:\n  port：1\n  host: x\n", 4, "冒号要用英文的"),
        ("server:\n\tport: 1\n", 2, "Tab"),
        ('logs:\n  level: "info\n', 2, "引号"),
        ("aliases: [民警, 派出所\nlocal:\n  sample: true\n", 2, "括号"),
        ("server:\n  port: 1\n   host: x\n", 3, "冒号"),
        ("server:\n  port: 1\n  port: 2\n", 3, "port 写了两次（第 2 行已经有了）"),
        ("a: &a [x]\nb: *a\n", 1, "引用"),
        ("cron: */5 * * * *\n", 1, "引号"),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_broken_yaml_names_the_line(
    file: Path, text: str, line: int, hint: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyYAML comes with and without its C library, and they word their complaints differently."""
    monkeypatch.setattr(yaml_text, "_LOADER", getattr(yaml, loader))
    (sentence,) = told(file, text)
    assert sentence.startswith(f"config.yaml 第 {line} 行：")
    assert hint in sentence


def test_a_list_at_the_top(file: Path) -> None:
    assert "最外层" in told(file, "- a\n- b\n")[0]


def test_a_missing_file_says_what_to_do(file: Path) -> None:
    with pytest.raises(ConfigError, match="pingan init"):
        load(file, {})


def test_a_directory_or_a_huge_file(tmp_path: Path, file: Path) -> None:
    with pytest.raises(ConfigError, match="打不开"):
        load(tmp_path, {})
    file.write_bytes(b"# " + b"x" * 2_000_000)
    with pytest.raises(ConfigError, match="太大"):
        load(file, {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_files_of_any_editor(file: Path, encoding: str) -> None:
    file.write_bytes("# 说明\r\naliases: [民警, 所里]\r\n".encode(encoding))
    assert load(file, {}).aliases == ("民警", "所里")


# ── the environment ────────────────────────────────────────────────────────
def test_the_environment_wins_key_by_key(file: Path) -> None:
    file.write_text("server:\n  port: 1\n  host: 0.0.0.0\n", encoding="utf-8")
    found = load(file, {"PINGAN_SERVER__PORT": "2", "PINGAN_ALIASES": '["所里"]', "PINGAN_LOCAL__SAMPLE": "false"})
    assert (found.server.port, found.server.host) == (2, "0.0.0.0")
    assert found.aliases == ("所里",)
    assert not found.local.sample


def test_the_process_environment_is_only_read_by_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINGAN_SERVER__PORT", "1234")
    assert Settings().server.port == 8080
    assert load(None).server.port == 1234
    assert load(None, {}).server.port == 8080


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PINGAN_SERVER__PORT", "abc", "环境变量 PINGAN_SERVER__PORT：server.port 不对——要写一个整数。"),
        ("PINGAN_SERVER__PROT", "1", "环境变量 PINGAN_SERVER__PROT：不认识的配置项 server.prot，是不是想写 port？"),
        ("PINGAN_SEVER__PORT", "1", "环境变量 PINGAN_SEVER__PORT：没有这个配置项，是不是想写 PINGAN_SERVER__PORT？"),
        ("PINGAN_ALIASES", "民警,所里", "环境变量 PINGAN_ALIASES 写法不对"),
        ("PINGAN_SERVER", "8080", "环境变量 PINGAN_SERVER：server 不对——要在下一行缩进写它的各项"),
    ],
)
def test_a_bad_variable_is_named(file: Path, name: str, value: str, sentence: str) -> None:
    (line,) = told(file, "", **{name: value})
    assert line.startswith(sentence)


def test_variables_of_others_are_left_alone(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    assert load(file, {"PINGAN_TEST_PG": "x", "PINGANX": "y", "HOME": "/"}) == Settings()


def test_places_are_filled_from_the_environment(file: Path) -> None:
    file.write_text("server:\n  port: ${PORT:-9000}\ntelegram:\n  token: ${T}\n", encoding="utf-8")
    assert load(file, {}).server.port == 9000
    assert load(file, {"PORT": "9001", "T": "1:x"}).server.port == 9001


# ── whatever is typed ──────────────────────────────────────────────────────
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_trees = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*Settings.model_fields, "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=_trees)
def test_any_shape_is_taken_or_explained_in_chinese(file: Path, tree: object) -> None:
    file.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    try:
        load(file, {})
    except ConfigError as error:
        for sentence in str(error).splitlines():
            assert "Input" not in sentence
            assert "valid" not in sentence


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_any_text_is_taken_or_explained(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(file, {})
    except ConfigError:
        return


def test_a_token_that_is_none_is_told_without_repeating_it(file: Path) -> None:
    lines = told(file, "telegram:\n  token: geheim\n")
    assert lines == ["config.yaml 第 2 行：telegram.token 不对——应是 @BotFather 给的“数字:字母”整串。"]


@pytest.mark.parametrize(
    ("server", "how"), [("", "telegram.mode"), ("server: {public_url: pingan.example.cn}\n", "https://")]
)
def test_a_webhook_needs_an_address(file: Path, server: str, how: str) -> None:
    [line] = told(file, f'{server}telegram:\n  token: "1:a"\n  mode: webhook\n')
    assert "server.public_url" in line
    assert how in line


def test_without_a_token_the_mode_is_nobodys_business(file: Path) -> None:
    file.write_text("telegram: {mode: webhook}\n", encoding="utf-8")
    assert load(file, {}).telegram.mode == "webhook"


# ── the WeChat family ──────────────────────────────────────────────────────
def test_a_channel_without_its_secret_is_off(file: Path) -> None:
    text = "wecom_aibot:\n  bot_id: AIB1\n  secret: ${A_SECRET}\n"
    file.write_text(text, encoding="utf-8")
    assert not load(file, {}).wecom_aibot.on
    settings_now = load(file, {"A_SECRET": "s3cret-of-ours"})
    assert settings_now.wecom_aibot.on
    assert "s3cret-of-ours" not in repr(settings_now)
    quiet = Settings()
    sections = ("aibot", "webhook", "app", "kf", "customer_group")
    assert not any(getattr(quiet, f"wecom_{name}").on for name in sections)
    assert not quiet.wechat_official.on


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("wecom_app:\n  aes_key: short\n", "43"),
        ("wecom_kf:\n  callback_path: kf\n", "/"),
        ("wecom:\n  base_url: qyapi\n", "https://"),
    ],
)
def test_a_wrong_channel_setting_says_what_to_write(file: Path, text: str, sentence: str) -> None:
    [line] = told(file, text)
    assert sentence in line
    assert "short" not in line
