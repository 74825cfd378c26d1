"""What the prefilters let through of what nobody said to us: known scams, in groups that want it, and nothing else."""

import json
from typing import Any

from bot.adapters.telegram.parse import parse_update
from bot.adapters.telegram.prefilter import Prefilter
from bot.hearing import Hearing
from bot.scam_watch import ScamWatch
from handlers.understanding.prints import number_of
from tests.adapters.telegram_kit import US, hearing, recorded
from tests.fake_telegram.make import Maker, group, user
from tests.scams import AGAIN, NEWS, REBATE
from tests.test_local_door import GARDEN, Stage, stage

__all__ = ["stage"]

CHEN, GROUP, OTHER = user(5001, "小陈"), group(-1001234567890), group(-1009999999999)


def watch(chat_key: str) -> ScamWatch:
    known = number_of(REBATE)
    assert known is not None
    return ScamWatch({chat_key: 1}, {1: (known,)})


def watching() -> Hearing:
    ears = hearing()
    ears.scams = watch("telegram:-1001234567890")
    return ears


def sighted(update: dict[str, Any], ears: Hearing) -> bool:
    envelope = Prefilter(US, ears)(json.dumps(update).encode())
    return envelope is not None and envelope.sighted


def test_telegram_lets_a_known_scam_through_where_it_is_wanted() -> None:
    make = Maker()
    assert sighted(make.text(GROUP, CHEN, AGAIN), watching())
    assert sighted(make.photo(GROUP, CHEN, AGAIN), watching())
    assert not sighted(make.text(GROUP, CHEN, NEWS), watching())
    assert not sighted(make.text(OTHER, CHEN, AGAIN), watching())
    assert not sighted(make.text(GROUP, CHEN, AGAIN), hearing())
    assert not sighted(make.text(GROUP, {**CHEN, "is_bot": True}, AGAIN), watching())


def test_who_calls_us_is_heard_as_always() -> None:
    envelope = Prefilter(US, watching())(json.dumps(Maker().text(GROUP, CHEN, f"@民警 {AGAIN}")).encode())
    assert envelope is not None
    assert not envelope.sighted


def test_telegram_tells_what_a_neighbours_message_said_and_not_what_we_said() -> None:
    update = json.loads(recorded("reply_to_person_with_quote"))
    update["message"]["reply_to_message"]["text"] = REBATE
    parsed = parse_update(json.dumps(update).encode(), US)
    assert parsed is not None
    assert parsed.quoted == REBATE
    ours = json.loads(recorded("reply_to_us"))
    ours["message"]["reply_to_message"]["text"] = REBATE
    parsed = parse_update(json.dumps(ours).encode(), US)
    assert parsed is not None
    assert parsed.quoted == ""


async def test_the_local_rooms_do_the_same(stage: Stage) -> None:
    await stage.say("chen", AGAIN)
    assert stage.heard == []
    stage.hearing.scams = watch(f"local:{GARDEN}")
    said = await stage.say("chen", AGAIN)
    await stage.say("chen", NEWS)
    (envelope,) = stage.ear.envelopes.values()
    assert envelope.sighted
    await stage.say("liu", "@民警 这是不是骗子", reply_to=said)
    assert stage.heard[-1].quoted == AGAIN
    ours = await stage.post("k1", REBATE)
    await stage.say("liu", "真的吗", reply_to=ours)
    assert stage.heard[-1].quoted == ""
