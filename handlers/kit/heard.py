"""What happened: the event as it was said, and what it means. The half of a Context that changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from handlers.kit.mentions import Vocabulary
from handlers.kit.names import places_of
from handlers.understanding import Gazetteer, Understanding, understand
from handlers.understanding.reference import is_bare
from storage.model.messages import Inbound, InboundKind
from storage.model.people import Group, GroupKind, Station


@dataclass(kw_only=True)
class Heard:
    vocabulary: Vocabulary
    inbound: Inbound | None = None
    group: Group | None = None
    station: Station | None = None
    places: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # station id → every place known there
    earlier: tuple[Inbound, ...] = ()  # what the same person wrote just before, if the event leans on it
    _meanings: dict[str, Understanding] = field(default_factory=dict)

    @property
    def event(self) -> Inbound:
        """The inbound event. Only for handlers of commands, buttons, steps and free text."""
        if self.inbound is None:
            raise LookupError("no inbound event here")
        return self.inbound

    @cached_property
    def said(self) -> str:
        """What was written, without the @s that mean us: the matter itself."""
        return self.vocabulary.strip(self.event.text)

    @cached_property
    def names_called(self) -> tuple[str, ...]:
        """The names that mean us and are @-ed in it, lower case."""
        return self.vocabulary.find(self.event.text)

    @cached_property
    def matter(self) -> str:
        """What is told: the lines before that the message leans on, then the message itself, a line each."""
        own = () if self.earlier and is_bare(self.said) else (self.said,)
        return "\n".join(line for line in (*(e.text.strip() for e in self.earlier), *own) if line)

    @property
    def overheard(self) -> bool:
        """It calls nobody and was heard only because its writer had just called us."""
        event = self.event
        return (
            event.kind is InboundKind.MESSAGE
            and self.among_residents
            and not event.addressed
            and not event.mentions
            and not self.names_called
        )

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The places people of this group name without more words, then those of the whole station."""
        near = places_of(self.group) if self.group is not None else ()
        return Gazetteer(near=near, far=self.places.get(self.station.id, ()) if self.station is not None else ())

    @cached_property
    def understood(self) -> Understanding:
        """What was told means this. Reading it costs a fraction of a millisecond, once per event."""
        return self.understand(self.matter)

    def understand(self, text: str) -> Understanding:
        """What `text` means when it is said here, to us. Several features ask; it is read once."""
        found = self._meanings.get(text)
        if found is None:
            found = understand(text, mention=self.inbound is not None, gazetteer=self.gazetteer)
            self._meanings[text] = found
        return found

    @property
    def public(self) -> bool:
        """True if others can read the chat this happened in."""
        return self.inbound is not None and not self.inbound.chat.private

    @property
    def among_residents(self) -> bool:
        """True if residents can read it: what is said among officers stays out."""
        return self.public and (self.group is None or self.group.kind is not GroupKind.OFFICERS)
