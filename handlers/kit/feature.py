"""Feature: how something the bot can do is declared."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from handlers.kit.access import Permission
from handlers.kit.parse import Parser, nothing
from handlers.kit.phrases import Action, Phrase, Topic
from storage.model.messages import InboundKind

if TYPE_CHECKING:
    from handlers.kit.context import Context

A = TypeVar("A")
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])
Handler = Callable[["Context", Any], Awaitable[None]]
Plain = Callable[["Context"], Awaitable[None]]
Taker = Callable[["Context"], Awaitable[bool]]
Step = Callable[["Context"], Awaitable[bool | None]]
Order = Callable[["Context", Phrase], Awaitable[None]]

SAY = "say"
"""The order of words that are none: they are for the reporter, or stay with the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A typed word. `slash`: its Latin name for platform menus. `help`: one line, with an example.

    `bare`: heard in every group without an @; only for a word whose `args.looks` is strict.
    """

    word: str
    slash: str
    aliases: tuple[str, ...]
    args: Parser[Any]
    allow: Permission
    help: str
    handler: Handler
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonAction:
    """A button `action:argument`."""

    action: str
    args: Parser[Any]
    allow: Permission
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Runs once per slot and station, in the station's time. Five fields, as in crontab."""

    name: str
    expression: str
    handler: Plain


CALLED = "called"
"""The step of a conversation in a group: somebody called us and has not said why yet. It ends with the call's time."""


class Feature:
    """Collects declarations; holds no state. One function may carry several of them."""

    def __init__(self, name: str, *, title: str, settings: Any = None) -> None:
        self.name = name
        self.title = title
        self.settings = settings  # default instance of a frozen dataclass; config may replace it
        self.commands: list[Command] = []
        self.buttons: list[ButtonAction] = []
        self.steps: dict[str, Step] = {}
        self.orders: dict[str, Order] = {}
        self.aheads: list[Taker] = []
        self.otherwises: list[tuple[int, Taker]] = []
        self.events: list[tuple[InboundKind, Plain]] = []
        self.subscribers: list[tuple[type, str, Handler]] = []
        self.crons: list[Cron] = []
        self.jobs: dict[str, Handler] = {}

    def command(
        self,
        word: str,
        *,
        allow: Permission,
        help: str,  # noqa: A002 - reads best where features are declared
        slash: str = "",
        aliases: tuple[str, ...] = (),
        args: Parser[Any] = nothing,
        bare: bool = False,
    ) -> Callable[[F], F]:
        """`handler(ctx, argument)` for a typed word, by a person with this permission."""

        def declare(handler: F) -> F:
            self.commands.append(
                Command(
                    word=word,
                    slash=slash,
                    aliases=aliases,
                    args=args,
                    allow=allow,
                    help=help,
                    handler=handler,
                    bare=bare,
                )
            )
            return handler

        return declare

    def button(self, action: str, *, allow: Permission, args: Parser[Any]) -> Callable[[F], F]:
        """`handler(ctx, argument)` for a press. Role and state are checked again on every press."""

        def declare(handler: F) -> F:
            self.buttons.append(ButtonAction(action=action, args=args, allow=allow, handler=handler))
            return handler

        return declare

    def step(self, name: str) -> Callable[[F], F]:
        """`handler(ctx)` for the answer to a question opened with ctx.ask(name, …).

        False: it was no answer, and is taken for what it says.
        """

        def declare(handler: F) -> F:
            self.steps[name] = handler
            return handler

        return declare

    def order(self, kind: Action | Topic | str) -> Callable[[F], F]:
        """`handler(ctx, phrase)` for what an officer said in words of their own; of one ticket, if it is of any."""

        def declare(handler: F) -> F:
            self.orders[kind] = handler
            return handler

        return declare

    def ahead(self, handler: F) -> F:
        """`handler(ctx) -> bool` for words that surely mean something else than an answer to our open question,
        or than the argument of the command they begin with."""
        self.aheads.append(handler)
        return handler

    def otherwise(self, rank: int = 0) -> Callable[[F], F]:
        """`handler(ctx) -> bool` for what no command, button or question took; lowest rank first, until one is True."""

        def declare(handler: F) -> F:
            self.otherwises.append((rank, handler))
            return handler

        return declare

    def event(self, kind: InboundKind) -> Callable[[F], F]:
        """`handler(ctx)` for what happens to messages and chats themselves: edited, joined, left, moved."""

        def declare(handler: F) -> F:
            self.events.append((kind, handler))
            return handler

        return declare

    def on(self, fact: type) -> Callable[[F], F]:
        """`handler(ctx, fact)` in the same transaction, in a savepoint of its own."""

        def declare(handler: F) -> F:
            self.subscribers.append((fact, f"{self.name}.{handler.__name__}", handler))
            return handler

        return declare

    def cron(self, name: str, expression: str) -> Callable[[F], F]:
        """`handler(ctx)` once per slot and station."""

        def declare(handler: F) -> F:
            self.crons.append(Cron(name=f"{self.name}.{name}", expression=expression, handler=handler))
            return handler

        return declare

    def job(self, name: str) -> Callable[[F], F]:
        """`handler(ctx, payload: dict)` for ctx.later(name, …)."""

        def declare(handler: F) -> F:
            self.jobs[name] = handler
            return handler

        return declare
