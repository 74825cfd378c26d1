"""What the prefilters need to know: is this message addressed to us? In memory, rebuilt at start, never stored."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable

from handlers.kit.mentions import Vocabulary, has_at


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

    def discard(self, item: object) -> None:
        self.pop(item, None)


class Hearing:
    """Shared by all adapters of one process. Chat keys are `Address.key`."""

    def __init__(self, words: Iterable[str] = (), slashes: Iterable[str] = ()) -> None:
        self.vocabulary = Vocabulary(())
        self.staff_chats: frozenset[str] = frozenset()
        self.staff_accounts: frozenset[str] = frozenset()  # platform:user id, for an @ that carries the account
        self.slashes = frozenset(slashes)  # our Latin commands; none known: every one may be ours
        self.own_names: set[str] = set()  # our @names on platforms, once known
        self._windows = Recent(20_000)  # (chat key, user id): we asked this person something here
        self._messages = Recent(50_000)  # (chat key, message id): belongs to a ticket, so its edits matter
        self._albums = Recent(5_000)  # (chat key, album): its first picture was addressed to us
        union = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
        self._bare_words: tuple[str, ...] = ()
        self._bare: Callable[[str], bool] = bool
        self._command = re.compile(rf"\s*/?(?:{union})") if union else None

    def answer_to(self, name: str) -> None:
        """A platform told us our @name there: from now on it means us."""
        self.own_names.add(name.lower())
        self.vocabulary = Vocabulary(self.vocabulary.names | self.own_names)

    def listen_for(self, words: tuple[str, ...], meant: Callable[[str], bool]) -> None:
        """Group texts that begin with one of `words` and are `meant` as a command need no @."""
        self._bare_words, self._bare = words, meant

    def calls_us(self, chat_key: str, user_id: str, text: str) -> bool:
        """True for a group text that names us, is a command that needs no @ there, or answers our question."""
        if has_at(text) and self.vocabulary.find(text):
            return True
        if self._windows and (chat_key, user_id) in self._windows:
            return True
        if text.startswith(self._bare_words) and self._bare(text):
            return True
        return chat_key in self.staff_chats and self._command is not None and bool(self._command.match(text))

    def belongs(self, chat_key: str, message_id: str, album: str) -> bool:
        """True for an edit of a message we took, or a further picture of an album we took."""
        return (chat_key, message_id) in self._messages or (bool(album) and (chat_key, album) in self._albums)

    def took(self, chat_key: str, message_id: str, album: str) -> None:
        """Remember a message that was addressed to us."""
        self._messages.add((chat_key, message_id))
        if album:
            self._albums.add((chat_key, album))

    def open_window(self, chat_key: str, user_id: str) -> None:
        self._windows.add((chat_key, user_id))

    def close_window(self, chat_key: str, user_id: str) -> None:
        self._windows.discard((chat_key, user_id))
