"""Known scams in memory: is this group message one of them? Everything else it sees is dropped on the spot."""

from collections.abc import Mapping

from handlers.understanding.prints import NEAR, SHORTEST, number_of


class ScamWatch:
    """`groups`: chat key → station id of the groups that want it. `known`: station id → its fingerprints as numbers."""

    def __init__(self, groups: Mapping[str, int], known: Mapping[int, tuple[int, ...]]) -> None:
        self._known = {key: known[station] for key, station in groups.items() if known.get(station)}

    def __bool__(self) -> bool:
        """Is there anything to compare with, in any group?"""
        return bool(self._known)

    def knows(self, chat_key: str, text: str) -> bool:
        """True if `text` reads nearly like a known scam of the group's station, and the group wants to be warned."""
        prints = self._known.get(chat_key)
        if prints is None or len(text) < SHORTEST:
            return False
        number = number_of(text)
        return number is not None and any((number ^ known).bit_count() <= NEAR for known in prints)
