"""The one question a ticket may ask back: which one matters, and what is an answer to it. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum

from handlers.understanding import Understanding
from storage.model.matters import Category, Emergency, Money
from storage.model.messages import Attachment, AttachmentKind
from storage.model.tickets import Ticket, Urgency

MONEY, SAFE, PLACE = "money", "safe", "place"

LONGEST_PLACE = 24
"""Characters of an answer that is taken for a place as it stands."""


class Told(StrEnum):
    """What an answer says. The order is that of the buttons' arguments and must stay."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    SAFE = "safe"
    UNSAFE = "unsafe"
    PLACE = "place"


ANSWERS = {Told.SENT: MONEY, Told.NOT_SENT: MONEY, Told.SAFE: SAFE, Told.UNSAFE: SAFE, Told.PLACE: PLACE}

_IN_DANGER = frozenset({Emergency.VIOLENCE, Emergency.CRIME, Emergency.EXTORTION})
_TO_GO_TO = frozenset(Emergency) - {Emergency.MONEY, Emergency.EXTORTION}
_HAPPENS_SOMEWHERE = frozenset({Category.HELP, Category.CLUE, Category.NUISANCE, Category.TRAFFIC, Category.DISPUTE})
_AT_HOME = re.compile(
    r"家暴|(?:老公|丈夫|男人|老婆|妻子|爸爸?|父亲|妈妈?|公公|婆婆|儿子|男朋友|前夫)[^，。！？]{0,6}"
    r"(?:打|掐|踹)(?!电话|工|车|麻将|牌|球)"
)
_NO_SCENE = re.compile(
    r"工资|押金|定金|退款|退费|退钱|欠|合同|赔偿|充值|会员|预付|账号|帐号|微信号|朋友圈|网上|网店|直播|快递|电话|短信"
)
"""What is about money or happens on a phone: there is nowhere to go to."""

_UNSAFE = re.compile(r"不安全|没有?安全|危险|救命|救我|还在(?:打|砸|闹|追|外面|门口)|害怕|快来|没走|出不去|受伤|流血")
_SAFE = re.compile(
    r"(?:我们?|现在|目前|人|都|已经|暂时|很|挺|是|嗯|，|,)*安全(?:的|了|着|呢)?|(?:现在|暂时)?没事了?|没有?危险|"
    r"(?:他|她|人)?(?:已经)?走了|躲(?:好|起来|开)了|出来了"
)
_NOT_SENT = re.compile(r"(?:还|并|也|都|我)*(?:没有?|未)(?:有|转|给|汇|付|打|转账|转钱|转出去|出去|上当)*[呢的啊吧了]?")
_SENT = re.compile(r"(?:我|都|就|是的?|嗯|，)*(?:已经|刚刚?|早就?)?(?:转|汇|付|打|给)(?:出去|过去|账|钱|给)*了.*")
_PLACELIKE = re.compile(
    r"[栋楼号路街巷村弄组屯店门口旁边厂院站桥园城苑场馆铺湾区镇庄里单元室层座超市学校小学中学公园广场小区附近对面车库电梯]"
)
_NO_PLACE = re.compile(r"[?？]|怎么|什么|多久|快点|谢谢|还没|为什么|民警|警察")


def choose(ticket: Ticket, attached: Iterable[Attachment], places: Iterable[str]) -> str:
    """Which question to ask, or "". `places`: those the reporter's group stands for by itself."""
    if ticket.category is Category.FRAUD and ticket.money_sent is None:
        return MONEY
    if ticket.emergency in _IN_DANGER or _AT_HOME.search(ticket.text):
        return SAFE
    located = ticket.place or any(item.kind is AttachmentKind.LOCATION for item in attached)
    if located or ticket.category is Category.FRAUD:
        return ""
    if ticket.emergency:
        return PLACE if ticket.emergency in _TO_GO_TO else ""
    somewhere = ticket.category in _HAPPENS_SOMEWHERE and not _NO_SCENE.search(ticket.text)
    near = any(places) and ticket.urgency is not Urgency.URGENT
    return PLACE if somewhere and not near and ticket.urgency is not Urgency.LOW else ""


def read(asked: str, text: str, meant: Understanding, attached: Iterable[Attachment], *, direct: bool) -> Told | None:
    """What `text` answers to the open question; None if it is no answer.

    `direct`: it replies to the question, so that a short word may be taken for a place.
    """
    words = text.strip(" \t\n,，.。!！~～")
    if asked == MONEY:
        return _money(words, meant)
    if asked == SAFE:
        return _safety(words)
    if asked == PLACE:
        return _place(words, meant, attached, direct=direct)
    return None


def _money(words: str, meant: Understanding) -> Told | None:
    if _NOT_SENT.fullmatch(words) or meant.money is Money.NOT_SENT:
        return Told.NOT_SENT
    if _SENT.fullmatch(words) or meant.money is Money.SENT:
        return Told.SENT
    return None


def _safety(words: str) -> Told | None:
    if _UNSAFE.search(words) and "没有危险" not in words and "没危险" not in words:
        return Told.UNSAFE
    return Told.SAFE if _SAFE.fullmatch(words) else None


def _place(words: str, meant: Understanding, attached: Iterable[Attachment], *, direct: bool) -> Told | None:
    if meant.place or any(item.kind is AttachmentKind.LOCATION for item in attached):
        return Told.PLACE
    short = 2 <= len(words) <= LONGEST_PLACE and meant.courtesy is None and not _NO_PLACE.search(words)
    return Told.PLACE if short and (direct or _PLACELIKE.search(words)) else None
