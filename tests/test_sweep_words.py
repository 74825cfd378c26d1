"""Every command in every spelling, by everybody, everywhere: who may not changes nothing, and everybody is answered."""

import re
from dataclasses import replace

import pytest

from handlers.kit.access import is_staff, may
from handlers.kit.feature import Command
from storage.model.messages import Inbound, Sender
from storage.model.people import PersonRole
from tests.harness import Someone
from tests.sweep_scene import OURS_AT_WORK, PEOPLE, RESIDENTS, ROLES, law
from tests.sweeping import Stage, Take

NUMBERS = (4, 5, 6, 8, 11, 32)
"""Waiting, claimed, on scene, done, forwarded, told in private."""

ODD = ("", "9999", "0", "-1", "二", "4 李强 原因", "5 取消", "1 2 3", "。", "@李警官", "4" * 12)

HOSTILE = (
    "{number} %s {0} {{}} \\",
    "'; DROP TABLE ticket; --",
    "4 \u202e\u200b\ufeff <b>x</b> [x](tg://user?id=1)",
    "9" * 400,
    "4 " + "长" * 5000,
    "４号\n\n😀" * 60,
    "4 回执" + "A-" * 300,
    "11月99日 25:61-99:99 李强",
    "\ud7ff\uffff" * 20,
)

NEIGHBOURLY = ("关注",)
"""Commands for whoever reads the group."""

THEIR_OWN = ("绑定账号",)
"""Commands that make something which is only the asker's."""

PLACES = {
    "li": ("g1", "g9"),
    "zhao": ("g9",),
    "boss": ("g9",),
    "sun": ("g1",),
    "wu": ("g8",),
    "liu": ("g1",),
    "chen": ("g2",),
    "ji": (),
    "yi": ("g5",),
    "nobody": ("g1", "g9"),
    "qian": ("g7", "g1"),
    "ma": ("g8", "g1"),
    "hou": ("g9",),
    "xu": ("g7",),
}
"""Besides the private chat: the own groups, and those of others."""

ELSEWHERE = {True: ("g7", "g8"), False: ("g1", "g2", "g5", "g9")}
"""Where staff are guests: by whether they work at the first station."""


def examples(command: Command) -> list[str]:
    """The arguments its own help shows, about tickets in several states."""
    shown = re.split(r"[　（]", command.help)[0].removeprefix(command.word).strip()
    if "12" not in shown.split():
        return [shown]
    return [" ".join(str(n) if part == "12" else part for part in shown.split()) for n in NUMBERS]


def spellings(command: Command) -> list[str]:
    return [command.word, *command.aliases, *([f"/{command.slash}"] if command.slash else [])]


def say(stage: Stage, who: Someone, words: str, chat: str) -> Inbound:
    """In a group with a real @; otherwise what colleagues say to each other is none of our business."""
    return stage.message(who, words if chat == who.private else f"@民警 {words}", chat, addressed=True)


def role_here(person: str, chat: str) -> PersonRole:
    """Whoever is a guest here is a resident."""
    if chat in ELSEWHERE[person in OURS_AT_WORK]:
        return PersonRole.RESIDENT
    return ROLES.get(person, PersonRole.RESIDENT)


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_command(stage: Stage, person: str) -> None:
    who = stage.person(person)
    for command in stage.core.router.commands:
        for chat in (who.private, *PLACES[person]):
            role = role_here(person, chat)
            for argument in dict.fromkeys((*examples(command), *(ODD if chat == who.private else ODD[:2]))):
                words = f"{command.word} {argument}".strip()
                async with stage.undone():
                    take = await heard(stage, who, words, chat)
                    answered(take)
                    own = command.word in (NEIGHBOURLY if chat in RESIDENTS else THEIR_OWN)
                    if not is_staff(role) and not own:
                        assert not stage.touched(take, person), str(take)
                    if not may(role, command.allow) and stage.core.router.command(words, sure=is_staff(role)):
                        refused(take)
                    if take.changes:
                        nothing_again(await stage.happened(take.event))


async def heard(stage: Stage, who: Someone, words: str, chat: str) -> Take:
    take = await stage.happened(say(stage, who, words, chat))
    law(stage, take)
    return take


def answered(take: Take) -> None:
    """Where it was asked, or in the asker's private chat if it is nobody else's business."""
    chats = (take.event.chat.address.chat_id, f"p:{take.event.sender.user_id}")
    assert [s for s in take.said if s.text and s.chat in chats], f"no answer: {take}"


def refused(take: Take) -> None:
    """One sentence, and nothing else."""
    assert not [c for c in take.changes if not c.registers], str(take)
    assert len(take.said) == len(take.here) == 1, str(take)


def nothing_again(take: Take) -> None:
    """The platform delivered it twice."""
    assert not take.changes, str(take)
    assert not take.said, str(take)


async def test_a_hidden_admin_touches_nothing(stage: Stage) -> None:
    """Several people may be behind one hidden name: whoever it is may tell something new, and nothing else."""
    li = stage.person("li")
    ghost = Sender(user_id="li", name="群g1", anonymous=True)
    for command in stage.core.router.commands:
        for chat in ("g1", "g9"):
            for argument in examples(command):
                event = replace(say(stage, li, f"{command.word} {argument}".strip(), chat), sender=ghost)
                take = await stage.take(event)
                law(stage, take)
                answered(take)
                assert not stage.touched(take, ""), str(take)


# ── words nobody should send ───────────────────────────────────────────────
@pytest.mark.parametrize("person", ["li", "chen", "ma"])
async def test_hostile_words(stage: Stage, person: str) -> None:
    who = stage.person(person)
    for command in stage.core.router.commands:
        for chat in (who.private, "g1"):
            for argument in HOSTILE:
                async with stage.undone():
                    answered(await heard(stage, who, f"{command.word} {argument}", chat))


@pytest.mark.parametrize("person", ["li", "chen", "ma"])
async def test_every_spelling_is_the_same_command(stage: Stage, person: str) -> None:
    who = stage.person(person)
    router = stage.core.router
    for command in router.commands:
        argument = examples(command)[0]
        plain = router.command(f"{command.word} {argument}".strip(), sure=True)
        for spelling in spellings(command):
            words = f"{spelling} {argument}".strip()
            assert router.command(words, sure=True) == plain, words
            async with stage.undone():
                answered(await heard(stage, who, words, who.private))


# ── answers to our questions ───────────────────────────────────────────────
ANSWERS = ("", "甲所已处理", "取消", "4", "办结 5 另一单", *HOSTILE)


async def test_whatever_is_answered_to_a_question(stage: Stage) -> None:
    """Every button that asks for words, an order in doubt, a reply announced, and every sort of words."""
    reached = set()
    li = stage.person("li")
    card = next(b for b in stage.offered() if b.name == "claim" and b.chat == "g9" and b.about == ("chen",))
    doubtful = replace(say(stage, li, "收到", "g9"), reply_to=card.ref)
    announced = say(stage, li, f"回复 {NUMBERS[0]}", li.private)
    asking = [*(stage.press(li, button) for button in stage.offered()), doubtful, announced]
    for event in asking:
        chat = event.chat.address.chat_id
        async with stage.undone():
            take = await stage.happened(event)
            asked = [c.new["step"] for c in take.changes if c.table == "conversation" and c.new]
            reached |= set(asked)
            for words in ANSWERS if asked and chat == li.private else ():
                async with stage.undone():
                    answered(await heard(stage, li, words, chat))
    assert reached == set(stage.core.router.steps), "tests/sweep_scene.py: play a story in which it is asked"
