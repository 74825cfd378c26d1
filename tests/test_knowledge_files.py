"""knowledge/*.md: what is shipped is whole; a bad entry is reported with its line and never stops the others."""

from pathlib import Path

import pytest

from bot.knowledge_load import load, read, shipped
from handlers.kit import knowledge_texts as say
from handlers.kit.private import find_private
from handlers.knowledge.parse import LONGEST_ANSWER, parse, split_aliases
from storage.unit import Unit
from tests.harness import World
from tests.knowing import FILE

GOOD = "# 类\n## 问\n- 编号：good-one\n- 版本：1\n\n答\n"


def test_what_is_shipped_can_be_read_whole() -> None:
    library = read(shipped())
    assert library.problems == ()
    assert library.complete
    assert len(library.entries) >= 80
    assert len({entry.field for entry in library.entries}) == 11
    for entry in library.entries:
        assert entry.source, entry.code
        assert entry.review_on, entry.code
        assert len(entry.aliases) >= 8, entry.code
        assert not find_private(entry.answer), entry.code  # it may stand in a group


def test_details_and_answer() -> None:
    entries, problems = parse(FILE)
    assert problems == []
    assert [entry.code for entry in entries] == ["id-lost", "id-renew", "rp-apply", "dog-register"]
    first = entries[0]
    assert (first.field, first.question, first.version) == ("身份证", "身份证丢了怎么补", 2)
    assert first.aliases[0] == "身份证找不到了要补"
    assert first.answer == "带户口簿到任一派出所补办。"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("## 问\n- 版本：1\n\n答", say.FILE_BAD_CODE.format(code="")),
        ("## 问\n- 编号：大写\n\n答", say.FILE_BAD_CODE.format(code="大写")),
        ("## 问\n- 编号：ok-code\n- 版本：一\n\n答", say.FILE_BAD_VERSION.format(version="一")),
        ("## 问\n- 编号：ok-code\n- 版本：０\n\n答", say.FILE_BAD_VERSION.format(version="０")),
        ("## 问\n- 编号：ok-code\n- 复核：明年\n\n答", say.FILE_BAD_DATE.format(date="明年")),
        ("## 问\n- 编号：ok-code\n- 复核：20270601\n\n答", say.FILE_BAD_DATE.format(date="20270601")),
        ("## 问\n- 编号：ok-code\n", say.FILE_NO_ANSWER),
        ("##  \n- 编号：ok-code\n\n答", say.FILE_NO_QUESTION),
        ("## 问\n- 编号：good-one\n\n答", say.FILE_TWICE.format(code="good-one")),
        (
            f"## 问\n- 编号：ok-code\n\n{'长' * (LONGEST_ANSWER + 1)}",
            say.FILE_LONG_ANSWER.format(length=LONGEST_ANSWER + 1, limit=LONGEST_ANSWER),
        ),
    ],
)
def test_a_bad_entry_is_reported_and_stops_nothing(bad: str, sentence: str) -> None:
    entries, problems = parse(f"{GOOD}\n{bad}\n## 又一条\n- 编号：last-one\n\n答")
    assert [(p.line, p.sentence) for p in problems] == [(8, sentence)]
    assert [entry.code for entry in entries] == ["good-one", "last-one"]


def test_an_entry_without_a_field() -> None:
    entries, problems = parse("## 问\n- 编号：no-field\n\n答")
    assert entries == []
    assert problems[0].sentence == say.FILE_NO_FIELD


def test_lists_in_an_answer_are_no_details() -> None:
    entries, _ = parse("# 类\n## 问\n- 编号：with-list\n\n要带：\n- 身份证\n- 来源：不限\n\n最后一行")
    assert entries[0].answer == "要带：\n- 身份证\n- 来源：不限\n\n最后一行"
    assert entries[0].source == ""


def test_aliases_with_either_bar() -> None:
    assert split_aliases(" 甲 | 乙｜丙 || 甲 ") == ("甲", "乙", "丙")


# ── the folder ─────────────────────────────────────────────────────────────
def test_problems_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.md").write_text("# 类\n## 问\n- 编号：坏\n\n答\n## 问\n- 编号：good-one\n\n别的", encoding="utf-8")
    (tmp_path / "c.md").write_bytes("# 类".encode("gbk"))
    library = read(tmp_path)
    assert [entry.answer for entry in library.entries] == ["答"]
    first, second, third = sorted(library.problems)
    assert first == f"{tmp_path / 'b.md'} 第 2 行：{say.FILE_BAD_CODE.format(code='坏')}"
    assert "good-one" in second
    assert third.startswith(str(tmp_path / "c.md"))
    assert not library.complete


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    library = read(tmp_path / "nowhere")
    assert library.entries == ()
    assert "knowledge_dir" in library.problems[0]


async def test_what_cannot_be_read_now_is_not_taken_out_of_use(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(FILE, encoding="utf-8")

    async def codes() -> list[str]:
        async with await world.unit() as unit:
            await load(unit, read(tmp_path), world.clock.now())
        async with world.engine.read() as tx:
            return [entry.code for entry in await Unit(tx).knowledge.enabled()]

    every = ["dog-register", "id-lost", "id-renew", "rp-apply"]
    assert await codes() == every
    (tmp_path / "a.md").write_text(FILE.replace("版本：2", "版本：二"), encoding="utf-8")
    assert await codes() == every  # the entry is wrong now: the old one stays
    (tmp_path / "a.md").write_bytes("# 坏".encode("gbk"))
    assert await codes() == every  # nothing can be told of a file that cannot be read
    (tmp_path / "a.md").write_text(FILE.split("# 养犬")[0], encoding="utf-8")
    assert await codes() == ["id-lost", "id-renew", "rp-apply"]
