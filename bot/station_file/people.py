"""The people of a station file: who they are, their role at this station, and their accounts."""

from collections.abc import Mapping

from bot.station_file.nouns import Account, PersonPart, StationFile
from bot.station_file.tell import Change, ChangeKind, differences
from bot.yaml_text import Problem
from handlers.kit.texts import ROLE_NAMES
from storage.model.people import Identity, Member, Person, PersonRole
from storage.unit import Unit

LOCAL, WECOM_APP = "local", "wecom_app"


class PeopleImport:
    """`ids` and `names` (code → id, id → name) are filled by `put`."""

    def __init__(self, unit: Unit, file: StationFile, station_id: int, bots: Mapping[str, str]) -> None:
        self._people = unit.people
        self._stations = unit.stations
        self._parts = file.people
        self._station_id = station_id
        self._bots = bots
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}

    async def conflicts(self) -> list[Problem]:
        """Codes and accounts that are somebody else's at another station: a slip must not hand over their rights."""
        problems = []
        for part in self._parts:
            problems += await self._code_conflict(part)
            for account in part.accounts:
                problems += await self._account_conflict(part, account)
        return problems

    async def _code_conflict(self, part: PersonPart) -> list[Problem]:
        known = await self._people.by_code(part.code)
        if known is None:
            return []
        roles = await self._people.roles(known.id)
        if self._station_id in roles:
            return []  # ours: another name is a correction
        if known.name == part.name and (not roles or await self._shares_account(known, part)):
            return []
        where = await self._where(roles)
        same = "如果是同一个人，请写上同一个账号；不是的话请" if known.name == part.name else "请"
        return [Problem(part.line, f"代码 {part.code} 已经是{where}{known.name}的。{same}换一个代码。")]

    async def _shares_account(self, known: Person, part: PersonPart) -> bool:
        identities = {(i.platform, i.user_id) for i in await self._people.identities(known.id)}
        return any((a.platform, a.user_id) in identities for a in part.accounts)

    async def _account_conflict(self, part: PersonPart, account: Account) -> list[Problem]:
        known = await self._people.by_identity(account.platform, account.user_id)
        if known is None or not known.person.code or known.person.code == part.code:
            return []
        roles = await self._people.roles(known.person.id)
        if not roles or self._station_id in roles:
            return []
        where = await self._where(roles)
        text = f"{account.platform} 账号 {account.user_id} 已经是{where}{known.person.name}（{known.person.code}）的。"
        return [Problem(account.line, f"{text}是同一个人就用同一个代码和姓名。")]

    async def _where(self, roles: Mapping[int, PersonRole]) -> str:
        for station_id in roles:
            station = await self._stations.get(station_id)
            if station is not None:
                return f"{station.name}"
        return "以前登记过的"

    async def put(self) -> list[Change]:
        members = {m.person.code: m for m in await self._people.members(self._station_id) if m.person.code}
        changes = [await self._put_one(part, members.pop(part.code, None)) for part in self._parts]
        for left in members.values():
            await self._people.remove_role(left.person.id, self._station_id)
            self.names[left.person.id] = left.person.name
            detail = f"文件里没有了，不再是{ROLE_NAMES[left.role]}"
            changes.append(Change(kind=ChangeKind.REMOVED, what="人员", name=left.person.name, detail=detail))
        return changes

    async def _put_one(self, part: PersonPart, member: Member | None) -> Change:
        known = await self._people.by_code(part.code)
        person = known or await self._people.add(name=part.name, code=part.code, aliases=part.aliases)
        self.ids[part.code] = person.id
        self.names[person.id] = part.name
        if (person.name, person.aliases) != (part.name, part.aliases):
            await self._people.update(Person(id=person.id, name=part.name, code=part.code, aliases=part.aliases))
        if member is None or member.role is not part.role:
            await self._people.set_role(person.id, self._station_id, part.role)
        details = [
            differences(
                ("姓名", person.name, part.name),
                ("别名", "、".join(person.aliases), "、".join(part.aliases)),
                ("身份", ROLE_NAMES[member.role] if member else "无", ROLE_NAMES[part.role]),
            )
            if known
            else ROLE_NAMES[part.role],
            *await self._accounts(person, part),
        ]
        return Change.of("人员", part.name, known, "；".join(detail for detail in details if detail))

    async def _accounts(self, person: Person, part: PersonPart) -> list[str]:
        details = [await self._account(person.id, account) for account in part.accounts]
        roles = await self._people.roles(person.id)
        if set(roles) <= {self._station_id}:  # another station's file may know accounts that this one does not
            details += await self._drop_accounts(person.id, part)
        return details

    async def _account(self, person_id: int, account: Account) -> str:
        """Give the account to this person. What the platform told about it (private chat, @name) is kept."""
        bot, chat_id = self._way(account)
        identity = Identity(
            platform=account.platform, bot=bot, user_id=account.user_id, person_id=person_id, chat_id=chat_id
        )
        known = await self._people.by_identity(account.platform, account.user_id)
        if known is None:
            await self._people.add_identity(identity)
            return f"账号 加 {account.platform} {account.user_id}"
        if chat_id and (known.private_chat, known.bot) != (chat_id, bot):
            await self._people.reachable(
                account.platform, account.user_id, bot=bot, chat_id=chat_id, username=known.username
            )
        if known.person.id == person_id:
            return ""
        await self._people.link_identity(identity)
        before = known.person.name if known.person.code else "群众"
        return f"账号 {account.platform} {account.user_id} 从{before}转到本人"

    def _way(self, account: Account) -> tuple[str, str]:
        """Our bot and their private chat, where a person can be written to who has never written to us."""
        if account.platform == LOCAL:
            return self._bots.get(LOCAL, LOCAL), f"p:{account.user_id}"
        if account.platform == WECOM_APP and WECOM_APP in self._bots:
            return self._bots[WECOM_APP], account.user_id
        return "", ""

    async def _drop_accounts(self, person_id: int, part: PersonPart) -> list[str]:
        """Accounts no longer in the file become a stranger's: they must not keep this person's rights.

        What was linked in the chat never came from the file: 解绑账号 and 取消关联 undo that.
        """
        kept = {(a.platform, a.user_id) for a in part.accounts}
        details = []
        for identity in await self._people.identities(person_id):
            if (identity.platform, identity.user_id) in kept or identity.linked_from is not None:
                continue
            stranger = await self._people.add(name=identity.username or "群众")
            await self._people.link_identity(
                Identity(platform=identity.platform, bot="", user_id=identity.user_id, person_id=stranger.id)
            )
            details.append(f"账号 去 {identity.platform} {identity.user_id}")
        return details
