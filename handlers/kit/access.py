"""Who may do what: one table."""

from enum import StrEnum

from storage.model.people import PersonRole


class Permission(StrEnum):
    REPORT = "report"  # report, follow and rate one's own matters
    PROXY = "proxy"  # report for somebody else
    WORK = "work"  # take, move and close tickets
    DISPATCH = "dispatch"  # hand another's ticket to someone
    BROADCAST = "broadcast"  # push to groups
    MANAGE = "manage"  # bind groups, see deliveries and settings


_EVERYONE = frozenset(PersonRole)
_STAFF = frozenset({PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER, PersonRole.ADMIN})

ALLOWED: dict[Permission, frozenset[PersonRole]] = {
    Permission.REPORT: _EVERYONE,
    Permission.PROXY: _EVERYONE - {PersonRole.RESIDENT},
    Permission.WORK: _STAFF,
    Permission.DISPATCH: _STAFF - {PersonRole.OFFICER},
    Permission.BROADCAST: frozenset({PersonRole.DUTY_LEADER, PersonRole.LEADER, PersonRole.ADMIN}),
    Permission.MANAGE: frozenset({PersonRole.LEADER, PersonRole.ADMIN}),
}


def may(role: PersonRole, permission: Permission) -> bool:
    return role in ALLOWED[permission]


def is_staff(role: PersonRole) -> bool:
    return role in _STAFF
