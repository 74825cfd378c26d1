"""Words and buttons, names and rights: who is meant, what is meant, and who may."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import FEATURES
from handlers.kit.access import ALLOWED, Permission, is_staff, may
from handlers.kit.feature import Feature
from handlers.kit.mentions import Vocabulary
from handlers.kit.names import call_names, named, public_name
from handlers.kit.router import Router
from storage.model.people import Member, Person, PersonRole

ROUTER = Router(FEATURES)
NAMES = Vocabulary(["民警", "派出所", "王警官", "王建国", "王警", "Bot_Name"])


# ── router ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("接单 12", "接单"),
        ("接12", "接单"),
        ("接单１２", "接单"),
        ("/claim 12", "接单"),
        ("/claim@bot_name 12", "接单"),
        ("／claim 12", "接单"),
        ("/接单 12", "接单"),
        ("待办", "待办"),
        ("待办。", "待办"),
        ("我的！", "我的"),
        ("待办 2", "待办"),
        ("我的", "我的"),
        ("查 12", "查"),
        ("办结12 已调解", "办结"),
        ("登记：路灯坏了", "登记"),
        ("？", "帮助"),
    ],
)
def test_words_that_are_commands(text: str, word: str) -> None:
    match = ROUTER.command(text, sure=False)
    assert match is not None
    assert match.handler is next(c.handler for c in ROUTER.commands if c.word == word)


@pytest.mark.parametrize(
    "text",
    [
        "接12岁孩子",
        "我的车",
        "我的 车",
        "查一下",
        "查 一下",
        "帮助老人",
        "值班的人呢",
        "登记证丢了",
        "待办事项很多",
        "转给3个人",
        "",
        "/",
        "/nosuch",
    ],
)
def test_sentences_that_only_begin_like_commands(text: str) -> None:
    assert ROUTER.command(text, sure=False) is None


def test_from_staff_a_word_with_an_odd_rest_is_a_command_to_be_explained() -> None:
    assert ROUTER.command("接单 那个", sure=True) is not None
    assert ROUTER.command("接单那个", sure=True) is None


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=40), st.booleans())
def test_no_text_breaks_the_router(text: str, sure: bool) -> None:
    ROUTER.command(text, sure=sure)
    ROUTER.button(text)


def test_no_two_features_claim_the_same_word() -> None:
    feature = Feature("double", title="")
    feature.command("接单", allow=Permission.REPORT, help="")(FEATURES[0].commands[0].handler)
    with pytest.raises(ValueError, match="declared twice"):
        Router([*FEATURES, feature])


def test_every_button_fits_and_every_command_says_what_it_does() -> None:
    assert all(len(f"{b.action}:{10**15}.{10**15}".encode()) <= 64 for f in FEATURES for b in f.buttons)
    assert all(c.help.startswith(c.word) for c in ROUTER.commands if c.help)
    assert all(c.slash.isascii() and c.slash.islower() for c in ROUTER.commands if c.slash)


def test_the_menu_shows_what_residents_may_do() -> None:
    assert {"help", "mine", "report", "withdraw", "add", "show"} <= {name for name, _ in ROUTER.menu}
    assert not {"claim", "bind", "push"} & {name for name, _ in ROUTER.menu}


# ── mentions ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "found", "matter"),
    [
        ("@民警 有人吵架", ("民警",), "有人吵架"),
        ("＠民警有人吵架", ("民警",), "有人吵架"),
        ("﹫派出所 有人吵架", ("派出所",), "有人吵架"),
        ("@ 民警，有人吵架", ("民警",), "有人吵架"),
        ("楼上又吵@王警官", ("王警官",), "楼上又吵"),
        ("@王警官来一下", ("王警官",), "来一下"),
        ("@民警 @王警官 快来", ("民警", "王警官"), "快来"),
        ("@bot_name 有人吵架", ("bot_name",), "有人吵架"),
        ("@BOT_NAME 有人吵架", ("bot_name",), "有人吵架"),
        ("民警在吗", (), "民警在吗"),
        ("@隔壁老王 吃饭", (), "@隔壁老王 吃饭"),
        ("a@b.com", (), "a@b.com"),
        ("", (), ""),
    ],
)
def test_who_is_called_and_what_is_left(text: str, found: tuple[str, ...], matter: str) -> None:
    assert NAMES.find(text) == found
    assert NAMES.strip(text) == matter


def test_a_vocabulary_without_names_hears_nothing() -> None:
    assert Vocabulary([" ", ""]).find("@民警") == ()
    assert Vocabulary([]).find("@民警") == ()


@given(st.text(max_size=80))
def test_any_text_may_be_searched(text: str) -> None:
    NAMES.find(NAMES.strip(text))


# ── names ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "aliases", "public"),
    [
        ("王建国", (), "王警官"),
        ("欧阳娜娜", (), "欧阳警官"),
        ("李强", ("大李", "李队警官"), "李队警官"),
        ("", (), "民警"),
    ],
)
def test_what_residents_read(name: str, aliases: tuple[str, ...], public: str) -> None:
    assert public_name(Person(id=1, name=name, aliases=aliases)) == public


def member(number: int, name: str, role: PersonRole = PersonRole.OFFICER, *aliases: str) -> Member:
    return Member(person=Person(id=number, name=name, aliases=aliases), station_id=1, role=role)


PEOPLE = [
    member(1, "李强", PersonRole.OFFICER, "李警官"),
    member(2, "李强民"),
    member(3, "王强"),
    member(4, "李四", PersonRole.RESIDENT),
    member(5, "孙伟", PersonRole.DUTY_LEADER, "孙队"),
]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("李强", [1]),
        ("@李强", [1]),
        ("李警官", [1, 2]),
        ("强", [1, 3]),
        ("李", [1, 2]),
        ("孙队", [5]),
        ("孙", [5]),
        ("李四", []),
        ("", []),
    ],
)
def test_who_is_meant_by_a_name(typed: str, ids: list[int]) -> None:
    assert [m.person.id for m in named(PEOPLE, typed)] == ids


def test_everybody_answers_to_name_public_name_and_aliases() -> None:
    assert call_names(replace(PEOPLE[4].person)) == {"孙伟", "孙警官", "孙队"}


# ── rights ─────────────────────────────────────────────────────────────────
def test_every_right_is_in_the_table_and_grows_with_the_role() -> None:
    assert set(ALLOWED) == set(Permission)
    roles = list(PersonRole)
    for allowed in (ALLOWED[p] for p in (Permission.REPORT, Permission.WORK, Permission.DISPATCH, Permission.MANAGE)):
        assert allowed == frozenset(roles[roles.index(min(allowed, key=roles.index)) :])


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (PersonRole.RESIDENT, [Permission.REPORT]),
        (PersonRole.VOLUNTEER, [Permission.REPORT, Permission.PROXY]),
    ],
)
def test_residents_and_volunteers_only_report(role: PersonRole, allowed: list[Permission]) -> None:
    assert [p for p in Permission if may(role, p)] == allowed
    assert not is_staff(role)
