"""The process dies between hearing something and handling it: afterwards it is done as if nothing had been."""

import re
from dataclasses import replace

import pytest

from tests.harness import Someone
from tests.sweep_scene import OURS_AT_WORK, RESIDENTS, law
from tests.sweeping import Offered, Said, Stage, Take
from tests.test_sweep_words import examples


def whom(stage: Stage, button: Offered) -> list[Someone]:
    """Who was shown it: one person in private; in a group whose matter it is, and who had written."""
    if not stage.platform.is_group(button.chat):
        return [stage.person(button.chat.removeprefix("p:"))]
    return [stage.person(user_id) for user_id in (button.about if button.chat in RESIDENTS else ["li"])]


def same(before: Take, after: Take) -> None:
    assert (shown(before), len(before.changes)) == (shown(after), len(after.changes)), f"{before}\n{after}"


def shown(take: Take) -> list[Said]:
    """What was said; the secret part of a calendar's address and the code of an account are new each time."""
    return [replace(said, text=re.sub(r"/roster/.+|是 \d{6}，", "", said.text)) for said in take.said]


async def test_every_button_by_whom_it_was_shown_to(stage: Stage) -> None:
    presses = [(who, button) for button in stage.offered() for who in whom(stage, button)]
    takes = []
    for who, button in presses:
        async with stage.undone():
            take = await stage.happened(stage.press(who, button))
            law(stage, take)
            takes.append(take)
            again = await stage.happened(take.event)
            assert not again.said, str(again)
            assert not again.changes, str(again)
    for take in takes:
        async with stage.undone():
            same(take, await stage.happened(take.event, restart=True))
    shown_at_all = {button.name for _, button in presses}
    works = {b.name for (_, b), take in zip(presses, takes, strict=True) if take.changes or len(take.said) > 1}
    assert shown_at_all - works == set(), "refused to everybody it was shown to"


@pytest.mark.parametrize("person", [*OURS_AT_WORK, "liu"])
async def test_every_command(stage: Stage, person: str) -> None:
    who = stage.person(person)
    for command in stage.core.router.commands:
        for argument in examples(command):
            event = stage.message(who, f"{command.word} {argument}".strip(), who.private)
            async with stage.undone():
                take = await stage.happened(event)
            async with stage.undone():
                same(take, await stage.happened(event, restart=True))
