"""People, their identities on platforms, and their roles at stations."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.engine.base import Row, Tx
from storage.model.people import Identity, Member, Person, PersonRole
from storage.stores.codec import names_from_json, names_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as found by an identity, and where that identity can be written to ("" if it cannot)."""

    person: Person
    private_chat: str
    username: str
    bot: str


def _person(row: Row) -> Person:
    return Person(id=row["id"], name=row["name"], code=row["code"] or "", aliases=names_from_json(row["aliases"]))


def _identity(row: Row) -> Identity:
    return Identity(
        platform=row["platform"],
        bot=row["bot"],
        user_id=row["user_id"],
        person_id=row["person_id"],
        username=row["username"],
        chat_id=row["chat_id"],
        linked_from=row["linked_from"],
    )


def _member(row: Row) -> Member:
    return Member(person=_person(row), station_id=row["station_id"], role=PersonRole(row["role"]))


class People:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, person_id: int) -> Person | None:
        async def load() -> Person | None:
            row = await self._tx.one("person_get", id=person_id)
            return _person(row) if row else None

        return await self._tx.recall(("person", person_id), load)

    async def by_code(self, code: str) -> Person | None:
        row = await self._tx.one("person_by_code", code=code)
        return _person(row) if row else None

    async def by_identity(self, platform: str, user_id: str) -> Known | None:
        row = await self._tx.one("person_by_identity", platform=platform, user_id=user_id)
        if row is None:
            return None
        return Known(person=_person(row), private_chat=row["private_chat"], username=row["username"], bot=row["bot"])

    async def add(self, *, name: str, code: str = "", aliases: tuple[str, ...] = ()) -> Person:
        row = await self._tx.one("person_add", code=code or None, name=name, aliases=names_to_json(aliases))
        assert row is not None
        return Person(id=row["id"], name=name, code=code, aliases=aliases)

    async def update(self, person: Person) -> None:
        await self._tx.one("person_update", id=person.id, name=person.name, aliases=names_to_json(person.aliases))

    async def rename(self, person_id: int, name: str) -> None:
        """Follow a resident's new display name. People of a station file keep theirs."""
        await self._tx.one("person_rename", id=person_id, name=name)

    async def add_identity(self, identity: Identity) -> int:
        """Attach an identity; if it exists already, returns whose it is and changes nothing."""
        row = await self._tx.one("identity_add", **_identity_params(identity))
        if row is not None:
            return identity.person_id
        known = await self.by_identity(identity.platform, identity.user_id)
        assert known is not None
        return known.person.id

    async def link_identity(self, identity: Identity) -> None:
        """Attach an identity to this person, taking it from another if need be (an admin's decision)."""
        await self._tx.one("identity_link", **_identity_params(identity))

    async def reachable(self, platform: str, user_id: str, *, bot: str, chat_id: str, username: str) -> None:
        await self._tx.one(
            "identity_reachable", platform=platform, user_id=user_id, bot=bot, chat_id=chat_id, username=username
        )

    async def unreachable(self, platform: str, chat_id: str) -> None:
        """The private chat is closed to us (blocked)."""
        await self._tx.one("identity_unreachable", platform=platform, chat_id=chat_id)

    async def identities(self, person_id: int) -> Sequence[Identity]:
        """Reachable ones first."""

        async def load() -> Sequence[Identity]:
            return tuple(_identity(row) for row in await self._tx.rows("identity_of_person", person_id=person_id))

        return await self._tx.recall(("identities", person_id), load)

    async def on_platform(self, platform: str) -> list[tuple[Identity, str]]:
        """Every identity of a platform with the person's name."""
        return [(_identity(r), r["name"]) for r in await self._tx.rows("identity_on_platform", platform=platform)]

    async def set_role(self, person_id: int, station_id: int, role: PersonRole) -> None:
        await self._tx.one("member_set", person_id=person_id, station_id=station_id, role=role)

    async def remove_role(self, person_id: int, station_id: int) -> None:
        await self._tx.one("member_remove", person_id=person_id, station_id=station_id)

    async def roles(self, person_id: int) -> dict[int, PersonRole]:
        """Station id → role."""
        rows = await self._tx.rows("member_roles", person_id=person_id)
        return {row["station_id"]: PersonRole(row["role"]) for row in rows}

    async def members(self, station_id: int) -> list[Member]:
        return [_member(row) for row in await self._tx.rows("member_of_station", station_id=station_id)]

    async def newcomer(self, name: str, identity: Identity) -> Person:
        """Someone who writes to us for the first time; `identity.person_id` is ignored and given."""
        row = await self._tx.one("newcomer_person", name=name)
        assert row is not None
        params = _identity_params(identity) | {"person_id": row["id"]}
        if await self._tx.one("newcomer_identity", **params) is None:  # at the same moment in another process
            known = await self.by_identity(identity.platform, identity.user_id)
            assert known is not None
            return known.person
        return Person(id=row["id"], name=name)

    async def settle(self, person_id: int, station_id: int) -> None:
        """A person without a role anywhere belongs to this station as a resident."""
        await self._tx.rows("newcomer_member", person_id=person_id, station_id=station_id)

    async def staff(self, station_id: int) -> Sequence[Member]:
        """Everyone who is more than a resident there: a few, however many residents there are."""

        async def load() -> Sequence[Member]:
            return tuple(_member(row) for row in await self._tx.rows("member_staff", station_id=station_id))

        return await self._tx.recall(("staff", station_id), load)

    async def staff_identities(self, station_id: int) -> Sequence[Identity]:
        """The accounts of all of them."""

        async def load() -> Sequence[Identity]:
            return tuple(_identity(row) for row in await self._tx.rows("identity_of_staff", station_id=station_id))

        return await self._tx.recall(("staff_identities", station_id), load)

    async def staff_everywhere(self) -> list[Member]:
        """Everyone who is more than a resident somewhere: their names mean us at an @."""
        return [_member(row) for row in await self._tx.rows("member_names")]


def _identity_params(identity: Identity) -> dict[str, object]:
    return {
        "platform": identity.platform,
        "user_id": identity.user_id,
        "bot": identity.bot,
        "person_id": identity.person_id,
        "username": identity.username,
        "chat_id": identity.chat_id,
    }
