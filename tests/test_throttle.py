"""Token buckets: never over the limit, pushes leave room for people, one chat never pays for another."""

from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.throttle import BOOKKEEPING, Throttle, backoff
from storage.model.channels import Limits
from storage.model.messages import Lane
from tests.harness import START

LIMITS = Limits(per_bot_second=20, per_chat_second=1, per_chat_burst=3, per_chat_minute=20)


def spend(throttle: Throttle, chat: str, lane: Lane, seconds: float, *, group: bool = True) -> bool:
    now = START + timedelta(seconds=seconds)
    if throttle.bot_wait(lane, now) > 0 or throttle.chat_wait(chat, group, lane, now) > 0:
        return False
    throttle.spend(chat)
    return True


def test_a_burst_then_one_a_second() -> None:
    throttle = Throttle(LIMITS)
    assert [spend(throttle, "a", Lane.RESIDENT, 0) for _ in range(5)] == [True] * 3 + [False] * 2
    assert spend(throttle, "b", Lane.RESIDENT, 0)
    assert spend(throttle, "a", Lane.RESIDENT, 1)
    assert not spend(throttle, "a", Lane.RESIDENT, 1)


@pytest.mark.parametrize(("group", "sent"), [(True, 20), (False, 60)])
def test_a_groups_minute_counts(group: bool, sent: int) -> None:
    throttle = Throttle(LIMITS)
    count = sum(spend(throttle, "a", Lane.RESIDENT, second / 2, group=group) for second in range(1, 120))
    assert sent - 1 <= count <= sent * 2


def test_pushes_leave_a_quarter_for_people() -> None:
    throttle = Throttle(LIMITS)
    assert sum(spend(throttle, f"c{n}", Lane.DIGEST, 0) for n in range(50)) == 15
    assert sum(spend(throttle, f"p{n}", Lane.OFFICER, 0) for n in range(50)) == 5


def test_a_silenced_chat_is_silent_for_all_lanes_until_then() -> None:
    throttle = Throttle(LIMITS)
    throttle.silence("a", START + timedelta(seconds=5))
    assert throttle.chat_wait("a", True, Lane.EMERGENCY, START) == pytest.approx(5)
    assert throttle.chat_wait("b", True, Lane.DIGEST, START) == 0
    assert throttle.chat_wait("a", True, Lane.EMERGENCY, START + timedelta(seconds=5)) == 0


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 0.5), st.sampled_from(list(Lane))), max_size=120))
def test_never_over_the_limit_and_the_wait_is_enough(steps: list[tuple[float, Lane]]) -> None:
    throttle, now, sent = Throttle(LIMITS), 0.0, 0
    for pause, lane in steps:
        now += pause
        if spend(throttle, "a", lane, now):
            sent += 1
        else:
            at = START + timedelta(seconds=now)
            probe = deepcopy(throttle)
            then = at + timedelta(seconds=max(probe.bot_wait(lane, at), probe.chat_wait("a", True, lane, at)))
            assert max(probe.bot_wait(lane, then), probe.chat_wait("a", True, lane, then)) == 0
    assert sent <= 3 + now * 1 + 1


def test_memory_is_bounded() -> None:
    throttle = Throttle(LIMITS)
    for n in range(BOOKKEEPING * 2):
        throttle.chat_wait(f"c{n}", True, Lane.DIGEST, START)
    assert len(throttle._chats) <= BOOKKEEPING + 1


@given(st.floats(0, 1e6), st.floats(0, 0.999))
def test_backoff_grows_with_age_and_has_a_ceiling(age: float, jitter: float) -> None:
    pause = backoff(timedelta(seconds=age), lambda: jitter).total_seconds()
    assert 0.2 <= pause <= 600.2
    assert pause <= max(1.0, age) + 0.2


def test_two_messages_take_two_tokens() -> None:
    throttle = Throttle(Limits(per_chat_second=1.0, per_chat_burst=3.0, per_chat_minute=60.0))
    assert throttle.chat_wait("a", True, Lane.RESIDENT, START, 2) == 0
    throttle.spend("a", Lane.RESIDENT, 2)
    assert throttle.chat_wait("a", True, Lane.RESIDENT, START) == 0
    assert throttle.chat_wait("a", True, Lane.RESIDENT, START, 2) == pytest.approx(1)
    narrow = Throttle(Limits(per_chat_second=1.0, per_chat_burst=1.0))
    assert narrow.chat_wait("a", False, Lane.RESIDENT, START, 2) == 0  # more than ever fits: as soon as it is full
