"""The mark in a QR code or link that tells which group it hangs in."""

import re

_SCENE = re.compile(r"g([1-9][0-9]{0,17})")


def scene_of(group_id: int) -> str:
    """Letters and digits only, at most 32: what every platform takes."""
    return f"g{group_id}"


def group_of_scene(scene: str) -> int | None:
    """The group, if it is a mark of ours. Anybody can make one up: it is a hint, never a right."""
    found = _SCENE.fullmatch(scene)
    return int(found[1]) if found else None
