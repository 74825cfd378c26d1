"""What our own database knows of the WeChat family: groups, accounts, and what the long connection came to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.adapters.wecom_aibot.connection import REFUSED_HINT, STATE, TAKEN_HINT, Mark
from bot.adapters.wecom_aibot.intake import OTHER_NAME_HINT
from bot.adapters.wecom_aibot.ways import OTHER_NAME
from bot.config import Settings
from bot.config_channels import WecomAibot
from bot.doctor.findings import Finding, bad, fine, odd
from storage.model.people import Group
from storage.unit import Unit

SHOWN = 8
SEALED = re.compile(r"wo[A-Za-z0-9_-]{20,}")
"""How the platform writes a user id it does not want to tell (D 101521)."""

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`read` False: there is no database yet. `app_accounts`: (name, account) of staff. `line`: a mark, and when.

    `misnamed`: the names the bot was set up with when people called it by another."""

    read: bool = False
    groups: Sequence[Group] = ()
    stations: tuple[tuple[int, str], ...] = ()
    aibot_staff: int = 0
    sealed: int = 0
    app_accounts: Sequence[tuple[str, str]] = ()
    line: str = ""
    misnamed: str = ""
    zone: tzinfo = CHINA

    @property
    def customer_chats(self) -> frozenset[str]:
        return frozenset(group.chat_id for group in self.groups if group.platform == "wecom_customer_group")

    def of_line(self, what: str) -> Finding:
        """What the running program's connection came to."""
        mark, _, at = self.line.partition(" ")
        when = f"{datetime.fromtimestamp(int(at), UTC).astimezone(self.zone):%m-%d %H:%M} " if at.isdecimal() else ""
        if mark == Mark.REFUSED:
            return bad(what, f"{when}{REFUSED_HINT}")
        if mark == Mark.TAKEN:
            return bad(what, f"{when}{TAKEN_HINT}")
        if mark == Mark.CONNECTED:
            return fine(what, f"连得上，最近一次登录成功是 {when.strip()}。（体检不登录，以免把正在运行的挤下线。）")
        return fine(what, "地址连得上。Secret 对不对，先运行 pingan run，再看一次这一行（体检不登录）。")

    def of_aibot(self, section: WecomAibot, what: str) -> list[Finding]:
        if not self.read:
            return []
        found = [self._accounts(section, what), self._aibot_groups(section, what), self._name(section, what)]
        return [finding for finding in found if finding is not None]

    def _accounts(self, section: WecomAibot, what: str) -> Finding | None:
        if self.sealed and not section.encrypted_users:
            how = "用超级管理员重新创建一个，或者配好自建应用再写 wecom_aibot.encrypted_users: true"
            return bad(f"{what}的人员", f"收到的人员编号是加密的，和 station.yaml 对不上，民警会被当成群众。{how}。")
        if not self.aibot_staff:
            how = "在 station.yaml 里给管理员和民警写上 accounts: {wecom_aibot: 通讯录里的账号}，再导入一次"
            return odd(f"{what}的人员", f"还没有一位工作人员写了账号：谁都不能绑定群，也不能接单。{how}。")
        return fine(f"{what}的人员", f"{self.aibot_staff} 位工作人员写了账号")

    def _name(self, section: WecomAibot, what: str) -> Finding | None:
        if not self.misnamed or self.misnamed != "|".join(section.names):
            return None
        return odd(f"{what}的名字", f"{OTHER_NAME_HINT}现在写的是 {_some(section.names)}。")

    def _aibot_groups(self, section: WecomAibot, what: str) -> Finding:
        groups = [group for group in self.groups if group.platform == "wecom_aibot" and group.active]
        name = section.names[0] if section.names else "机器人"
        how = f"管理员在群里发“@{name} 绑定 派出所代码 群类型 片区”"
        if not groups:
            return odd(f"{what}的群", f"还没有在群里听到过话。把它拉进内部群，{how}。")
        unbound = [group.chat_id for group in groups if group.station_id is None]
        if unbound:
            return odd(f"{what}的群", f"有 {len(unbound)} 个群还没绑定派出所（群号 {_some(unbound)}）。{how}。")
        names = dict(self.stations)
        bound = [f"{group.chat_id}（{names.get(group.station_id or 0, '')}{group.kind}群）" for group in groups]
        return fine(f"{what}的群", f"{len(groups)} 个，群号 {_some(bound)}")

    def of_webhooks(self, names: Sequence[str], what: str) -> list[Finding]:
        """`names`: of groups in which no 智能机器人 speaks."""
        here = {group.chat_id for group in self.groups if group.platform == "wecom_webhook"}
        left = [name for name in names if name not in here]
        if not self.read or not left:
            return []
        how = "写一项 {platform: wecom_webhook, chat: 和 name 一样, title: 群名, kind: 民警}，再导入一次"
        return [odd(f"{what}的群", f"{_some(left)} 还没写进 station.yaml，播报发不过去。在 groups 下{how}。")]


NOTHING_KNOWN = Known()


def _some(words: Sequence[str]) -> str:
    return "、".join(words[:SHOWN]) + ("等" if len(words) > SHOWN else "")


async def learn(unit: Unit, settings: Settings) -> Known:
    """Reads only."""
    stations = await unit.stations.all()
    aibot: set[str] = set()
    app: dict[str, str] = {}
    for station in stations:
        names = {member.person.id: member.person.name for member in await unit.people.staff(station.id)}
        for identity in await unit.people.staff_identities(station.id):
            if identity.platform == "wecom_aibot":
                aibot.add(identity.user_id)
            elif identity.platform == "wecom_app":
                app[identity.user_id] = names.get(identity.person_id, "")
    heard = await unit.people.on_platform("wecom_aibot")
    return Known(
        read=True,
        groups=await unit.groups.all(),
        stations=tuple((station.id, station.name) for station in stations),
        aibot_staff=len(aibot),
        sealed=sum(bool(SEALED.fullmatch(identity.user_id)) for identity, _ in heard),
        app_accounts=[(name, account) for account, name in app.items()],
        line=await unit.channels.cursor("wecom_aibot", settings.wecom_aibot.bot_id, STATE),
        misnamed=await unit.channels.cursor("wecom_aibot", settings.wecom_aibot.bot_id, OTHER_NAME),
        zone=ZoneInfo(stations[0].tz) if stations else CHINA,
    )
