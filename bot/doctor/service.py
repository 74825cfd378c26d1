"""The service: is there a station, is somebody on duty and reachable, are the groups bound?"""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.doctor.findings import Finding, bad, fine, odd
from handlers.kit.audit_texts import LABELS
from handlers.kit.onduty import who_is_on
from storage.model.people import Duty, GroupKind, Station
from storage.model.work import WorkState
from storage.unit import Unit


async def check_service(unit: Unit, now: datetime) -> list[Finding]:
    stations = await unit.stations.all()
    if not stations:
        return [odd("派出所", "还没有导入。改好 station.yaml 后运行 pingan import station.yaml。")]
    found = [fine("派出所", "、".join(station.name for station in stations))]
    for station in stations:
        found.append(await _check_duty(unit, station, now))
        found.append(await _check_groups(unit, station))
        found += await _check_promises(unit, station)
    unbound = await unit.groups.unbound()
    if unbound:
        found.append(odd("群", f"有 {len(unbound)} 个群还没绑定派出所。请管理员在群里发“绑定”。"))
    return [*found, *await _check_dead(unit)]


async def _check_duty(unit: Unit, station: Station, now: datetime) -> Finding:
    what = f"{station.name}值班"
    try:
        local = now.astimezone(ZoneInfo(station.tz))
    except (ZoneInfoNotFoundError, ValueError):
        return bad(what, f"时区 {station.tz} 不认识，请在站点文件里改成 Asia/Shanghai。")
    turns = await who_is_on(unit, station, now)
    officers = {turn.person_id for turn in turns if turn.duty is Duty.OFFICER}
    if not officers:
        return odd(what, f"现在（{local:%H:%M}）没有排值班民警，工单会通知值班长。请检查站点文件的排班。")
    reachable = 0
    for person_id in officers:
        reachable += any(identity.chat_id for identity in await unit.people.identities(person_id))
    if not reachable:
        return odd(what, "现在的值班民警都还收不到私信。请他们先私聊机器人发一句“你好”。")
    return fine(what, f"现在有 {len(officers)} 位值班民警，{reachable} 位能收到通知")


async def _check_groups(unit: Unit, station: Station) -> Finding:
    groups = await unit.groups.of_station(station.id)
    what = f"{station.name}的群"
    if not groups:
        return odd(what, "一个都没有。把机器人拉进群，管理员发“绑定”。")
    if not any(group.kind is GroupKind.OFFICERS for group in groups):
        return odd(what, f"{len(groups)} 个，但没有“民警”工作群：工单卡片只会私下发给值班的人。")
    return fine(what, f"{len(groups)} 个，{sum(group.households for group in groups)} 户")


async def _check_promises(unit: Unit, station: Station) -> list[Finding]:
    """What the auditor found and is not over yet; told only if there is something."""
    return [
        odd(f"{station.name}值守（{LABELS[finding.kind]}）", f"{finding.text}（编号 {finding.subject}）")
        for finding in await unit.audit.open(station.id)
    ]


async def _check_dead(unit: Unit) -> list[Finding]:
    events = (await unit.inbox.counts()).get(WorkState.DEAD.value, (0, None))[0]
    jobs = (await unit.jobs.counts()).get(WorkState.DEAD.value, 0)
    if not events and not jobs:
        return []
    return [odd("暂存", f"有 {events + jobs} 件没处理成功。运行 pingan dead list 查看。")]
