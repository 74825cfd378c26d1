"""Stations, areas, weekly shifts and groups."""

from collections.abc import Iterable, Sequence

from storage.engine.base import Row, Tx
from storage.model.people import Area, DayPlan, Duty, Group, GroupKind, Shift, Station
from storage.stores.codec import names_from_json, names_to_json
from storage.stores.queues import seed_queues


def _station(row: Row) -> Station:
    return Station(
        **{name: row[name] for name in ("id", "code", "name", "tz", "phone", "address", "hours", "parent_id")}
    )


def _area(row: Row) -> Area:
    return Area(id=row["id"], station_id=row["station_id"], name=row["name"], officer_id=row["officer_id"])


def _shift(row: Row) -> Shift:
    return Shift(
        id=row["id"],
        station_id=row["station_id"],
        person_id=row["person_id"],
        duty=Duty(row["duty"]),
        weekday=row["weekday"],
        start=row["start_min"],
        end=row["end_min"],
        plan=DayPlan(row["plan"]),
    )


def _group(row: Row) -> Group:
    return Group(
        id=row["id"],
        platform=row["platform"],
        bot=row["bot"],
        chat_id=row["chat_id"],
        title=row["title"],
        kind=GroupKind(row["kind"]),
        station_id=row["station_id"],
        area_id=row["area_id"],
        households=row["households"],
        active=bool(row["active"]),
        places=names_from_json(row["places"]),
        scam_watch=bool(row["scam_watch"]),
    )


class Stations:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, station_id: int) -> Station | None:
        async def load() -> Station | None:
            row = await self._tx.one("station_get", id=station_id)
            return _station(row) if row else None

        return await self._tx.recall(("station", station_id), load)

    async def by_code(self, code: str) -> Station | None:
        row = await self._tx.one("station_by_code", code=code)
        return _station(row) if row else None

    async def all(self) -> list[Station]:
        return [_station(row) for row in await self._tx.rows("station_all")]

    async def put(
        self,
        *,
        code: str,
        name: str,
        tz: str,
        phone: str = "",
        address: str = "",
        hours: str = "",
        parent_id: int | None = None,
    ) -> int:
        row = await self._tx.one(
            "station_put", code=code, name=name, tz=tz, phone=phone, address=address, hours=hours, parent_id=parent_id
        )
        assert row is not None
        await seed_queues(self._tx, row["id"])
        return int(row["id"])

    async def next_number(self, station_id: int) -> int:
        """The next ticket number. A number taken by a rolled back transaction is given again."""
        row = await self._tx.one("station_next_number", id=station_id)
        assert row is not None
        return int(row["number"])

    async def area(self, area_id: int) -> Area | None:
        async def load() -> Area | None:
            row = await self._tx.one("area_get", id=area_id)
            return _area(row) if row else None

        return await self._tx.recall(("area", area_id), load)

    async def areas(self, station_id: int) -> list[Area]:
        return [_area(row) for row in await self._tx.rows("area_of_station", station_id=station_id)]

    async def put_area(self, station_id: int, name: str, officer_id: int | None) -> int:
        row = await self._tx.one("area_put", station_id=station_id, name=name, officer_id=officer_id)
        assert row is not None
        return int(row["id"])

    async def shifts(self, station_id: int) -> Sequence[Shift]:
        async def load() -> Sequence[Shift]:
            return tuple(_shift(row) for row in await self._tx.rows("shift_of_station", station_id=station_id))

        return await self._tx.recall(("shifts", station_id), load)

    async def replace_shifts(self, station_id: int, shifts: Iterable[Shift]) -> None:
        """The weekly plan is replaced whole."""
        await self._tx.rows("shift_clear", station_id=station_id)
        for shift in shifts:
            await self._tx.one(
                "shift_add",
                station_id=station_id,
                person_id=shift.person_id,
                duty=shift.duty,
                weekday=shift.weekday,
                start_min=shift.start,
                end_min=shift.end,
                plan=shift.plan,
            )


class Groups:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, group_id: int) -> Group | None:
        row = await self._tx.one("group_get", id=group_id)
        return _group(row) if row else None

    async def by_chat(self, platform: str, chat_id: str) -> Group | None:
        async def load() -> Group | None:
            row = await self._tx.one("group_by_chat", platform=platform, chat_id=chat_id)
            return _group(row) if row else None

        return await self._tx.recall(("chat", platform, chat_id), load)

    async def seen(self, *, platform: str, bot: str, chat_id: str, title: str) -> Group:
        """Register a group, or refresh its title and mark it active again."""
        row = await self._tx.one("group_seen", platform=platform, bot=bot, chat_id=chat_id, title=title)
        assert row is not None
        return _group(row)

    async def bind(
        self, group_id: int, *, station_id: int, kind: GroupKind, area_id: int | None, households: int
    ) -> None:
        await self._tx.one(
            "group_bind", id=group_id, station_id=station_id, kind=kind, area_id=area_id, households=households
        )

    async def describe(self, group_id: int, *, places: tuple[str, ...], scam_watch: bool) -> None:
        """The places its people name, and whether its chat is compared with known scams."""
        await self._tx.one("group_describe", id=group_id, places=names_to_json(places), scam_watch=int(scam_watch))

    async def left(self, platform: str, chat_id: str) -> bool:
        """We were removed. True if this changed anything."""
        return await self._tx.one("group_left", platform=platform, chat_id=chat_id) is not None

    async def moved(self, platform: str, chat_id: str, new_id: str) -> bool:
        """The chat has a new id. False if it was known under it already."""
        row = await self._tx.one("group_move", platform=platform, chat_id=chat_id, new_id=new_id)
        return row is not None

    async def of_station(self, station_id: int) -> list[Group]:
        return [_group(row) for row in await self._tx.rows("group_of_station", station_id=station_id)]

    async def officers(self, station_id: int) -> Sequence[Group]:
        """The officers' own groups, where cards go."""

        async def load() -> Sequence[Group]:
            rows = await self._tx.rows("group_of_station_kind", station_id=station_id, kind=GroupKind.OFFICERS)
            return tuple(_group(row) for row in rows)

        return await self._tx.recall(("officers", station_id), load)

    async def of_kind(self, kind: GroupKind) -> list[Group]:
        return [_group(row) for row in await self._tx.rows("group_of_kind", kind=kind)]

    async def unbound(self) -> list[Group]:
        return [_group(row) for row in await self._tx.rows("group_unbound")]

    async def all(self) -> list[Group]:
        return [_group(row) for row in await self._tx.rows("group_all")]
