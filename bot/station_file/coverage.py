"""Which hours of the week nobody has, said the way people say it."""

from collections.abc import Iterable

from bot.station_file.nouns import ShiftPart

DAY = 24 * 60
WEEK = 7 * DAY
_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SHOWN = 6


def gaps(shifts: Iterable[ShiftPart]) -> list[tuple[int, int]]:
    """(start, length) in minutes of the week (Monday 00:00 is 0) where no shift runs; one over Sunday night is one."""
    free = bytearray(b"\x01") * WEEK
    for shift in shifts:
        length = shift.end - shift.start + (DAY if shift.end <= shift.start else 0)
        for day in shift.weekdays:
            for minute in range(day * DAY + shift.start, day * DAY + shift.start + length):
                free[minute % WEEK] = 0
    starts = [m for m in range(WEEK) if free[m] and not free[m - 1]]
    if not starts:
        return [(0, WEEK)] if free[0] else []
    return [(start, _run(free, start)) for start in starts]


def _run(free: bytearray, start: int) -> int:
    length = 0
    while free[(start + length) % WEEK]:
        length += 1
    return length


def describe(found: Iterable[tuple[int, int]]) -> str:
    """ "每天 00:00–08:00；周六 12:00–周日 08:00"; the same hours of several days are told once."""
    by_hours: dict[tuple[int, int, int], list[int]] = {}
    for start, length in found:
        minute, day = start % DAY, start // DAY
        alone = day if minute + length > 2 * DAY else -1  # a gap over days is told with its own last day
        by_hours.setdefault((minute, length, alone), []).append(day)
    told = [_hours(minute, length, days) for (minute, length, _), days in by_hours.items()]
    more = f" 等 {len(told)} 段" if len(told) > SHOWN else ""
    return "；".join(told[:SHOWN]) + more


def _hours(start: int, length: int, days: list[int]) -> str:
    if length >= WEEK:
        return "整个星期"
    end = start + length
    if end <= DAY:
        return f"{day_names(days)} {clock(start)}–{clock(end)}"
    later, until = divmod(end, DAY)
    if later == 1:
        return f"{day_names(days)} {clock(start)}–次日 {clock(until)}"
    return f"{day_names(days)} {clock(start)}–{_NAMES[(days[0] + later) % 7]} {clock(until)}"


def day_names(days: list[int]) -> str:
    special = {(0, 1, 2, 3, 4, 5, 6): "每天", (0, 1, 2, 3, 4): "周一至周五", (5, 6): "周末"}
    return special.get(tuple(sorted(days)), "、".join(_NAMES[day] for day in sorted(days)))


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
