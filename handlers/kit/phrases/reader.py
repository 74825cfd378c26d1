"""From a sentence to an order. What is not said is never guessed: one candidate is meant, several are asked about."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Topic, Why
from handlers.kit.phrases.rules import RULES, Rule
from handlers.kit.phrases.shifts import read_shift
from handlers.kit.phrases.when import read_when
from handlers.kit.phrases.words import NUMBER, Marked, mark, name_people, plain

LONGEST = 500
"""Characters. Nobody types an order that long."""

HOLDERS = frozenset({Action.ARRIVE, Action.RESOLVE, Action.PAUSE, Action.RESUME, Action.GIVE_BACK, Action.HELP, Action.FALSE_REPORT})
"""What only the ticket's holder does; for anybody else's ticket we ask."""

_ASK = re.compile(
    r"(?:查一?下?|看一?下|问一?下|看看|说说)?\s?№[\s,，。:：]*(?:这单|那单|这个|现在|目前|到底|的|是)*"
    r"(?:啥情况|什么情况|情况|情况怎么?样|咋样|怎么?样|怎样|办得?(?:咋样|怎么?样)|处理得?(?:咋样|怎么?样)|进展|进度|到哪一?步|到哪|谁在?(?:办|接|去|处理|跟|负责|管)"
    r"|在谁手[上里]|啥事|什么事|什么内容|啥内容|地址|位置|具体(?:位置|地址)|在哪里?|在什么地方|报警人(?:电话|是谁)|联系方式|办结了?吗|办完(?:了?吗|没有?)|结了?(?:吗|没有?)"
    r"|有人(?:接|去|办)了?(?:吗|没有?)?|到了?(?:吗|没有?)|接了?(?:吗|没有?)|处理(?:完)?了?(?:吗|没有?)|办得怎么样)"
    r"(?:是|在|到)?(?:多少|哪里?|啥|什么|如何|怎么?样|咋样)?[了啦啊呀呢吗\s。.!！?？~～]*"
)
_LOOK = re.compile(r"(?:我)?(?:查|看|查询|查看|查一下|查下|看一下|看下|看看)\s?№[\s。.!！?？]*|№\s?(?:查一下|查下|看一下|看下|看看|查)[\s。.!！?？]*")
_ASK_REPLIED = re.compile(r"(?:这单|这个|现在)*(?:啥情况|什么情况|咋样了?|怎么?样了|进展如何|啥事|什么事|谁在办|在哪|地址在哪)[啊呀呢\s?？!！。.]*")
_QUESTION = re.compile(r"[?？]|[吗呢么]\s*$|(?:没|没有|了没|多少|咋办|怎么办|怎么弄)[\s。.!！]*$|谁|哪|为啥|为什么|是不是|有没有|能不能|要不要|行不行|可不可以|用不用|需不需要")
_UNDONE = re.compile("算了|不对|说错|打错|发错|搞错|开玩笑|等等再|先别|别急着|还没|逗你|测试|再说$|不行就|如果|要是|万一")
_WORKING = re.compile(
    "办结|结案|完结|搞定|办完|处理完|接单|接手|我来|我去|我接|到场|到了|已到|转给|转派|交给|移交|退回|挂起|恢复|继续|支援|协办|误报|谎报|加急|优先|撤回|换人|让|叫|派|别|不用"
)
_MATTER = re.compile(r"(?:当事人|报警人|反映人|对方|双方|现场|物业|业主|房东|租客|家属|家里|门|人不在|人没|人在|人已|人跑|电话|已|正在|刚|联系|地址|车主|嫌疑人|监控|打架|老人|孩子|小孩)")
_ACKS = re.compile(r"(?:收到|好的?|好嘞|嗯+|哦+|行|可以|ok|明白|知道了|辛苦了?|谢谢|1|\+1|赞|厉害|哈+|[\s,，。.!！~～])*", re.IGNORECASE)
_RECEIVED = re.compile(r"(?:收到|知道了|明白)+[\s。.!！~～]*")


def read_phrase(
    text: str,
    *,
    replied: int | None,
    mine: Sequence[int],
    waiting: Sequence[int],
    colleagues: Sequence[str],
    today: datetime,
) -> Phrase | Ambiguous | None:
    """What an officer means by `text`; None: nothing that is ours to do. Pure, well under a millisecond.

    `replied`: the ticket of the message replied to. `mine`: tickets in the officer's hands; `waiting`: tickets the
    officer could claim. `colleagues`: every name somebody answers to. `today`: now, in the station's local time.
    """
    if len(text) > LONGEST:
        return None
    said = plain(text)
    if not said:
        return None
    named, people = name_people(said, colleagues)
    shift = read_shift(named, people, today)
    if shift is not None:
        return shift
    desk = _Desk(replied, tuple(mine), tuple(waiting), colleagues, today)
    marked = mark(named, people, frozenset({*mine, *waiting, *([replied] if replied else ())}))
    return desk.asked(marked) or desk.ordered(marked) or desk.rest(marked, said)


class _Desk:
    """What can be meant at this moment."""

    def __init__(
        self, replied: int | None, mine: tuple[int, ...], waiting: tuple[int, ...], colleagues: Sequence[str], now: datetime
    ) -> None:
        self.replied, self.mine, self.waiting, self.colleagues, self.now = replied, mine, waiting, colleagues, now
        self.known = {*mine, *waiting, *([replied] if replied else ())}

    def asked(self, marked: Marked) -> Phrase | Ambiguous | None:
        text = marked.text
        if text.count(NUMBER) == 1 and (_ASK.fullmatch(text) or _LOOK.fullmatch(text)):
            return Phrase(Action.ASK, marked.numbers[0], topic=Topic.TICKET)
        if self.replied and NUMBER not in text and _ASK_REPLIED.fullmatch(text):
            return Phrase(Action.ASK, (self.replied,), topic=Topic.TICKET)
        return None

    def ordered(self, marked: Marked) -> Phrase | Ambiguous | None:
        for rule in RULES:
            found = rule.pattern.fullmatch(marked.text)
            if found:
                return self._order(rule, found, marked)
        return None

    def _order(self, rule: Rule, found: re.Match[str], marked: Marked) -> Phrase | Ambiguous | None:
        numbered = NUMBER in found.re.pattern and NUMBER in found.group()[: found.start("t") if self._has(found) else None]
        groups = found.groupdict()
        text = ""
        if groups.get("t"):
            text = marked.restore(*found.span("t")).strip(" ,，。.;；:：、!！~～-—")
        order = Phrase(rule.action, person=self._person(found, marked), text=text)
        if rule.action is Action.PAUSE:
            order = replace(order, until=read_when(text, self.now))
        given = self._given(found, marked) if numbered else ()
        decided = self._numbers(order, given, weak=rule.weak)
        if not isinstance(decided, Phrase):
            return decided
        if _QUESTION.search(text) or _UNDONE.search(text):
            return Ambiguous(Why.WHICH_ACTION, (decided,))
        if groups.get("name") and not self._listed(decided.person):
            return Ambiguous(Why.WHO, (decided,))
        return self._allowed(decided)

    @staticmethod
    def _has(found: re.Match[str]) -> bool:
        return bool(found.groupdict().get("t"))

    @staticmethod
    def _given(found: re.Match[str], marked: Marked) -> tuple[int, ...]:
        """The number of the order itself stands before its free text, unless the text stands first."""
        return marked.numbers[0]

    def _person(self, found: re.Match[str], marked: Marked) -> str:
        groups = found.groupdict()
        if groups.get("who"):
            return marked.people[marked.text.count("§", 0, found.start("who"))]
        return groups.get("place") or groups.get("name") or ""

    def _listed(self, name: str) -> bool:
        return name in self.colleagues

    def _pool(self, action: Action) -> tuple[int, ...]:
        if action is Action.CLAIM:
            return self.waiting
        if action in HOLDERS or action is Action.NOTE:
            return self.mine
        return tuple(dict.fromkeys((*self.mine, *self.waiting)))

    def _numbers(self, order: Phrase, given: tuple[int, ...], *, weak: bool) -> Phrase | Ambiguous | None:
        """Which tickets: named, replied to, or the only ones that can be meant."""
        if given:
            if self.replied and self.replied not in given:
                both = (replace(order, numbers=given), replace(order, numbers=(self.replied,)))
                return Ambiguous(Why.WHICH_TICKET, both)
            return replace(order, numbers=given)
        if self.replied:
            return replace(order, numbers=(self.replied,))
        pool = self._pool(order.action)
        if len(pool) == 1 and not weak:
            return replace(order, numbers=pool)
        if weak and not pool:
            return None
        return Ambiguous(Why.WHICH_TICKET, tuple(replace(order, numbers=(n,)) for n in pool))

    def _allowed(self, order: Phrase) -> Phrase | Ambiguous:
        """May it be meant for these tickets? Else it is asked for once more."""
        numbers = set(order.numbers)
        if order.action in HOLDERS and not numbers <= set(self.mine):
            return Ambiguous(Why.NOT_YOURS, (order,))
        if order.action is Action.TRANSFER and not numbers <= self.known:
            return Ambiguous(Why.NOT_YOURS, (order,))
        if order.action is Action.CLAIM and len(numbers) > 1 and not numbers <= {*self.waiting, *self.mine}:
            return Ambiguous(Why.WHICH_TICKET, (order,))
        return order

    def rest(self, marked: Marked, said: str) -> Phrase | Ambiguous | None:
        """Nothing of the grammar. What begins with a ticket in hand is a note; what could be anything is asked about."""
        text = marked.text
        if self.replied and NUMBER not in text:
            claimable = self.replied in self.waiting or self.replied not in self.mine
            if claimable and _RECEIVED.fullmatch(said):
                return Ambiguous(Why.WHICH_ACTION, (Phrase(Action.CLAIM, (self.replied,)),))
            if self.replied in self.mine and not _ACKS.fullmatch(said) and len(text) >= 4:
                return Ambiguous(Why.WHICH_ACTION, (Phrase(Action.NOTE, (self.replied,), text=text),))
            return None
        if not text.startswith(NUMBER) or not set(marked.numbers[0]) <= self.known:
            return None
        return self._note(marked, marked.numbers[0])

    def _note(self, marked: Marked, numbers: tuple[int, ...]) -> Phrase | Ambiguous:
        body = marked.restore(1, len(marked.text))
        note = Phrase(Action.NOTE, numbers, text=body.strip(" ,，。.;；:：、"))
        claims = () if set(numbers) <= set(self.mine) else (Phrase(Action.CLAIM, numbers),)
        other = self.replied is not None and self.replied not in numbers
        clear = body[:1] in " ,，:：。" or _MATTER.match(body) is not None
        doubtful = _QUESTION.search(body) or _WORKING.search(body) or _UNDONE.search(body) or len(note.text) < 4
        if claims or other or not clear or doubtful or len(numbers) > 1:
            return Ambiguous(Why.WHICH_ACTION, (*claims, note) if note.text else claims)
        return note
