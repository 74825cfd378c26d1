"""pingan understand and pingan train: lines in, lines out; learning only where agreed to, and shown before used."""

import json
import subprocess
import sys
from pathlib import Path

from bot.own_model import MODEL_FOLDER, use_own_model
from bot.training.corpus import Example, Labels, corpus_folder
from bot.training.retrain import examples_of, retrain
from handlers.understanding.core import current, install
from handlers.understanding.scorer import CARD, WEIGHTS, shipped
from storage.model.matters import Category
from storage.model.tickets import Correction
from tests.harness import World
from tests.stories import on_sqlite

FIELDS = {
    "id",
    "is_request",
    "category",
    "urgency",
    "fraud",
    "fraud_score",
    "fraud_type",
    "location",
    "phone",
    "reasons",
}


def pingan(*args: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *args]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=60, check=False)


def test_lines_in_lines_out(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "text": "@民警 翠湖名苑6栋有人打架，电话 13800138000", "mention": true}',
        "not json",
        '{"id": "b", "text": 7}',
        '{"id": "c", "text": "@民警 谢谢"}',
        "",
        '{"id": "d", "text": "喵星人猫舍门口有人吵架", "mention": false, "places": ["喵星人猫舍"]}',
        '{"id": "e", "text": ""}',
    ]
    done = pingan("understand", "--jsonl", "-", cwd=tmp_path, stdin="\n".join(lines))
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in told] == ["a", None, None, "c", "d", "e"]
    assert set(told[0]) == FIELDS
    assert (told[0]["location"], told[0]["phone"]) == ("翠湖名苑6栋", "13800138000")
    assert (told[0]["urgency"], told[0]["is_request"]) == ("紧急", True)
    assert set(told[1]) == {"id", "error"}
    assert told[3]["is_request"] is False
    assert told[4]["location"] == "喵星人猫舍"
    assert list(tmp_path.iterdir()) == []


def test_one_sentence_is_explained(tmp_path: Path) -> None:
    done = pingan("understand", "我刚给骗子转了三万", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "诈骗预警" in done.stdout
    assert "已转出" in done.stdout


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = pingan("understand", "--jsonl", "no.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert "no.jsonl" in done.stderr


def test_nothing_is_learnt_unless_agreed(tmp_path: Path) -> None:
    done = pingan("train", cwd=tmp_path)
    assert done.returncode == 1
    assert "learn_from_corrections" in done.stderr


def correction(number: int, field: str, after: str, text: str = "门口有人卖菜，电话 13800138000") -> Correction:
    return Correction(
        ticket_id=number, text=text, field=field, after=after, category="求助", urgency="一般", fraud_type=""
    )


def test_what_is_learnt_holds_no_numbers_of_people() -> None:
    [example] = examples_of([correction(1, "category", "扰民"), correction(1, "urgency", "低")])
    assert "138" not in example.text
    assert (example.labels.category, example.labels.urgency) == ("扰民", "低")


def test_what_is_no_matter_after_all_is_learnt_as_none() -> None:
    [example] = examples_of([correction(1, "category", Category.OTHER)])
    assert not example.labels.is_request


@on_sqlite
async def test_what_officers_put_right_is_found_in_the_log(world: World) -> None:
    await world.chen.says("@民警 门口有人摆摊")
    await world.wang.tells("改类 1 失物招领")
    async with await world.unit() as unit:
        [found] = await unit.entries.corrections()
    assert (found.field, found.after, found.text) == ("category", "失物招领", "门口有人摆摊")


def test_a_model_of_ones_own_is_used_and_a_damaged_one_is_not(tmp_path: Path) -> None:
    folder = tmp_path / MODEL_FOLDER
    folder.mkdir()
    home = Path(__file__).resolve().parents[1] / "handlers" / "understanding"
    (folder / CARD).write_bytes((home / CARD).read_bytes())
    (folder / WEIGHTS).write_bytes((home / WEIGHTS).read_bytes())
    try:
        assert use_own_model(tmp_path)
        assert current() is not shipped()
        (folder / WEIGHTS).write_bytes(b"damaged")
        install(shipped())
        assert not use_own_model(tmp_path)
        assert current() is shipped()
    finally:
        install(shipped())


def test_both_models_are_measured_side_by_side(tmp_path: Path) -> None:
    """On a small corpus, so that it is done in seconds."""
    small = tmp_path / "corpus"
    for name in ("train", "public", "heldout"):
        (small / name).mkdir(parents=True)
    for place, path in enumerate(sorted((corpus_folder() / "train").glob("*.txt"))[:3]):
        (small / "train" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        if place == 0:
            (small / "heldout" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (small / "words.txt").write_text("刷单", encoding="utf-8")
    labels = Labels(category="扰民", urgency="低")
    extra = [Example(text=f"楼下夜市{n}吵", labels=labels, location="", phone="", source="officers") for n in range(6)]
    made = retrain(small, extra, current())
    assert [f.name for f in made.before] == [f.name for f in made.after]
    assert made.corrections == len(extra)
    assert 0 <= made.right[1] <= len(extra)
    assert current() is shipped()
