"""What stands behind "播报", understood: a text to send, the next library text, progress, stopping, or rules."""

import re
from dataclasses import dataclass

from handlers.broadcast.library import TOPICS
from handlers.broadcast.times import half_width, read_when
from handlers.kit import broadcast_texts as say
from handlers.kit.errors import UsageError
from storage.model.people import GroupKind

EVERYONE = "全部"
LONGEST = 1000
SHORTEST = 4
NAME_LONGEST = 20
KINDS = tuple(kind.value for kind in GroupKind)

_SEPARATORS = re.compile(r"[\s,，、/和]+")
_HEAD = re.compile(r"\s*(?:发?[给到])?\s*([^:：\n]{1,60})[:：]\s*(.+)", re.DOTALL)
_NUMBER = r"(?:\s*#?\s*(\d{1,9})\s*号?)?"
_STATUS = re.compile(rf"(?:状态|进度|结果){_NUMBER}")
_STOP = re.compile(rf"(?:停|停止|停下|停发){_NUMBER}")
_NEXT = re.compile(r"下一条\s*(.*)")
_RULES = re.compile(r"规则(?:列表)?")
_NEW = re.compile(r"(?:新增|添加|增加)\s+(\S+)\s+(.+)", re.DOTALL)
_SWITCH = re.compile(r"(停用|启用|删除)\s+(\S+)")
_BARE = ("新增", "添加", "增加", "停用", "启用", "删除", "帮助", "用法", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    text: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTip:
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    name: str
    cron: str
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRule:
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRule:
    name: str


Request = Draft | NextTip | Status | Stop | ListRules | NewRule | SwitchRule | DropRule


def understand(text: str) -> Request:
    """Raises UsageError with an example of what to write."""
    plain = half_width(text)
    if not plain or plain in _BARE:
        raise UsageError(say.USAGE)
    return _order(plain) or _rule_order(plain) or _draft(text.strip())


def _order(plain: str) -> Request | None:
    if _RULES.fullmatch(plain):
        return ListRules()
    status = _STATUS.fullmatch(plain)
    if status:
        return Status(number=int(status.group(1)) if status.group(1) else None)
    stop = _STOP.fullmatch(plain)
    if stop:
        return Stop(number=int(stop.group(1)) if stop.group(1) else None)
    following = _NEXT.fullmatch(plain)
    return NextTip(kinds=read_kinds(following.group(1))) if following else None


def _rule_order(plain: str) -> Request | None:
    new = _NEW.fullmatch(plain)
    if new:
        return new_rule(*new.groups())
    switch = _SWITCH.fullmatch(plain)
    if switch is None:
        return None
    verb, name = switch.groups()
    return DropRule(name=name) if verb == "删除" else SwitchRule(name=name, enabled=verb == "启用")


def new_rule(name: str, schedule: str) -> NewRule:
    """`schedule`: when, then group kinds and topics in any order. Raises UsageError."""
    if name[0] in "每天周" or name in ("工作日", "周末") or len(name) > NAME_LONGEST:
        raise UsageError(say.BAD_RULE_NAME)
    try:
        when = read_when(schedule)
    except ValueError as error:
        raise UsageError(say.BAD_TIME.format(why=error)) from None
    words = [word for word in _SEPARATORS.split(when.rest) if word]
    unknown = [word for word in words if word not in (*KINDS, *TOPICS, EVERYONE)]
    if unknown:
        raise UsageError(_bad_words(unknown))
    # “其他” names both a kind of group and a topic; behind a schedule it means the topic.
    return NewRule(
        name=name,
        cron=when.cron,
        kinds=tuple(word for word in words if word in KINDS and word not in TOPICS),
        topics=tuple(word for word in words if word in TOPICS),
    )


def _bad_words(unknown: list[str]) -> str:
    return say.BAD_WORDS.format(words="、".join(unknown), kinds="、".join(KINDS), topics="、".join(TOPICS))


def read_kinds(text: str) -> tuple[str, ...]:
    """ "业主、门店" → both; "" and 全部 → all (empty). Raises UsageError for an unknown kind."""
    words = [word.removesuffix("群") for word in _SEPARATORS.split(text) if word]
    unknown = [word for word in words if word not in (*KINDS, EVERYONE)]
    if unknown:
        raise UsageError(say.BAD_KIND.format(words="、".join(unknown), kinds="、".join(KINDS)))
    return () if EVERYONE in words else tuple(dict.fromkeys(words))


def _draft(text: str) -> Draft:
    kinds: tuple[str, ...] = ()
    head = _HEAD.fullmatch(text)
    if head and _names_groups(head.group(1)):
        kinds, text = read_kinds(head.group(1)), head.group(2).strip()
    if len(text) < SHORTEST:
        raise UsageError(say.USAGE)
    if len(text) > LONGEST:
        raise UsageError(say.TOO_LONG.format(length=len(text), limit=LONGEST))
    return Draft(text=text, kinds=kinds)


def _names_groups(head: str) -> bool:
    """True if what stands before the colon lists groups, and is not the text's own beginning ("紧急通知：…").

    One known kind among short words is enough, so that a slip like "业主、门点：" is asked back and not sent to all.
    """
    words = [word.removesuffix("群") for word in _SEPARATORS.split(head) if word]
    return any(word in (*KINDS, EVERYONE) for word in words) and all(len(word) <= 3 for word in words)
