"""From a sentence to an order. What is not said is never guessed: one candidate is meant, several are asked about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.kit.phrases import second
from handlers.kit.phrases.asking import asks_in_words, asks_replied, asks_ticket
from handlers.kit.phrases.clauses import TALK, hedged, is_talk, read_clauses
from handlers.kit.phrases.doubt import asked_or_unsure, conditional, doubtful, to_resident
from handlers.kit.phrases.gate import to_ask
from handlers.kit.phrases.hints import ACKS, HINTS, MATTER, RECEIVED, THIRD, WORKING
from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Status, Topic, Why
from handlers.kit.phrases.people import called, name_people
from handlers.kit.phrases.posted import read_without_ticket
from handlers.kit.phrases.rules import Rule
from handlers.kit.phrases.sentences import RULES
from handlers.kit.phrases.shifts import read_shift
from handlers.kit.phrases.when import read_when
from handlers.kit.phrases.words import NUMBER, PERSON, PLACE, Marked, mark, plain

LONGEST = 500
"""Characters. Nobody types an order that long."""

HOLDERS = frozenset(
    {
        Action.ARRIVE,
        Action.RESOLVE,
        Action.PAUSE,
        Action.RESUME,
        Action.GIVE_BACK,
        Action.HELP,
        Action.FALSE_REPORT,
        Action.STATUS,
    }
)
"""What only the ticket's holder does; for anybody else's ticket we ask."""

RECONSIDERED = frozenset({Action.ARRIVE, Action.HELP, Action.GIVE_BACK})

BETTER = frozenset(
    {
        (Action.HELP, Action.GIVE_BACK),
        (Action.GIVE_BACK, Action.HELP),
        (Action.ARRIVE, Action.RESOLVE),
        (Action.ARRIVE, Action.FALSE_REPORT),
    }
)
"""What a rule took it for, and what it rather is: 到了，处理完了."""

_EDGE = " ,，。.;；:：、!！~～-—"
_TWO = re.compile(
    rf"^{PERSON}$|(?:[和或跟与、/]|还是|[给让叫派换转是])\s*{PERSON}|{PERSON}(?:也|去|来|一起|接|办|处理|都|吧)"
)
"""Two colleagues, of whom one is meant."""


_ON_THE_WAY = Phrase(Action.STATUS, text=Status.EN_ROUTE)
"""Under a card it is said of that ticket."""

_FOR_ANOTHER = re.compile("[派换找让](?:个人|别人|其他人|一个)|退[回单了]")
"""Under a card: 我今天请假了，派别人吧 asks for no leave."""

_FIGURES = re.compile(r"\d{1,9}")
_CONTACT = re.compile("电话|号码|联系|地址|位置|哪")
"""What is asked of other numbers too: 12345的电话是多少."""

_GO_ALONG = re.compile(f"[我俺](?:和|跟|带上?|叫上?){PERSON}(?:一起|一块儿?|一道)?(?:去|过去|跑)")
_ASKS_ME = re.compile("你?们?(?:还没)?(?:到|出发|接|办|弄|处理|去)(?:场|现场|单|完|好|结)?了?(?:吗|没有?|么)[?？]?")
_HANDED_ON = re.compile("转|移交")
"""What one does with one's own ticket; 派 can be said of any."""

_TO_WHOM = re.compile(f"([转派交给让叫请]) +(?={PERSON})")
"""转给 小王: the space before a name parts nothing."""

_ANNOUNCED = re.compile(rf"(?:麻烦|请|帮忙)?(?:登记|记|记录)(?:一下|下)?[\s,，:：]+(?={NUMBER})")
"""Before the order itself: 登记一下，12由我来处理."""

_GREETED = re.compile(r"^(?:值班[室长]|指挥室)?您好[\s,，!！]+(?=[^\s,，您]{0,6}\d{1,5}\s?号)")
"""So politely one speaks to us as well, but with a ticket's number."""

_NEEDS_HELP = re.compile("(?:快来|速来|派)人|(?<![不别])(?:快来|速来|请求?|需要?|求|叫|派).{0,6}(?:支援|增援|帮手)")
"""At the scene, and help is needed: must not be swallowed as words of the arrival."""


