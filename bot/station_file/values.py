"""What people write in a station file → what it means. Pure; each raises ValueError with a sentence's end."""

import re
import unicodedata
from collections.abc import Sequence

from bot.nearest import hint
from storage.model.people import DayPlan, Duty, GroupKind, PersonRole

DAY_MINUTES = 24 * 60
WECHAT = ("wecom_aibot", "wecom_webhook", "wecom_app", "wecom_kf", "wechat_official", "wecom_customer_group")
PLATFORMS = ("local", "telegram", *WECHAT)

ROLES: dict[str, PersonRole] = {
    "居民": PersonRole.RESIDENT,
    "群众": PersonRole.RESIDENT,
    "义警": PersonRole.VOLUNTEER,
    "志愿者": PersonRole.VOLUNTEER,
    "民警": PersonRole.OFFICER,
    "辅警": PersonRole.OFFICER,
    "值班长": PersonRole.DUTY_LEADER,
    "所领导": PersonRole.LEADER,
    "所长": PersonRole.LEADER,
    "副所长": PersonRole.LEADER,
    "教导员": PersonRole.LEADER,
    "管理员": PersonRole.ADMIN,
    **{role.value: role for role in PersonRole},
}
DUTIES: dict[str, Duty] = {
    **{duty.value: duty for duty in Duty},
    "officer": Duty.OFFICER,
    "leader": Duty.LEADER,
}
PLANS = {"平时": DayPlan.USUAL, **{plan.value: plan for plan in DayPlan if plan}}
_WEEK = "一二三四五六日"
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SETS = {"每天": range(7), "天天": range(7), "工作日": range(5), "周末": range(5, 7)}
_RANGE = re.compile(r"(.+?)\s*(?:至|到|-|–|—|~|～)\s*(.+)")
_YES = frozenset({"是", "开", "要", "yes", "true", "on"})
_NO = frozenset({"否", "关", "不要", "no", "false", "off"})
_PLACE_LENGTHS = range(2, 31)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def plain(text: str) -> str:
    """Full-width letters, digits and colons become plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def role(text: str) -> PersonRole:
    if text.lower() in ROLES:
        return ROLES[text.lower()]
    raise ValueError(f"不认识的身份“{text}”{hint(text, ('居民', '义警', '民警', '值班长', '所领导', '管理员'))}")


def duty(text: str) -> Duty:
    if text.lower() in DUTIES:
        return DUTIES[text.lower()]
    raise ValueError(f"班次只有“值班民警”和“值班长”，没有“{text}”{hint(text, [d.value for d in Duty])}")


def plan(text: str) -> DayPlan:
    """On which days a shift runs."""
    if text in PLANS:
        return PLANS[text]
    raise ValueError(f"“适用”只有 平时、节假日、调休，没有“{text}”。")


def kind(text: str) -> GroupKind:
    bare = text.removesuffix("群") or text
    for each in GroupKind:
        if bare == each.value or bare.lower() == each.name.lower():
            return each
    raise ValueError(f"没有“{text}”这种群{hint(bare, [k.value for k in GroupKind])}")


def days(texts: Sequence[str]) -> tuple[int, ...]:
    """Weekdays, Monday 0, of 周一 · 星期一 · 周一至周五 · 工作日 · 周末 · 每天, several at once."""
    found: set[int] = set()
    for text in texts:
        for word in re.split(r"[、,，;；\s]+", plain(text)):
            if word:
                found.update(_some_days(word))
    if not found:
        raise ValueError("没有写哪几天。可以写：每天、工作日、周末、周一至周五、[周一, 周三]。")
    return tuple(sorted(found))


def _some_days(word: str) -> Sequence[int]:
    if word in _SETS:
        return _SETS[word]
    if match := _RANGE.fullmatch(word):
        first, last = _day(match.group(1)), _day(match.group(2))
        return [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return (_day(word),)


def _day(word: str) -> int:
    bare = re.sub(r"^(周|星期|礼拜)", "", word).replace("天", "日")
    if bare in _WEEK and len(bare) == 1:
        return _WEEK.index(bare)
    if word.lower()[:3] in _ENGLISH:
        return _ENGLISH.index(word.lower()[:3])
    raise ValueError(f"看不懂“{word}”是哪天。可以写：每天、工作日、周末、周一至周五、[周一, 周三]。")


def clock(text: str, *, end: bool = False) -> int:
    """Minutes since midnight of 08:00; 24:00 only as an end."""
    match = _CLOCK.fullmatch(plain(text))
    minutes = int(match.group(1)) * 60 + int(match.group(2)) if match and int(match.group(2)) < 60 else -1
    if 0 <= minutes < DAY_MINUTES or (end and minutes == DAY_MINUTES):
        return minutes
    raise ValueError(f"看不懂时刻“{text}”，要写成 08:00 这样，从 00:00 到 {'24:00' if end else '23:59'}。")


def platform(text: str) -> str:
    if text.lower() in PLATFORMS:
        return text.lower()
    raise ValueError(f"没有“{text}”这个平台{hint(text, PLATFORMS)}")


def account(on: str, text: str) -> str:
    """A person's id on a platform."""
    value = plain(text)
    if on == "telegram":
        if re.fullmatch(r"[1-9]\d{0,18}", value):
            return value
        raise ValueError(f"Telegram 账号要写数字编号，比如 123456789；“{text}”不是（@用户名 不行）。")
    if on in WECHAT:
        if re.fullmatch(r"[A-Za-z0-9_.@-]{1,64}", value):
            return value
        raise ValueError(f"{on} 账号写通讯录里的账号（字母、数字、_ . @ -）；“{text}”不行。")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", value):
        return value
    raise ValueError(f"local 账号用小写字母和数字，比如 wang；“{text}”不行。")


def chat(on: str, text: str) -> str:
    """A group's id on a platform."""
    value = plain(text)
    if on == "telegram":
        if re.fullmatch(r"-[1-9]\d{0,18}", value):
            return value
        raise ValueError(f"Telegram 群的编号以减号开头，比如 -1001234567890；“{text}”不是。")
    if on == "wecom_webhook":
        if 1 <= len(text) <= 60:
            return text
        raise ValueError("wecom_webhook 的群号写 config.yaml 里那一项的 name，最多 60 个字。")
    if on in WECHAT:
        if re.fullmatch(r"[A-Za-z0-9_.@-]{1,64}", value):
            return value
        raise ValueError(f"{on} 的群号由字母和数字组成，在群里发“绑定”最省事；“{text}”不行。")
    if re.fullmatch(r"g:[A-Za-z0-9_.-]{1,40}", value):
        return value
    raise ValueError(f"local 的群号要写成 g: 加字母或数字，比如 g:garden；“{text}”不行。")


def place(text: str) -> str:
    """What people call a place: 东湾花园."""
    if len(text) in _PLACE_LENGTHS:
        return text
    raise ValueError(f"小区名要写 2 到 30 个字；“{text[:30]}”不行。")


def yes(text: str) -> bool:
    word = plain(text).lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"骗局提醒写“是”或“否”；“{text}”看不懂。")


def count(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})\s*户?", plain(text))
    if match is None:
        raise ValueError(f"户数要写一个整数，比如 860；“{text}”不是。")
    return int(match.group(1))
