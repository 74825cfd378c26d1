"""Finding: the same figures on both databases, and how good they are on questions somebody else wrote."""

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.cli.asking import find, one
from bot.knowledge_load import load, read, shipped
from handlers.knowledge.caution import caution
from handlers.knowledge.rank import Index
from handlers.knowledge.search import CANDIDATES, search
from handlers.knowledge.terms import bare, meant, terms
from storage.unit import Unit
from tests.harness import World
from tests.stories import on_sqlite

SETS = Path(__file__).parent / "knowledge"


@cache
def index() -> Index:
    return Index(read(shipped()).entries)


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


# ── how good it is ─────────────────────────────────────────────────────────
def test_the_right_answer_comes_first() -> None:
    asked = questions("answerable")
    right = [one(json.dumps(line), index())["entry"] == line["topic"] for line in asked]
    assert len(asked) >= 100
    assert sum(right) / len(asked) >= 0.90


def test_most_of_them_are_answered_and_rightly() -> None:
    told = [(one(json.dumps(line), index()), line["topic"]) for line in questions("answerable")]
    answered = [(said["entry"], topic) for said, topic in told if said["answered"]]
    assert len(answered) / len(told) >= 0.75
    assert sum(said == topic for said, topic in answered) / len(answered) >= 0.95


def test_what_needs_a_person_is_left_to_a_person() -> None:
    told = [one(json.dumps(line), index())["answered"] for line in questions("human")]
    assert len(told) >= 100
    assert sum(told) / len(told) <= 0.05


REPORTS = """
路灯坏了 井盖丢了 车被偷了 手机丢了 有人打架 电动车没了 被狗咬了 车被堵了 房东换锁 房东不退押金 广场舞太吵
有人遛狗不牵绳
捡到钱包 门锁打不开 有人飞线充电 老人走丢了 银行卡被冻结 有人晕倒 着火了
"""


@pytest.mark.parametrize("report", REPORTS.split())
def test_what_is_only_reported_is_no_question(report: str) -> None:
    """However near an entry is: nothing was asked, somebody tells the police."""
    found = find(index(), report)
    assert found is not None
    assert not found.sure


def test_every_title_finds_itself() -> None:
    for entry in index().entries:
        assert index().best(entry.question, limit=1)[0].code == entry.code


# ── both databases ─────────────────────────────────────────────────────────
async def test_the_database_loses_nothing(world: World) -> None:
    """Candidates from the database, or all entries: the same first answer with the same score."""
    async with await world.unit() as unit:
        await load(unit, read(shipped()), world.clock.now())
    asked = [line["text"] for line in questions("answerable")[::3]]
    async with world.engine.read() as tx:
        unit = Unit(tx)
        for question in asked:
            (hit,) = await search(unit, question, 1)
            (whole,) = index().best(question, limit=1)
            assert hit.code == whole.code, question
            assert hit.score == pytest.approx(whole.score), question


async def test_strange_signs_are_no_syntax(world: World) -> None:
    async with await world.unit() as unit:
        await load(unit, read(shipped()), world.clock.now())
    async with world.engine.read() as tx:
        for question in (
            '身份证" OR "x',
            "'); DROP TABLE knowledge; --",
            "a:*b & ! | ( ) <-> 身份证",
            "NEAR AND NOT 狗",
            "\x00\ud800",
            "",
        ):
            found = await search(Unit(tx), question, 3)
            assert len(found) <= 3
            assert len(await Unit(tx).knowledge.find(terms("狗"), 5)) == 5


@on_sqlite
async def test_candidates_are_few(world: World) -> None:
    async with await world.unit() as unit:
        await load(unit, read(shipped()), world.clock.now())
    async with world.engine.read() as tx:
        assert len(await Unit(tx).knowledge.find({"办"}, CANDIDATES)) == CANDIDATES
        assert await Unit(tx).knowledge.find({"龘"}, CANDIDATES) == []
        assert await Unit(tx).knowledge.find((), CANDIDATES) == []


# ── the parts ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("娃儿户口咋上", "小孩户口怎么上"),
        ("驾照丢了", "驾驶证遗失"),
        ("电瓶车挂牌", "电动车上牌"),
        ("打幺幺零", "打110"),
        ("九六一一零", "96110"),
        ("身份正丢了", "身份证丢了"),
    ],
)
def test_said_otherwise_meant_alike(first: str, second: str) -> None:
    assert meant(bare(first)) == meant(bare(second)) != set()


def test_a_longer_word_hides_the_shorter() -> None:
    assert meant("身份证复印件") == {"ξ身份证", "ξ复印件"}
    assert "ξ身份证" not in meant("电子身份证")


def test_courtesies_tell_nothing() -> None:
    assert terms("@民警 您好，请问一下居住证怎么办？谢谢") == terms("居住证怎么办")


@pytest.mark.parametrize(
    ("plain", "for_a_person"),
    [
        ("身份证补办要多久", "我的身份证补办怎么还没消息"),
        ("遇到家暴怎么求助", "我老公刚打了我，快来人"),
        ("调监控要什么手续", "帮我调一下3号楼的监控"),
        ("违章怎么申诉", "王警官答应我的违章申诉有结果了吗"),
        ("身份证丢了", "电动车丢了，停在楼下被偷了"),
    ],
)
def test_a_case_needs_more(plain: str, for_a_person: str) -> None:
    assert caution(plain) == 0.0
    assert caution(for_a_person) >= 0.15


def test_a_small_base_is_no_reason_to_guess() -> None:
    few = Index([entry for entry in index().entries if entry.code in ("id-renew", "dog-register")])
    found = find(few, "驾照到期去哪里换")
    assert found is not None
    assert not found.sure


def test_an_empty_base_knows_nothing() -> None:
    assert find(Index(()), "身份证丢了怎么补") is None
    assert one('{"id": 1, "text": "身份证丢了"}', Index(())) == {
        "id": 1,
        "topic": None,
        "entry": None,
        "score": 0.0,
        "answered": False,
    }


def test_asking_is_quick() -> None:
    """Alone on a machine it is 500 a second and more; here the neighbours' tests are running too."""
    lines = [json.dumps(line) for line in questions("answerable")]
    index()
    begun = time.process_time()
    for line in lines:
        one(line, index())
    assert len(lines) / (time.process_time() - begun) >= 150
