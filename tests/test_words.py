"""Words are cut alike with and without the fast path, and loaded only when needed."""

import subprocess
import sys

from bot.training.corpus import corpus_folder, read_folder
from handlers.kit.words import Words, content_words, jieba_cut, rjieba_cut

ENOUGH = 2_000


def test_the_fast_path_cuts_alike() -> None:
    fast, plain = rjieba_cut(), jieba_cut()
    assert fast is not None, "rjieba is a development requirement"
    texts = [example.text for example in read_folder(corpus_folder() / "train")]
    assert len(texts) >= ENOUGH
    different = [text for text in texts[:: max(1, len(texts) // (ENOUGH + 500))] if fast(text) != plain(text)]
    assert different == []


def test_names_of_the_directory_stay_whole() -> None:
    words = Words()
    text = "东湾花园二期门口的王建国来了"
    assert "东湾花园二期" not in words.cut(text)
    words.add_words(["东湾花园", "东湾花园二期", "王建国", "口"])
    assert words.cut(text)[0] == "东湾花园二期"
    assert "王建国" in words.cut(text)
    assert "".join(words.cut(text)) == text
    assert words.cut("") == []


def test_content_words_tell_what_a_text_is_about() -> None:
    assert content_words(Words(), "请问护照怎么办理？护照") == ["护照"]


def test_nothing_is_loaded_before_it_is_needed() -> None:
    script = (
        "import sys, handlers; from handlers.kit.words import Words; w = Words(); w.add_words(['东湾花园']);"
        "assert not {'jieba', 'rjieba'} & set(sys.modules); w.cut('东湾花园门口');"
        "assert {'jieba', 'rjieba'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
