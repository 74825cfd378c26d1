"""pingan ask: lines in, lines out; a bad line is told and the others go on."""

import json
import subprocess
import sys
from pathlib import Path

from tests.knowing import FILE


def ask(*arguments: str, stdin: str = "", cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "ask", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", cwd=cwd, check=False)


def test_lines_of_every_kind(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "text": "身份证丢了怎么补"}',
        "not json",
        "",
        '{"id": 7}',
        "[1]",
        '{"id": 8, "text": 5}',
        '{"text": "狗证怎么办"}',
        '{"id": "h", "text": "@民警 我那个案子办得怎么样了"}',
        '{"id": "s", "text": "\\ud800"}',
        '{"id": null, "text": ""}',
    ]
    done = ask("--jsonl", "-", stdin="\n".join(lines), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == 9
    assert {**told[0], "score": 1} == {
        "id": "a",
        "topic": "身份证",
        "entry": "id-lost",
        "score": 1,
        "answered": True,
    }
    assert 0 < told[0]["score"] <= 1
    assert [set(line) for line in told[1:5]] == [{"id", "error"}] * 4
    assert (told[5]["id"], told[5]["topic"], told[5]["entry"]) == (None, "养犬", "dog-register")
    assert told[6]["answered"] is False
    assert told[8] == {"id": None, "topic": None, "entry": None, "score": 0.0, "answered": False}
    assert list(tmp_path.iterdir()) == []  # no database, no folder


def test_a_file_and_a_folder_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.md").write_text(FILE + "## 坏\n- 编号：坏\n\n答\n", encoding="utf-8")
    (tmp_path / "q.jsonl").write_text('{"id": 1, "text": "居住证怎么办"}\n', encoding="utf-8")
    done = ask("--jsonl", "q.jsonl", "--knowledge", "own", cwd=tmp_path)
    assert json.loads(done.stdout)["entry"] == "rp-apply"
    assert "a.md 第" in done.stderr
    missing = ask("--jsonl", "no.jsonl", cwd=tmp_path)
    assert missing.returncode == 1
    assert "no.jsonl" in missing.stderr


def test_one_question_for_people(tmp_path: Path) -> None:
    done = ask("身份证丢了怎么补", cwd=tmp_path)
    assert "id-lost" in done.stdout
    assert "会直接答复" in done.stdout
