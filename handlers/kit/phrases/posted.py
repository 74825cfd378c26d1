"""The second reader on lines that name no ticket: shifts, where one is, what one has in hand."""

import re
from datetime import datetime

from handlers.kit.phrases import second
from handlers.kit.phrases.doubt import conditional, second_thought
from handlers.kit.phrases.meaning import Action, Phrase, Status, Topic
from handlers.kit.phrases.pieces import clauses_of
from handlers.kit.phrases.shifts import named_shift
from handlers.kit.phrases.words import PERSON, Marked

LONGEST = 50
_BRIEF = 8
"""A short line is one the grammar has heard of, or talk."""
SURE = {Action.SWAP: 0.7, Action.STATUS: 0.7, Action.ASK: 0.6, Action.HANDOVER: 0.6}

_SAYS = {
    Topic.EXCHANGE: re.compile("换|调|倒|串"),
    Topic.COVER: re.compile("顶|替|代|帮我|帮[下忙]"),
    Topic.TAKE: re.compile("我.{0,8}(?:替|顶|代|帮|给)|我(?:来)?[值上]|(?:替|顶|代|帮)[他她]"),
    Topic.LEAVE: re.compile("假|体检|休[一两三几\\d]"),
    Topic.DUTY: re.compile("值|班|备勤"),
    Topic.MINE: re.compile("我|俺|手[上里头]|名下"),
    Topic.UNCLAIMED: re.compile("没.{0,4}[接领认管要跟]|未.{0,3}[接领认]|待接|[没无]人"),
    Status.BUSY: re.compile("[处出]着?警|现场|处[理置]|忙|警情"),
    Status.EN_ROUTE: re.compile("途|路上|出发|往|赶|道上|走着|车上"),
    Status.OFF: re.compile("休|下班|歇|睡|放假"),
    Status.ON: re.compile("在岗|回|归|返|所里|可以派|待命|空"),
}
_ASKS = re.compile("谁|哪|几|多少|什么|啥|列|看|查|吗|有没有|还有")
_QUESTION = re.compile(r"[?？]|[吗么呢]\s*$|[谁哪咋怎]")
_TO_ME = re.compile("[替顶代帮给][我俺下一忙]|请|让")
_NOT_MINE = re.compile(
    rf"{PERSON}(?:说|问|已|到|在|今|明|昨|不)|[他她]们?(?:说|在|到)|不(?:换|调|顶|替|请假|休|值)|别(?:换|调|顶|替)|没(?:换|调|请)"
    "|路上(?:捡|看|遇|碰)|上次|昨[天晚]|记录本|登记表|怎么|为什么|凭什么|应该|可能|听说|会议|开会|吃|打印|报销|几点|时间|空调|工资"
)


def read_without_ticket(marked: Marked, now: datetime) -> Phrase | None:
    """None: not sure, a day or a colleague is missing, or something in the line speaks against it."""
    text = marked.text
    if len(text) > LONGEST or len(marked.people) > 1 or _NOT_MINE.search(text):
        return None
    if len(text) <= _BRIEF and len(clauses_of(text)) < 2:
        return None
    found = second.sure(marked, replied=False)
    if found is None or found.action not in SURE or found.chance < SURE[found.action]:
        return None
    if found.action is not Action.ASK and (conditional(text) or second_thought(text) or _OF_A_TICKET.search(text)):
        return None
    says = _SAYS.get(Topic(found.topic) if found.topic in set(Topic) else Status(found.topic)) if found.topic else None
    if says is not None and not says.search(text):
        return None
    person = marked.people[0] if marked.people else ""
    if found.action is Action.HANDOVER:
        return None if _QUESTION.search(text) else Phrase(Action.HANDOVER, person=person)
    if found.action is Action.STATUS:
        return None if person or _QUESTION.search(_COMPLAINT.sub("", text)) else Phrase(Action.STATUS, text=found.topic)
    words, day = named_shift(text, now)
    if found.action is Action.ASK:
        if person or found.topic not in _OWN_TOPICS or not _ASKS.search(text):
            return None
        topic = Topic(found.topic)
        duty = topic is Topic.DUTY
        return Phrase(Action.ASK, topic=topic, text=words if duty else "", day=day if duty else None)
    return _swap(Topic(found.topic), text, person, words, now)


_OF_A_TICKET = re.compile("退[回单掉]|转[给派]|挂起|[办结]结|结案|误报|支援|加急")
_COMPLAINT = re.compile("谁(?:再|也|都)?.{0,3}(?:派|找|叫).*")
_OWN_TOPICS = frozenset({Topic.MINE, Topic.UNCLAIMED, Topic.DUTY})


def _swap(topic: Topic, text: str, person: str, words: str, now: datetime) -> Phrase | None:
    """A day must be named; who takes a shift is named, and who is asked for it is asked."""
    _, day = named_shift(text, now)
    if day is None or (topic is Topic.TAKE) > bool(person) or (topic is Topic.LEAVE and person):
        return None
    if topic is Topic.COVER and person and not _TO_ME.search(text):
        return None
    return Phrase(Action.SWAP, person=person, text=text if topic is Topic.LEAVE else words, topic=topic, day=day)
