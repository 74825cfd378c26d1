"""Every button that was ever shown, pressed by everybody: who may not changes nothing, and nobody reads too much."""

from dataclasses import replace

import pytest

from handlers.kit.access import Permission
from storage.model.messages import OutKind, Sender
from tests.sweep_scene import PEOPLE, WITHOUT_RIGHTS, law
from tests.sweeping import Offered, Stage, Take

NEIGHBOURLY = ("watch",)
"""Buttons for whoever reads the group."""

LEADING = ("alike", "unlike", "leave_yes", "leave_no", "hole_ask")
"""Buttons for those who lead the station, besides what the buttons declare themselves."""

COUNTED_AGAIN = ("service",)
"""The last tap counts: each is written down."""

ODD = ("0", "1", "2", "999999", "1.99", "999999.0", "2.0", "")


async def test_the_scene_shows_every_button(stage: Stage) -> None:
    shown = {button.name for button in stage.offered()}
    declared = {b.action for feature in stage.core.router.features for b in feature.buttons}
    assert declared - shown == set(), "tests/sweep_scene.py: play a story in which it is shown"


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_button(stage: Stage, person: str) -> None:
    who = stage.person(person)
    higher = {
        b.action for f in stage.core.router.features for b in f.buttons if b.allow is not Permission.REPORT
    } | set(LEADING)
    for button in stage.offered():
        async with stage.undone():
            take = await stage.happened(stage.press(who, button))
            law(stage, take)
            answers = [s for s in take.said if s.kind is OutKind.ANSWER]
            assert len(answers) == 1, str(take)
            where = take.event.chat.address.chat_id
            assert any(s.text and s.chat == where for s in take.said), f"pressed, and nothing is to be seen: {take}"
            if person in WITHOUT_RIGHTS and button.name not in NEIGHBOURLY:
                assert not stage.touched(take, person), str(take)
            if person == "zhao" and button.name in higher - {"todo", "order"}:
                assert not take.changes, str(take)
            if take.changes:
                await again(stage, take, button)


async def again(stage: Stage, take: Take, button: Offered) -> None:
    """The platform delivers the press once more, and the person presses once more."""
    same = await stage.happened(take.event)
    assert not same.changes, str(same)
    assert not same.said, str(same)
    second = await stage.happened(stage.press(stage.person(take.event.sender.user_id), button))
    assert second.outcome == "", str(second)
    if button.name not in COUNTED_AGAIN:
        assert not [c for c in second.changes if c.table != "conversation"], f"{take}\n{second}"


async def test_a_hidden_admin_presses_in_vain(stage: Stage) -> None:
    ghost = Sender(user_id="li", name="群g1", anonymous=True)
    for button in stage.offered():
        if stage.platform.is_group(button.chat):
            take = await stage.take(replace(stage.press(stage.person("li"), button), sender=ghost))
            law(stage, take)
            assert not stage.touched(take, ""), str(take)


@pytest.mark.parametrize("person", ["li", "boss", "chen", "ma", "nobody"])
async def test_arguments_nobody_was_ever_shown(stage: Stage, person: str) -> None:
    who = stage.person(person)
    shown = {button.action for button in stage.offered()}
    for feature in stage.core.router.features:
        for declared in feature.buttons:
            for argument in ODD:
                action = f"{declared.action}:{argument}"
                if action not in shown:
                    law(stage, await stage.take(stage.press(who, Offered(action, who.private, ""))))
