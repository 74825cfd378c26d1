"""The corpus: enough of everything, in order, and the held-out sets share nothing with it."""

from collections import Counter
from pathlib import Path

import pytest

from bot.training.corpus import CATEGORIES, FRAUD_TYPES, CorpusError, read_file, read_folder
from handlers.understanding.normal import calls_police, for_models

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def test_there_is_enough_of_everything() -> None:
    examples = read_folder(CORPUS / "train")
    assert len(examples) >= 5000
    categories = Counter(e.labels.category for e in examples)
    assert min(categories[c] for c in CATEGORIES) >= 250
    types = Counter(e.labels.fraud_type for e in examples if e.fraud)
    assert min(types[t] for t in FRAUD_TYPES) >= 60
    assert categories["其他/闲聊"] >= 2000  # of them far more than 800 that only sound like a matter


def test_the_held_out_sets_are_large_enough_and_unseen() -> None:
    held = read_folder(CORPUS / "heldout")
    seen = {for_models(e.text) for e in read_folder(CORPUS / "train") if len(e.text) > 12}
    assert len(held) >= 600
    assert sum(calls_police(e.text) for e in held) >= 150
    assert sum(e.fraud for e in held) >= 150
    assert [e.text for e in held if len(e.text) > 12 and for_models(e.text) in seen] == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("没有标签", "标签"),
        ("[求助]\n话", "第二个"),
        ("[求助 紧急 刷单返利]\n话", "骗局类型"),
        ("[诈骗预警 一般]\n话", "骗局类型"),
        ("[聊天 低]\n话", "类别"),
        ("[求助 一般]\n{甲}{乙}", "最多一处"),
        ("[求助 一般]\n{甲", "成对"),
    ],
)
def test_a_slip_in_the_corpus_is_named(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=why):
        read_file(path)


def test_marks_become_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("[诈骗预警 低 刷单返利 贴文]\n去{东门}找我\\n<13800001234>", encoding="utf-8")
    [example] = read_file(path)
    assert (example.text, example.location, example.phone) == ("去东门找我\n13800001234", "东门", "13800001234")
    assert example.fraud
    assert not example.labels.is_request
