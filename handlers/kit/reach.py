"""What the platforms we speak on can do: features choose by it, never by a platform's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.model.channels import Capabilities, Edits


@dataclass(kw_only=True)
class Reach:
    """`channels`: platform → what it can do, of those that run."""

    channels: Mapping[str, Capabilities] = field(default_factory=dict)

    def shows_changes(self, platform: str) -> bool:
        """Does a message that was sent there follow what happens?"""
        can = self.channels.get(platform)
        return can is None or can.editing is Edits.ALWAYS

    def answering_only(self, platform: str) -> bool:
        """May we speak there only to those who have just spoken?"""
        can = self.channels.get(platform)
        return can is not None and can.limits.per_turn > 0