def read_phrase(
    text: str,
    *,
    replied: int | None,
    mine: Sequence[int],
    waiting: Sequence[int],
    colleagues: Sequence[str],
    today: datetime,
    exact: bool = False,
) -> Phrase | Ambiguous | None:
    """What an officer means by `text`; None: nothing that is ours to do. Pure, well under a millisecond.

    `replied`: the ticket of the message replied to. `mine`: tickets in the officer's hands; `waiting`: tickets the
    officer could claim. `colleagues`: their full names; 小王, 建国 or 敏姐 fits one.
    `today`: now, in the station's local time.
    """
    if len(text) > LONGEST:
        return None
    said = plain(text)
    named, people = name_people(said, colleagues)
    named = _TO_WHOM.sub(r"\1", named)
    if not said or (to_resident(_GREETED.sub("", said)) and not named.startswith(PERSON)):
        return None
    shift = read_shift(named, people, today)
    if shift is not None and not (replied and (shift == _ON_THE_WAY or _FOR_ANOTHER.search(named))):
        return _with_person(shift, colleagues)
    desk = _Desk(replied, tuple(mine), tuple(waiting), tuple(colleagues), today, exact)
    marked = mark(named, people, desk.known).without_others()
    asked = desk.asked(marked)
    if asked:
        return asked
    if not replied and NUMBER not in marked.text and is_talk(marked.text):
        return None
    found = desk.told(marked, said)
    if isinstance(found, Phrase) and to_ask(found, marked.text, replied=bool(replied)):
        return Ambiguous(Why.WHICH_ACTION, (found,)) if replied or NUMBER in marked.text else None
    if found is None and not (exact or replied or NUMBER in marked.text):
        order = read_without_ticket(marked, today)
        found = _with_person(order, colleagues) if order else None
    if isinstance(found, Phrase) and found.action is Action.ARRIVE and _NEEDS_HELP.search(found.text):
        return Ambiguous(Why.WHICH_ACTION, (replace(found, action=Action.HELP, text=""), found))
    return _in_own_words(found, text, said)


def _in_own_words(found: Phrase | Ambiguous | None, text: str, said: str) -> Phrase | Ambiguous | None:
    """What is kept of a line in Cantonese is kept as it was typed."""
    typed = plain(text, translated=False)
    if not isinstance(found, Phrase) or not found.text or typed == said or len(typed) != len(said):
        return found
    start = said.find(found.text)
    return found if start < 0 else replace(found, text=typed[start : start + len(found.text)])


