"""Sentences about what officers say in words of their own: our one question, its choices, and what became of it."""

from collections.abc import Sequence

from handlers.kit import texts
from handlers.kit.phrases import Action, Phrase, Topic, Why
from handlers.kit.private import hide_private
from storage.model.tickets import Ticket

HELP = (
    "民警想怎么说就怎么说：12我来、12搞定了 双方和解、转给小王 12、挂起12 等监控。",
    "回复卡片可以不写单号，比如：收到，这就去。听不准我会问一句，不会乱动。",
)

VERBS = {
    Action.CLAIM: "接单",
    Action.ARRIVE: "到场",
    Action.RESOLVE: "办结",
    Action.TRANSFER: "转给",
    Action.GIVE_BACK: "退回",
    Action.PAUSE: "挂起",
    Action.RESUME: "继续",
    Action.HELP: "协办",
    Action.NOTE: "备注",
    Action.FALSE_REPORT: "误报",
    Action.PRIORITY: "加急",
    Action.SWAP: "换班",
    Action.STATUS: "",
    Action.ASK: "查",
    Action.HANDOVER: "交接",
}
TOPICS = {
    Topic.EXCHANGE: "换班",
    Topic.COVER: "请人顶班",
    Topic.TAKE: "我来顶班",
    Topic.LEAVE: "请假",
    Topic.DUTY: "看值班",
    Topic.MINE: "看手上的单子",
    Topic.UNCLAIMED: "看没人接的单子",
}
SAY = "原话转给反映人"
NONE = "都不是"
MATTER = 10
"""Characters of a matter on a button."""

WHICH_TICKET = "您说的是哪一单？"
WHICH_TICKET_TYPED = "您说的是哪一单？请写单号，比如：12"
NOT_YOURS = "{numbers}不在您手上，要这样办吗？"
WHICH_ACTION = "{numbers}要怎么办？"
WHICH_ACTION_TYPED = "{numbers}要怎么办？请写出来，比如：到场、办结 已劝离、挂起 等物业"
WHO = "您说的是哪一位？"
WHO_TYPED = "没认出是哪一位，请写名字。可以是：{names}"
WHICH_DAY = "是哪一天的班？请写出来，比如：明天白班"
MORE = "别的请直接写单号。"

CHOSEN = "好的：{label}"
NOTHING_DONE = "好的，没有动。"
NOT_ASKED = "这是问别人的。您要办，请自己说一句，比如：12我来"
QUESTION_OLD = "这个问题过时了，请再说一遍。{standing}"
QUESTION_OVER = "这个问题已经答过了。{standing}"
STANDING = "{number}现在是“{state}”{officer}。"
HOLDER = "（{officer}）"
SAID_OTHERWISE = "您已另外说了：{words}"
TOO_MANY = "一次最多办 {most} 单，请分几次说。"
ONE_SENTENCE = "{verb}要写一句话，比如：{numbers} {verb} 已劝离"
IN_HAND = "您手上 {count} 单："
NOTHING_IN_HAND = "您手上现在没有单子。"
UNCLAIMED = "还没人接的 {count} 单："
NOTHING_UNCLAIMED = "现在没有等人接的单子，辛苦了。"
LEAVE_OF_DAYS = "请几天假，请写清从哪天到哪天，比如：请假 11月25日到27日 家里有事"


def plain_numbers(numbers: Sequence[int]) -> str:
    return "、".join(str(number) for number in numbers)


def numbers_of(numbers: Sequence[int]) -> str:
    return f"{plain_numbers(numbers)} 号" if numbers else ""


def short_label(phrase: Phrase) -> str:
    """接单 #12 · 转给李强 #12 · 处警中"""
    verb = TOPICS.get(phrase.topic, "") if phrase.topic is not None else ""
    verb = verb or VERBS[phrase.action] or phrase.text
    whom = phrase.person if phrase.action is Action.TRANSFER else (f" {phrase.person}" if phrase.person else "")
    which = f" #{plain_numbers(phrase.numbers)}" if phrase.numbers else ""
    return f"{verb}{whom}{which}"


def label(phrase: Phrase, ticket: Ticket | None, *, public: bool) -> str:
    """接单 #12 楼道灯坏了. `public`: others read it, so what is confidential stays out."""
    if ticket is None or (public and ticket.confidential):
        return short_label(phrase)
    matter = hide_private(ticket.text) if public else ticket.text
    return f"{short_label(phrase)} {texts.short(matter, MATTER)}"


def question(why: Why, numbers: Sequence[int], names: Sequence[str], *, choices: int) -> str:
    """One question; without choices it says what to type."""
    match why:
        case Why.WHICH_TICKET:
            return WHICH_TICKET if choices else WHICH_TICKET_TYPED
        case Why.NOT_YOURS:
            return NOT_YOURS.format(numbers=numbers_of(numbers))
        case Why.WHICH_ACTION:
            said = WHICH_ACTION if choices else WHICH_ACTION_TYPED
            return said.format(numbers=numbers_of(numbers) or "这一单")
        case Why.WHO:
            return WHO if choices else WHO_TYPED.format(names=texts.join(names))
        case Why.WHICH_DAY:
            return WHICH_DAY
