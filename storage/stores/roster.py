"""The roster beside the weekly shifts: rotations, changes, leave, own days, availability, holes, turns worked."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec

from storage.engine.base import Row, Tx
from storage.model.people import DayPlan, Duty
from storage.model.roster import (
    Availability,
    Change,
    ChangeKind,
    ChangeState,
    Free,
    Hole,
    Leave,
    LeaveState,
    OwnDay,
    Post,
    Rotation,
    Worked,
)
from storage.stores.codec import from_ms, to_ms

_CREWS = msgspec.json.Decoder(tuple[tuple[int, ...], ...])
_IDS = msgspec.json.Decoder(tuple[int, ...])
KEY_BYTES = 24
"""Of a calendar's address: nobody guesses it."""


def _rotation(row: Row) -> Rotation:
    return Rotation(
        id=row["id"],
        station_id=row["station_id"],
        name=row["name"],
        duty=Duty(row["duty"]),
        start_on=date.fromisoformat(row["start_on"]),
        on=row["on_days"],
        off=row["off_days"],
        crews=_CREWS.decode(row["crews"]),
        start=row["start_min"],
        end=row["end_min"],
        plan=DayPlan(row["plan"]),
    )


def _leave(row: Row) -> Leave:
    return Leave(
        id=row["id"],
        station_id=row["station_id"],
        person_id=row["person_id"],
        first=date.fromisoformat(row["first_day"]),
        last=date.fromisoformat(row["last_day"]),
        state=LeaveState(row["state"]),
        reason=row["reason"],
        origin=row["origin"],
    )


def _post(duty: str, day: str, start: int, end: int) -> Post:
    return Post(duty=Duty(duty), day=date.fromisoformat(day), start=start, end=end)


def _change(row: Row) -> Change:
    back = _post(row["back_duty"], row["back_day"], row["back_start"], row["back_end"]) if row["back_day"] else None
    return Change(
        id=row["id"],
        station_id=row["station_id"],
        number=row["number"],
        kind=ChangeKind(row["kind"]),
        state=ChangeState(row["state"]),
        post=_post(row["duty"], row["day"], row["start_min"], row["end_min"]),
        from_id=row["from_id"],
        to_id=row["to_id"],
        back=back,
        asked=_IDS.decode(row["asked"]),
        reason=row["reason"],
        by_id=row["by_id"],
        origin=row["origin"],
        at=from_ms(row["at"]),
    )


def _change_params(change: Change) -> dict[str, Any]:
    back = change.back
    return {
        "station_id": change.station_id,
        "kind": change.kind,
        "state": change.state,
        "duty": change.post.duty,
        "day": change.post.day.isoformat(),
        "start_min": change.post.start,
        "end_min": change.post.end,
        "from_id": change.from_id,
        "to_id": change.to_id,
        "back_duty": back.duty if back else "",
        "back_day": back.day.isoformat() if back else "",
        "back_start": back.start if back else 0,
        "back_end": back.end if back else 0,
        "asked": msgspec.json.encode(change.asked).decode(),
        "reason": change.reason,
        "by_id": change.by_id,
        "origin": change.origin,
    }


