"""What can be answered only now: presses (seconds), greetings (seconds), requests that stand in our door. In memory."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

PRESS = timedelta(seconds=4.5)
"""The platform takes the answer to a press or an entering for five seconds (D 101027)."""

MOST = 1000

Json = dict[str, Any]
Answer = asyncio.Future[Json]
"""What a request in our door will be answered with."""


@dataclass(slots=True, kw_only=True)
class Press:
    """One press of a card, good for one change of it. `req_id`: on the socket; `answer`: by callback."""

    task: str
    chat_id: str
    at: datetime
    req_id: str = ""
    answer: Answer | None = None


@dataclass(slots=True, kw_only=True)
class Entered:
    """Somebody opened the chat with us: one greeting is possible."""

    at: datetime
    req_id: str = ""


@dataclass(slots=True)
class Live:
    presses: list[Press] = field(default_factory=list)
    entered: OrderedDict[str, Entered] = field(default_factory=OrderedDict)
    asked: OrderedDict[tuple[str, str], Answer] = field(default_factory=OrderedDict)  # (chat, message) in our door

    def pressed(self, press: Press) -> None:
        self.presses = [other for other in self.presses[-MOST:] if other.at + PRESS > press.at]
        self.presses.append(press)

    def take_press(self, task: str, now: datetime) -> Press | None:
        """The oldest press of that card that can still be answered; it is used up."""
        found = next((p for p in self.presses if p.task == task and now < p.at + PRESS and not _gone(p.answer)), None)
        if found is not None:
            self.presses.remove(found)
        return found

    def open_press(self, press: Press, now: datetime) -> bool:
        """Is it still unanswered, and in time?"""
        return press in self.presses and now < press.at + PRESS

    def came(self, chat_id: str, entered: Entered) -> None:
        self.entered[chat_id] = entered
        while len(self.entered) > MOST:
            self.entered.popitem(last=False)

    def take_entered(self, chat_id: str, now: datetime) -> Entered | None:
        found = self.entered.pop(chat_id, None)
        return found if found is not None and now < found.at + PRESS else None

    def take_asked(self, chat_id: str, message_id: str) -> Answer | None:
        """The request of that message, or of the oldest of that chat for an answer that names none."""
        for key, answer in self.asked.items():
            if key[0] == chat_id and message_id in ("", key[1]) and not answer.done():
                del self.asked[key]
                return answer
        return None


def _gone(answer: Answer | None) -> bool:
    return answer is not None and answer.done()
