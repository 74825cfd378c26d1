"""Could a line among officers be an order that names its ticket? Looked at in memory, before anything is stored."""

import re
from datetime import UTC, datetime

from handlers.kit.parse import numbers_in
from handlers.kit.phrases import Action, Ambiguous, Phrase, Why, read_phrase

MOVES = frozenset(Action) - {Action.ASK, Action.NOTE, Action.STATUS, Action.SWAP, Action.HANDOVER}
"""What is done to a ticket. The rest of what officers say to each other may be meant for each other."""

LONGEST = 120
"""Characters. A longer line tells a story."""

_NUMBERED = re.compile("[0-9０-９]|[零〇一二两三四五六七八九十]{1,6}+\\s*[号单我]|第[一二三四五六七八九十]")
_ANY_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def could_be_order(text: str) -> bool:
    """True if these words surely move a ticket whose number they say, should there be such a ticket."""
    if len(text) > LONGEST or not _NUMBERED.search(text):
        return False
    numbers = tuple(sorted(numbers_in(text)))
    return any(
        _moves(read_phrase(text, replied=None, mine=mine, waiting=waiting, colleagues=(), today=_ANY_DAY, exact=True))
        for mine, waiting in ((numbers, ()), ((), numbers))
    )


def _moves(found: Phrase | Ambiguous | None) -> bool:
    if isinstance(found, Ambiguous):
        return found.why is Why.WHO  # nobody is known here; the ticket and the move are
    return found is not None and found.action in MOVES and bool(found.numbers)
