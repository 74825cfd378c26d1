"""Which handler takes an event: button → command → open conversation → free text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.kit.access import Permission
from handlers.kit.feature import ButtonAction, Command, Cron, Feature, Handler, Order, Step, Taker
from handlers.kit.parse import Parser, normalise

SLASH = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A handler, who may call it, and the still untyped argument."""

    handler: Handler
    allow: Permission
    args: Parser[Any]
    rest: str


class Router:
    """All declarations of all features, looked up. Two features may not claim the same word."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.commands = [c for f in features for c in f.commands]
        self._words = _unique([(w, c) for c in self.commands for w in (c.word, *c.aliases)])
        self._slashes = _unique([(c.slash, c) for c in self.commands if c.slash])
        self._buttons = _unique([(b.action, b) for f in features for b in f.buttons])
        self.steps: dict[str, Step] = _unique([(n, h) for f in features for n, h in f.steps.items()])
        self.orders: dict[str, Order] = _unique([(str(k), h) for f in features for k, h in f.orders.items()])
        self.aheads: list[Taker] = [h for f in features for h in f.aheads]
        self.jobs: dict[str, Handler] = _unique([(n, h) for f in features for n, h in f.jobs.items()])
        self.crons: list[Cron] = [c for f in features for c in f.crons]
        ranked = sorted(((rank, h) for f in features for rank, h in f.otherwises), key=lambda pair: pair[0])
        self.otherwises: list[Taker] = [handler for _, handler in ranked]
        self.events = [e for f in features for e in f.events]
        self._subscribers = [s for f in features for s in f.subscribers]
        self._told: dict[type, list[tuple[str, Handler]]] = {}
        self._longest_first = sorted(self._words, key=len, reverse=True)
        self._by_first: dict[str, list[str]] = {}
        for word in self._longest_first:
            self._by_first.setdefault(word[:1], []).append(word)

    @property
    def words(self) -> list[str]:
        """What a message to us may begin with."""
        return self._longest_first

    @property
    def bare_words(self) -> tuple[str, ...]:
        """What a group message may begin with to be a command without an @."""
        return tuple(f"{slash}{c.word}" for c in self.commands if c.bare for slash in ("", "/"))

    def bare(self, text: str) -> bool:
        """Is this such a command, and nothing else?"""
        plain = normalise(text).removeprefix("/").lstrip()
        return any(
            plain.startswith(c.word) and _meant(c, plain[len(c.word) :], sure=False) for c in self.commands if c.bare
        )

    @property
    def menu(self) -> list[tuple[str, str]]:
        """(Latin name, one line) for platforms that show a command menu; what residents may use."""
        return [(c.slash, c.help) for c in self.commands if c.slash and c.help and c.allow is Permission.REPORT]

    def subscribers(self, fact: object) -> list[tuple[str, Handler]]:
        """(name, handler) of everyone who wants to hear of this fact."""
        kind = type(fact)
        if kind not in self._told:
            self._told[kind] = [(name, h) for wanted, name, h in self._subscribers if issubclass(kind, wanted)]
        return self._told[kind]

    def button(self, data: str) -> Match | None:
        """`action:argument`; None if no feature knows the action (an old button)."""
        action, _, rest = data.partition(":")
        found: ButtonAction | None = self._buttons.get(action)
        if found is None or not found.args.looks(rest):
            return None
        return Match(handler=found.handler, allow=found.allow, args=found.args, rest=rest)

    def command(self, text: str, *, sure: bool) -> Match | None:
        """`/slash …` or a word at the beginning. `sure` (staff): a word with an odd rest is still a command."""
        plain = normalise(text)
        slash = SLASH.match(plain)
        if slash:
            found = self._slashes.get(slash.group(1).lower())
            return _match(found, plain[slash.end() :]) if found else None
        plain = plain.removeprefix("/").lstrip()
        for word in self._by_first.get(plain[:1], ()):
            if plain.startswith(word):
                found = self._words[word]
                rest = plain[len(word) :]
                if _meant(found, rest, sure=sure):
                    return _match(found, rest)
        return None


def _meant(command: Command, rest: str, *, sure: bool) -> bool:
    """Is `rest` an argument, or does the sentence merely begin with the word?"""
    if rest and not rest[0].isspace() and not rest[0].isdigit() and rest[0] not in "#第:：，,。.!！?？":
        return bool(rest) and command.args.looks(rest) and rest[0] in "零一二两三四五六七八九十百第#"
    return command.args.looks(rest.lstrip(" :：，,")) or (sure and rest[:1].isspace())


def _match(command: Command, rest: str) -> Match:
    return Match(
        handler=command.handler, allow=command.allow, args=command.args, rest=rest.lstrip(" \t\n:：，,").rstrip()
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"declared twice: {name}")
        table[name] = value
    return table
