"""Files people sent, on their way from the platform that has them to us."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.model.messages import AttachmentKind


class MediaState(StrEnum):
    WANTED = "wanted"
    KEPT = "kept"
    LOST = "lost"  # the platform has it no more, or it is nothing we hand on


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """`ref`: the platform's own name of it. `file`: its name under data/files, once kept."""

    platform: str
    ref: str
    kind: AttachmentKind
    state: MediaState
    at: datetime
    file: str = ""
    attempts: int = 0
    error: str = ""
