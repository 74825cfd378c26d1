"""The anti-fraud texts: short, complete, each useful by itself; and whose turn it is."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.broadcast.library import TOPICS, Tip, choose, library, pool
from handlers.broadcast.words import KINDS
from handlers.kit.private import find_private


def test_it_is_large_enough_and_covers_every_kind_of_fraud() -> None:
    assert len(library()) >= 30
    assert {tip.topic for tip in library()} == set(TOPICS)


def test_no_two_texts_are_the_same() -> None:
    for field in ("code", "title", "text"):
        values = [getattr(tip, field) for tip in library()]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("tip", library(), ids=lambda tip: tip.code)
def test_each_text(tip: Tip) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", tip.code)
    assert 40 <= len(tip.text) <= 160
    assert 2 <= len(tip.title) <= 16
    assert "110" in tip.text  # 96110 holds it too
    assert tip.text.endswith(("。", "！"))
    assert not re.search(r"https?:|www\.|国家反诈中心|\d+\s*%|\d+万", tip.text)
    assert not find_private(tip.text)
    assert set(tip.audience) <= set(KINDS)
    assert all(1 <= month <= 12 for month in tip.season)
    assert "\n" not in tip.text


def test_every_season_has_its_own() -> None:
    assert {month for tip in library() for month in tip.season} == set(range(1, 13))


@pytest.mark.parametrize("topic", ["", *TOPICS])
def test_there_is_always_something_to_send(topic: str) -> None:
    for month, kind in product(range(1, 13), ("", *KINDS)):
        found = pool(library(), topics=(topic,) if topic else (), kinds=(kind,) if kind else (), month=month)
        assert found, (month, kind)
        assert all(not topic or tip.topic == topic for tip in found)


def test_out_of_season_and_out_of_place_is_left_out() -> None:
    july = {tip.code for tip in pool(library(), topics=(), kinds=(), month=7)}
    assert "season-summer" in july
    assert "season-spring" not in july
    shops = {tip.code for tip in pool(library(), topics=(), kinds=("门店",), month=7)}
    assert "shop-receipt" in shops
    assert "known-child" not in shops


def _tips(seasonal: int, others: int) -> list[Tip]:
    own = [Tip(code=f"s{n}", topic="其他", title="", text="", season=(7,)) for n in range(seasonal)]
    return [Tip(code=f"t{n}", topic="其他", title="", text="") for n in range(others)] + own


@given(
    seasonal=st.integers(0, 4),
    others=st.integers(0, 6),
    rounds=st.integers(1, 4),
    before=st.lists(st.sampled_from(["old-1", "old-2"])),
)
def test_nothing_repeats_before_all_were_sent(seasonal: int, others: int, rounds: int, before: list[str]) -> None:
    tips = _tips(seasonal, others)
    if not tips:
        with pytest.raises(IndexError):
            choose(tips, before)
        return
    history = list(before)
    for _ in range(rounds):
        one_round = []
        for _ in tips:
            tip = choose(tips, history)
            history.append(tip.code)
            one_round.append(tip)
        assert {tip.code for tip in one_round} == {tip.code for tip in tips}
        assert all(tip.season for tip in one_round[:seasonal])


@given(
    start=st.lists(st.sampled_from([f"t{n}" for n in range(5)]), max_size=12),
    new=st.integers(1, 3),
)
def test_new_texts_come_next_and_whatever_was_sent_before_a_round_still_ends(start: list[str], new: int) -> None:
    """Another rule may have sent any of ours, and an update may bring new texts: still, all come within a round."""
    tips = _tips(0, 5 + new)
    history = list(start)
    for _ in range(len(tips)):
        history.append(choose(tips, history).code)
    assert {f"t{n}" for n in range(5, 5 + new)} <= set(history)


def test_what_was_sent_longest_ago_goes_first() -> None:
    tips = _tips(0, 3)
    assert choose(tips, ["t2", "t0", "t1"]).code == "t2"