class Roster:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # ── the plan of a station ──────────────────────────────────────────────
    async def rotations(self, station_id: int) -> Sequence[Rotation]:
        async def load() -> Sequence[Rotation]:
            return tuple(_rotation(row) for row in await self._tx.rows("rotation_of_station", station_id=station_id))

        return await self._tx.recall(("rotations", station_id), load)

    async def replace_rotations(self, station_id: int, rotations: Iterable[Rotation]) -> None:
        await self._tx.rows("rotation_clear", station_id=station_id)
        for rotation in rotations:
            await self._tx.one(
                "rotation_add",
                station_id=station_id,
                name=rotation.name,
                duty=rotation.duty,
                start_on=rotation.start_on.isoformat(),
                on_days=rotation.on,
                off_days=rotation.off,
                crews=msgspec.json.encode(rotation.crews).decode(),
                start_min=rotation.start,
                end_min=rotation.end,
                plan=rotation.plan,
            )

    async def own_days(self, station_id: int) -> Sequence[OwnDay]:
        async def load() -> Sequence[OwnDay]:
            rows = await self._tx.rows("own_day_of_station", station_id=station_id)
            return tuple(
                OwnDay(day=date.fromisoformat(row["day"]), free=bool(row["free"]), name=row["name"]) for row in rows
            )

        return await self._tx.recall(("own_days", station_id), load)

    async def replace_own_days(self, station_id: int, days: Iterable[OwnDay]) -> None:
        await self._tx.rows("own_day_clear", station_id=station_id)
        for own in days:
            await self._tx.rows(
                "own_day_add", station_id=station_id, day=own.day.isoformat(), free=int(own.free), name=own.name
            )

    # ── leave ──────────────────────────────────────────────────────────────
    async def ask_leave(self, leave: Leave) -> int:
        """Keep it in its state; its id."""
        row = await self._tx.one(
            "leave_ask",
            station_id=leave.station_id,
            person_id=leave.person_id,
            first_day=leave.first.isoformat(),
            last_day=leave.last.isoformat(),
            state=leave.state,
            reason=leave.reason,
            origin=leave.origin,
        )
        assert row is not None
        return int(row["id"])

    async def leave(self, leave_id: int) -> Leave | None:
        row = await self._tx.one("leave_get", id=leave_id)
        return _leave(row) if row else None

    async def leaves(self, station_id: int, first: date, last: date) -> Sequence[Leave]:
        """Asked for or granted, of any of these days."""

        async def load() -> Sequence[Leave]:
            rows = await self._tx.rows(
                "leave_between", station_id=station_id, first=first.isoformat(), last=last.isoformat()
            )
            return tuple(_leave(row) for row in rows)

        return await self._tx.recall(("leaves", station_id, first, last), load)

    async def leaves_of_file(self, station_id: int) -> list[Leave]:
        return [_leave(row) for row in await self._tx.rows("leave_of_file", station_id=station_id)]

    async def decide_leave(self, leave_id: int, before: LeaveState, after: LeaveState) -> bool:
        """False if it was not in that state any more."""
        return await self._tx.one("leave_decide", id=leave_id, before=before, state=after) is not None

    # ── changes ────────────────────────────────────────────────────────────
    async def add_change(self, change: Change, at: datetime) -> Change:
        """Keep it under the station's next number; `id` and `number` are given."""
        taken = await self._tx.one("station_next_change", id=change.station_id)
        assert taken is not None
        number = int(taken["number"])
        row = await self._tx.one("change_add", number=number, at=to_ms(at), **_change_params(change))
        assert row is not None
        return replace(change, id=int(row["id"]), number=number, at=at)

    async def change(self, change_id: int) -> Change | None:
        row = await self._tx.one("change_get", id=change_id)
        return _change(row) if row else None

    async def change_by_number(self, station_id: int, number: int) -> Change | None:
        row = await self._tx.one("change_by_number", station_id=station_id, number=number)
        return _change(row) if row else None

    async def changes(self, station_id: int, first: date, last: date) -> Sequence[Change]:
        """Those that count, with a post that begins on one of these days; in order."""

        async def load() -> Sequence[Change]:
            rows = await self._tx.rows(
                "change_between", station_id=station_id, first=first.isoformat(), last=last.isoformat()
            )
            return tuple(_change(row) for row in rows)

        return await self._tx.recall(("changes", station_id, first, last), load)

    async def asked_for(self, station_id: int, post: Post) -> list[Change]:
        """Questions nobody has answered about posts of that duty which begin on that day."""
        rows = await self._tx.rows("change_asked", station_id=station_id, day=post.day.isoformat(), duty=post.duty)
        return [_change(row) for row in rows]

    async def waits_for(self, station_id: int, person_id: int) -> bool:
        """This person has been asked about somebody's post and has not answered."""
        rows = await self._tx.rows("change_open", station_id=station_id)
        return any(person_id in _change(row).asked for row in rows)

    async def changes_of_file(self, station_id: int) -> list[Change]:
        return [_change(row) for row in await self._tx.rows("change_of_file", station_id=station_id)]

    async def take_change(self, change_id: int, to_id: int) -> bool:
        """The first one wins; False for everyone after."""
        return await self._tx.one("change_take", id=change_id, to_id=to_id) is not None

    async def end_change(self, change_id: int, before: ChangeState, after: ChangeState) -> bool:
        """False if it was not in that state any more."""
        return await self._tx.one("change_end", id=change_id, before=before, state=after) is not None

    # ── who says they are free ─────────────────────────────────────────────
    async def set_available(self, station_id: int, said: Availability) -> None:
        await self._tx.one(
            "availability_put",
            station_id=station_id,
            person_id=said.person_id,
            free=said.free,
            until=to_ms(said.until),
        )

    async def availability(self, station_id: int, now: datetime) -> dict[int, Free]:
        """What people said, while it lasts."""

        async def load() -> Sequence[Availability]:
            rows = await self._tx.rows("availability_of_station", station_id=station_id)
            return tuple(
                Availability(person_id=row["person_id"], free=Free(row["free"]), until=from_ms(row["until"]))
                for row in rows
            )

        said = await self._tx.recall(("availability", station_id), load)
        return {each.person_id: each.free for each in said if each.until > now}

    # ── holes that were reported ───────────────────────────────────────────
    async def holes(self, station_id: int) -> list[Hole]:
        return [_hole(row) for row in await self._tx.rows("hole_of_station", station_id=station_id)]

    async def hole(self, hole_id: int) -> tuple[int, Hole] | None:
        """Its station and the hole."""
        row = await self._tx.one("hole_get", id=hole_id)
        return (row["station_id"], _hole(row)) if row else None

    async def add_hole(self, station_id: int, duty: Duty, start: datetime, end: datetime) -> int:
        row = await self._tx.one("hole_add", station_id=station_id, duty=duty, start_at=to_ms(start), end_at=to_ms(end))
        assert row is not None
        return int(row["id"])

    async def set_hole(self, hole_id: int, start: datetime, end: datetime) -> None:
        await self._tx.one("hole_set", id=hole_id, start_at=to_ms(start), end_at=to_ms(end))

    async def drop_hole(self, hole_id: int) -> None:
        await self._tx.rows("hole_drop", id=hole_id)

    # ── what was worked ────────────────────────────────────────────────────
    async def add_worked(self, station_id: int, worked: Worked) -> None:
        """Once per person, duty and beginning."""
        await self._tx.rows(
            "worked_add",
            station_id=station_id,
            person_id=worked.person_id,
            duty=worked.duty,
            day=worked.day.isoformat(),
            start_at=to_ms(worked.start),
            end_at=to_ms(worked.end),
        )

    async def worked(self, station_id: int, since: datetime, until: datetime) -> list[Worked]:
        """Turns that began in this time."""
        rows = await self._tx.rows("worked_between", station_id=station_id, since=to_ms(since), until=to_ms(until))
        return [
            Worked(
                person_id=row["person_id"],
                duty=Duty(row["duty"]),
                day=date.fromisoformat(row["day"]),
                start=from_ms(row["start_at"]),
                end=from_ms(row["end_at"]),
            )
            for row in rows
        ]

    async def worked_until(self, station_id: int) -> datetime | None:
        """When the last turn that was written down ended."""
        row = await self._tx.one("worked_last", station_id=station_id)
        return from_ms(row["last"]) if row and row["last"] is not None else None

    async def handled(self, station_id: int, since: datetime, until: datetime) -> dict[int, int]:
        """Person → how many tickets they brought to an end in this time, from the log."""
        rows = await self._tx.rows("worked_handled", station_id=station_id, since=to_ms(since), until=to_ms(until))
        return {row["person_id"]: row["handled"] for row in rows}

    # ── calendars ──────────────────────────────────────────────────────────
    async def calendar_key(self, person_id: int, *, fresh: bool = False) -> str:
        """The secret in the address of this person's calendar. `fresh`: a new one; the old address is dead."""
        row = await self._tx.one("calendar_of", person_id=person_id)
        if row is None or fresh:
            row = await self._tx.one("calendar_set", person_id=person_id, key=secrets.token_urlsafe(KEY_BYTES))
        assert row is not None
        return str(row["key"])

    async def calendar_owner(self, key: str) -> int | None:
        row = await self._tx.one("calendar_owner", key=key)
        return int(row["person_id"]) if row else None


def _hole(row: Row) -> Hole:
    return Hole(id=row["id"], duty=Duty(row["duty"]), start=from_ms(row["start_at"]), end=from_ms(row["end_at"]))