@dataclass(frozen=True, slots=True)
class _Desk:
    """What can be meant at this moment."""

    replied: int | None
    mine: tuple[int, ...]
    waiting: tuple[int, ...]
    colleagues: tuple[str, ...]
    now: datetime
    exact: bool

    @property
    def known(self) -> frozenset[int]:
        return frozenset((*self.mine, *self.waiting, *((self.replied,) if self.replied else ())))

    def asked(self, marked: Marked) -> Phrase | None:
        if asks_ticket(marked.text) and (set(marked.numbers[0]) <= self.known or not _CONTACT.search(marked.text)):
            return Phrase(Action.ASK, marked.numbers[0], topic=Topic.TICKET)
        if self.replied and asks_replied(marked.text):
            return Phrase(Action.ASK, (self.replied,), topic=Topic.TICKET)
        if self.replied in self.mine and NUMBER not in marked.text and _ASKS_ME.fullmatch(marked.text):
            return None
        addressed = marked.text.count(NUMBER) == 1 or (self.replied and NUMBER not in marked.text)
        numbers = marked.numbers[0] if NUMBER in marked.text else (self.replied or 0,)
        if addressed and asks_in_words(marked.without_numbers()) and set(numbers) <= self.known:
            return Phrase(Action.ASK, numbers, topic=Topic.TICKET)
        return None

    def ordered(self, marked: Marked) -> Phrase | Ambiguous | None:
        for rule in RULES:
            found = rule.pattern.fullmatch(marked.text)
            if found:
                return self._order(rule, found, marked)
        return None

    def reconsidered(self, order: Phrase, marked: Marked) -> Phrase | Ambiguous:
        """What a rule took for the text of an order may be the better half of it, or another order."""
        if order.action not in RECONSIDERED:
            return order
        found = self.in_clauses(marked)
        if not isinstance(found, Phrase) or found.numbers != order.numbers:
            return order
        if found.action is order.action:
            return found if found.text or found.person else order
        return found if (order.action, found.action) in BETTER else order

    def told(self, marked: Marked, said: str) -> Phrase | Ambiguous | None:
        """An order, a note, or what is to be asked."""
        announced = _ANNOUNCED.match(marked.text)
        if announced and NUMBER not in announced.group():
            order = self.told(replace(marked, text=marked.text[announced.end() :]), said)
            if isinstance(order, Phrase) and order.action is not Action.NOTE:
                return order
        ordered = self.ordered(marked)
        if isinstance(ordered, Phrase):
            return self.reconsidered(ordered, marked)
        if ordered and ordered.why is Why.WHICH_ACTION:
            return ordered
        return self.in_clauses(marked) or ordered or self.again(marked) or self.rest(marked, said)

    def again(self, marked: Marked) -> Phrase | Ambiguous | None:
        """What the second reader is sure of: a ticket's number or card is there, and whoever is needed."""
        if self.exact or len(marked.text) > second.LONGEST:
            return None
        marked = marked.without_strangers(self.known)
        given = set(marked.numbers[: marked.text.count(NUMBER)])
        if len(given) > 1 or not (given or self.replied):
            return None
        numbers = next(iter(given)) if given else (self.replied or 0,)
        others = self.known - set(numbers)
        if (self.replied and numbers != (self.replied,)) or others & set(map(int, _FIGURES.findall(marked.text))):
            return None
        found = second.sure(marked, replied=bool(self.replied))
        if found is None or found.action in second.WITHOUT_TICKET or (found.action is Action.ASK and len(numbers) > 1):
            return None
        clear, person = second.company(marked, found.action)
        if not clear or second.doubted(marked, found.action) or hedged(marked, found.action):
            return None
        if found.action is Action.ASK:
            return Phrase(Action.ASK, numbers, topic=Topic.TICKET) if set(numbers) <= self.known else None
        if found.action is Action.STATUS and found.topic != Status.EN_ROUTE:
            return None
        text = second.told_beside(marked, found.action).strip(_EDGE)
        order = Phrase(found.action, numbers, person, Status.EN_ROUTE if found.action is Action.STATUS else text)
        if order.action is Action.PAUSE:
            order = replace(order, until=read_when(order.text, self.now))
        allowed = self._allowed(order, marked.text)
        return _with_person(allowed, self.colleagues) if allowed == order else None

    def in_clauses(self, marked: Marked) -> Phrase | Ambiguous | None:
        """Number, order and reason in any order. Without a ticket it is meant only if just one can be."""
        marked = marked.without_strangers(self.known)
        if self.replied and NUMBER in marked.text and not set(marked.numbers[0]) <= self.known:
            marked = marked.without_later()
        given = marked.numbers[0] if NUMBER in marked.text else ()
        found = read_clauses(marked, addressed=bool(given or self.replied))
        if found is None or not (given or self.replied or len(self._pool(found.action)) == 1):
            return None
        order = Phrase(found.action, person=found.person, text=found.text.strip(_EDGE))
        if found.action is Action.PAUSE:
            order = replace(order, until=read_when(order.text, self.now))
            if found.timed and order.until is None:
                return None
        elif found.action is Action.STATUS:
            order = replace(order, text=Status.EN_ROUTE)
        elif found.action is Action.TRANSFER and not order.person:
            return None
        decided = self._for_tickets(order, given, weak=False)
        if not isinstance(decided, Phrase):
            return decided
        return _with_person(self._allowed(decided, marked.text), self.colleagues)

    def _order(self, rule: Rule, found: re.Match[str], marked: Marked) -> Phrase | Ambiguous | None:
        groups = found.groupdict()
        text = marked.restore(*found.span("t")).strip(_EDGE) if groups.get("t") else ""
        if rule.action is Action.GIVE_BACK:
            text = marked.without_numbers().strip(_EDGE)
        order = Phrase(rule.action, person=self._person(found, marked), text=text)
        if rule.action is Action.PAUSE:
            order = replace(order, until=read_when(text, self.now))
        given = _given(rule, found, marked)
        if rule.action in {Action.HELP, Action.ARRIVE} and not (given or self.replied) and TALK.search(text):
            return None
        decided = self._for_tickets(order, given, weak=rule.weak)
        if not isinstance(decided, Phrase):
            return decided
        second = rule.action is Action.TRANSFER and bool(text) and _TWO.search(marked.text[slice(*found.span("t"))])
        others = {n for group in marked.numbers for n in group} - set(decided.numbers)
        after = bool(groups.get("t")) and found.end("t") < len(marked.text.rstrip(_EDGE))
        if (
            second
            or others & self.known
            or hedged(marked, rule.action)
            or (after and conditional(text))
            or doubtful(rule.action, text)
        ):
            return Ambiguous(Why.WHICH_ACTION, (decided,))
        allowed = self._allowed(decided, marked.text)
        return _with_person(allowed, self.colleagues)

    @staticmethod
    def _person(found: re.Match[str], marked: Marked) -> str:
        groups = found.groupdict()
        if groups.get("who"):
            return marked.people[marked.text.count(PERSON, 0, found.start("who"))]
        return groups.get("place") or groups.get("name") or ""

    def _pool(self, action: Action) -> tuple[int, ...]:
        if action is Action.CLAIM:
            return self.waiting
        if action in HOLDERS or action is Action.NOTE:
            return self.mine
        if action is Action.TRANSFER and len(self.mine) == 1:
            return self.mine
        return tuple(dict.fromkeys((*self.mine, *self.waiting)))

    def _for_tickets(self, order: Phrase, given: tuple[int, ...], *, weak: bool) -> Phrase | Ambiguous | None:
        """Named, replied to, or the only ones that can be meant."""
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
        if not pool and (weak or order.action is Action.CLAIM):
            return None
        return Ambiguous(Why.WHICH_TICKET, tuple(replace(order, numbers=(n,)) for n in pool))

    def _allowed(self, order: Phrase, said: str) -> Phrase | Ambiguous:
        """May it be meant for these tickets? Else it is asked for once more."""
        numbers = set(order.numbers)
        if order.action is Action.CLAIM and numbers & set(self.mine):
            return Ambiguous(Why.WHICH_ACTION, (order,))  # on the way to what is theirs already
        if order.action is Action.STATUS and numbers <= set(self.waiting):
            return Phrase(Action.CLAIM, order.numbers)
        if order.action is Action.HELP and numbers <= set(self.waiting) and _GO_ALONG.search(said):
            return Phrase(Action.CLAIM, order.numbers)
        if order.action in HOLDERS and not numbers <= set(self.mine):
            return Ambiguous(Why.NOT_YOURS, (order,))
        theirs = self.mine and _HANDED_ON.search(said)
        if order.action is Action.TRANSFER and not numbers <= (set(self.mine) if theirs else self.known):
            return Ambiguous(Why.NOT_YOURS, (order,))
        if order.action in {Action.CLAIM, Action.PRIORITY, Action.NOTE} and not numbers <= self.known:
            return Ambiguous(Why.WHICH_TICKET, (order,))
        return order

    def rest(self, marked: Marked, said: str) -> Phrase | Ambiguous | None:
        """Nothing of the grammar. A ticket in hand and its matter are a note; anything else is asked about."""
        if self.replied and NUMBER not in marked.text:
            return self._answer(said)
        if NUMBER not in marked.text or not set(marked.numbers[0]) <= self.known:
            return None
        if not marked.text.startswith(NUMBER):
            likely = self._likely(marked.text, marked.numbers[0])
            return Ambiguous(Why.WHICH_ACTION, likely) if likely else None
        return self._note(marked, marked.numbers[0])

    def _answer(self, said: str) -> Phrase | Ambiguous | None:
        """Free words under a card."""
        assert self.replied is not None
        if self.replied not in self.mine:
            claim = Phrase(Action.CLAIM, (self.replied,))
            return Ambiguous(Why.WHICH_ACTION, (claim,)) if RECEIVED.fullmatch(said) else None
        if ACKS.fullmatch(said) or len(said) < 4:
            return None
        note = Phrase(Action.NOTE, (self.replied,), text=said)
        clear = MATTER.match(said) and not (asked_or_unsure(said) or WORKING.search(said))
        return note if clear else Ambiguous(Why.WHICH_ACTION, (note,))

    def _note(self, marked: Marked, numbers: tuple[int, ...]) -> Phrase | Ambiguous:
        body = marked.restore(1, len(marked.text))
        note = Phrase(Action.NOTE, numbers, text=body.strip(_EDGE))
        claims = () if set(numbers) <= set(self.mine) else (Phrase(Action.CLAIM, numbers),)
        elsewhere = self.replied is not None and self.replied not in numbers
        clear = MATTER.match(body.lstrip(_EDGE)) is not None
        doubtful = asked_or_unsure(body) or WORKING.search(body) or THIRD.match(marked.text[1:]) or len(note.text) < 4
        several = len(numbers) > 1 or {n for group in marked.numbers[1:] for n in group} & self.known
        if claims or elsewhere or not clear or doubtful or several:
            likely = tuple(p for p in self._likely(body, numbers) if p not in claims)
            return Ambiguous(Why.WHICH_ACTION, (*likely, *claims, *((note,) if note.text else ())))
        return note

    def _likely(self, text: str, numbers: tuple[int, ...]) -> tuple[Phrase, ...]:
        """What the words point to, as buttons of a question."""
        hints = tuple(Phrase(action, numbers) for action, words in HINTS if words.search(text))
        return tuple(p for p in hints if p.action not in HOLDERS or set(numbers) <= set(self.mine))


def _with_person(said: Phrase | Ambiguous, colleagues: Sequence[str]) -> Phrase | Ambiguous:
    """The colleague for the name he is called by."""
    if isinstance(said, Ambiguous):
        return said
    if not said.person or PLACE.fullmatch(said.person):
        return said
    meant = called(said.person, tuple(colleagues))
    if len(meant) == 1:
        return replace(said, person=meant[0])
    return Ambiguous(Why.WHO, tuple(replace(said, person=name) for name in meant))


def _given(rule: Rule, found: re.Match[str], marked: Marked) -> tuple[int, ...]:
    """The numbers of the order itself, not those in its free text."""
    text = marked.text
    if found.groupdict().get("t") is not None:
        start, end = found.span("t")
        inside = text.count(NUMBER, start, end)
        if inside == text.count(NUMBER):
            return ()
        return marked.numbers[text.count(NUMBER, 0, end) if text.find(NUMBER) >= start else 0]
    return marked.numbers[0] if NUMBER in text else ()
