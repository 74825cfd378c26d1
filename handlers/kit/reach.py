"""What the platforms we speak on can do: features choose by it, never by a platform's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handlers.kit.heard import Heard
from storage.model.channels import Capabilities, Edits
from storage.model.messages import Attachment, AttachmentKind
from storage.model.people import Identity


@dataclass(kw_only=True)
class Reach(Heard):
    """`channels`: platform → what it can do, of those that run."""

    channels: Mapping[str, Capabilities] = field(default_factory=dict)

    def shows_changes(self, platform: str) -> bool:
        """Does a message that was sent there follow what happens?"""
        can = self.channels.get(platform)
        return can is None or can.editing is Edits.ALWAYS

    def nearest(self, accounts: Sequence[Identity], near: str, here: str) -> Identity:
        """On the platform `near` first, then where we may begin to speak; there, where they speak right now (`here`),
        else on the account that was theirs before they linked any."""

        def further(i: Identity) -> tuple[bool, ...]:
            return (i.platform != near, self.answering_only(i.platform), i.platform != here, i.linked_from is not None)

        return min(accounts, key=further)

    def can_show(self, platform: str, items: Sequence[Attachment]) -> bool:
        """Can all of this be shown there? A place always can, in words."""
        can = self.channels.get(platform)
        shown = can.shows if can is not None else frozenset()
        return all(item.kind in shown or item.kind is AttachmentKind.LOCATION for item in items)

    def answering_only(self, platform: str) -> bool:
        """May we speak there only to those who have just spoken?"""
        can = self.channels.get(platform)
        return can is not None and can.limits.per_turn > 0
