"""Whom an @ means."""

import pytest

from handlers.kit.mentions import Vocabulary


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@our_bot 有事", ("our_bot",)),
        ("楼上@our_bot快来", ("our_bot",)),
        ("@our_bot2 有事", ()),
        ("@our_bot_test 有事", ()),
        ("@李警官们", ("李警官",)),
        ("@our_bot2 @李警官", ("李警官",)),
    ],
)
def test_a_latin_name_ends_where_it_ends(text: str, found: tuple[str, ...]) -> None:
    assert Vocabulary(["our_bot", "李警官"]).find(text) == found
