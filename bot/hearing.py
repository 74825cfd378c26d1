"""What the prefilters need to know: is this message addressed to us? In memory, rebuilt at start, never stored."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bot.scam_watch import ScamWatch
from handlers.kit.mentions import Vocabulary, has_at
from storage.model.queues import Desk


class Recent(OrderedDict[object, None]):
    """A bounded set that forgets its oldest members. A dict by nature: it is asked for every message there is."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def add(self, item: object) -> None:
        self[item] = None
        self.move_to_end(item)
        if len(self) > self._limit:
            self.popitem(last=False)


class Window(NamedTuple):
    """While it is open, what one person writes in one chat is heard without an @. All times in seconds since 1970."""

    first: float  # the message that opened it
    called: float  # the newest message that called us
    newest: float
    gap: float  # how long it stays open without a word

    def hears(self, at: float, cap: float) -> bool:
        return self.first <= at <= min(self.newest + self.gap, self.first + cap)


def _never(_: str) -> bool:
    return False


class Hearing:
    """Shared by all adapters of one process. Chat keys are `Address.key`.

    `gap`: seconds of quiet that end a burst; `cap`: seconds it may last at most.
    """

    WINDOWS = 5_000

    def __init__(
        self, words: Iterable[str] = (), slashes: Iterable[str] = (), *, gap: float = 20.0, cap: float = 180.0
    ) -> None:
        self.vocabulary = Vocabulary(())
        self.staff_chats: frozenset[str] = frozenset()
        self.staff_accounts: frozenset[str] = frozenset()  # platform:user id, for an @ that carries the account
        self.places: Mapping[int, tuple[str, ...]] = {}  # station id → places known there
        self.desks: Mapping[int, Desk] = {}  # station id → its queues and the rules that fill them
        self.slashes = frozenset(slashes)  # our Latin commands; none known: every one may be ours
        self.scams: ScamWatch | None = None  # None while no group wants to be warned of known scams
        self.own_names: set[str] = set()  # our @names on platforms, once known
        self.gap, self.cap = gap, cap
        self.windows: OrderedDict[tuple[str, str], Window] = OrderedDict()  # by (chat key, user id)
        self._messages = Recent(50_000)  # (chat key, message id): belongs to a ticket, so its edits matter
        self._albums = Recent(5_000)  # (chat key, album): its first picture was addressed to us
        union = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
        self._bare_words: tuple[str, ...] = ()
        self._bare: Callable[[str], bool] = bool
        self._order: Callable[[str], bool] = _never
        self._command = re.compile(rf"\s*/?(?:{union})") if union else None

    def answer_to(self, name: str) -> None:
        """A platform told us our @name there: from now on it means us."""
        self.own_names.add(name.lower())
        self.vocabulary = Vocabulary(self.vocabulary.names | self.own_names)

    def listen_for(self, words: tuple[str, ...], meant: Callable[[str], bool]) -> None:
        """Group texts that begin with one of `words` and are `meant` as a command need no @."""
        self._bare_words, self._bare = words, meant

    def understand_orders(self, meant: Callable[[str], bool]) -> None:
        """In officers' groups a text that is `meant` as an order needs no @ either."""
        self._order = meant

    def calls_us(self, chat_key: str, text: str) -> bool:
        """True for a group text that names us, or is a command that needs no @ there."""
        if has_at(text) and self.vocabulary.find(text):
            return True
        if text.startswith(self._bare_words) and self._bare(text):
            return True
        if chat_key not in self.staff_chats:
            return False
        return (self._command is not None and bool(self._command.match(text))) or self._order(text)

    def belongs(self, chat_key: str, message_id: str, album: str) -> bool:
        """True for an edit of a message we took, or a further picture of an album we took."""
        return (chat_key, message_id) in self._messages or (bool(album) and (chat_key, album) in self._albums)

    def took(self, chat_key: str, message_id: str, album: str) -> None:
        """Remember a message that was addressed to us."""
        self._messages.add((chat_key, message_id))
        if album:
            self._albums.add((chat_key, album))

    # ── bursts ─────────────────────────────────────────────────────────────
    def goes_on(self, chat_key: str, user_id: str, at: float, text: str) -> bool:
        """True for a group message that called nobody and goes on with what this person just told us.

        `at`: seconds since 1970, by the platform. An answer to somebody else must not be asked about.
        """
        window = self.windows.get((chat_key, user_id))
        if window is None or has_at(text) or text.startswith(("/", "／")) or not window.hears(at, self.cap):
            return False
        if window.gap != self.gap:  # it was only a call; this is the matter itself
            window = Window(at, window.called, at, self.gap)
        self._remember(chat_key, user_id, window._replace(newest=max(window.newest, at)))
        return True

    def called(self, chat_key: str, user_id: str, at: float, *, bare: bool) -> None:
        """This person called us in a group; for a while they need not call again. `bare`: and said nothing else yet."""
        if chat_key in self.staff_chats:
            return
        known = self.windows.get((chat_key, user_id))
        first = known.first if known is not None and known.hears(at, self.cap) else at
        gap = self.cap if bare else self.gap
        self._remember(chat_key, user_id, Window(first, at, max(at, known.newest if known else at), gap))

    def listen(self, chat_key: str, user_id: str, at: float, *, bare: bool) -> None:
        """What this person said at `at` is a matter. The window is open, unless we were restarted in between."""
        if (chat_key, user_id) not in self.windows:
            self.open_window(chat_key, user_id, at, at, self.cap if bare else self.gap)

    def open_window(self, chat_key: str, user_id: str, first: float, newest: float, gap: float) -> None:
        """As it was before a restart."""
        self._remember(chat_key, user_id, Window(first, newest, newest, gap))

    def close_window(self, chat_key: str, user_id: str, at: float) -> None:
        """What was said at `at` was no matter: unless a matter stands beside it, its writer must call again."""
        known = self.windows.get((chat_key, user_id))
        if known is not None and known.first == known.called == at:
            del self.windows[chat_key, user_id]

    def _remember(self, chat_key: str, user_id: str, window: Window) -> None:
        self.windows[chat_key, user_id] = window
        self.windows.move_to_end((chat_key, user_id))
        if len(self.windows) > self.WINDOWS:
            self.windows.popitem(last=False)
