"""智能机器人 by callback (D 101039): answers within the request, streams that are asked for, one response_url each."""

import asyncio
import json
from dataclasses import dataclass, field

from tests.fake_wecom.aibot import Aibot, Turn
from tests.fake_wecom.crypt import Json
from tests.fake_wecom.door import Door, Knock
from tests.fake_wecom.state import Refusal

REPLIES = {
    "msg": {"stream", "template_card", "stream_with_template_card"},
    "enter": {"text", "template_card"},
}


@dataclass(slots=True)
class Callback:
    """The other transport. `base_url`: the emulator's own. `refresh_seconds`: between two questions about a stream.

    `refreshes` False: the test asks by `refresh` itself.
    """

    aibot: Aibot
    door: Door
    base_url: str = ""
    refreshes: bool = True
    refresh_seconds: float = 0.05
    dropped: list[Turn] = field(default_factory=list)
    flying: list[Turn] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def tell(self, turn: Turn) -> None:
        """Returns once it is answered or given up; a stream goes on by itself."""
        if turn.kind == "msg" and not self._takes_off(turn):
            return
        body = turn.body
        turn.asked = True
        if turn.kind in ("msg", "click"):
            code = f"RC{self.aibot.state.next('response_code')}"
            self.aibot.response_codes[code] = turn
            body = body | {"response_url": f"{self.base_url}/cgi-bin/aibot/response?response_code={code}"}
        tries = self.door.tries if turn.kind == "msg" else 1
        knock = await self.door.tell(json.dumps(body, ensure_ascii=False), tries)
        turn.delivered += 1
        self._answer(turn, knock)
        if self.refreshes and _open_stream(turn):
            task = asyncio.create_task(self._follow(turn))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._lands(turn)

    async def refresh(self, turn: Turn) -> bool:
        """Asks once how the open stream goes on. Does it stay open?"""
        stream = _open_stream(turn)
        if not stream:
            return False
        if self.aibot.state.clock() - turn.at > self.aibot.rules.stream_seconds:
            turn.streams[stream].finished = True
            self.aibot.state.complain(f"stream {stream} was never finished")
        else:
            head = {key: value for key, value in turn.body.items() if key in ("aibotid", "chatid", "chattype", "from")}
            body: Json = {"msgid": f"M{self.aibot.state.next('aibot_msg')}", **head}
            body |= {"msgtype": "stream", "stream": {"id": stream}}
            self._answer(turn, await self.door.tell(json.dumps(body), 1))
        self._lands(turn)
        return bool(_open_stream(turn))

    async def settled(self) -> None:
        """Returns once no stream is open."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, turn: Turn) -> None:
        while await self.refresh(turn):
            await asyncio.sleep(self.refresh_seconds)

    def _answer(self, turn: Turn, knock: Knock) -> None:
        reply = knock.reply
        if reply is None:
            return
        kind = reply.get("msgtype", "")
        try:
            if kind not in REPLIES.get(turn.kind, {kind}):
                raise Refusal(40008, f"{kind} is no answer to a {turn.kind}")
            self.aibot.respond(turn, turn.kind, reply)
        except Refusal as refusal:
            self.aibot.state.complain(f"answer refused: {refusal}")

    def _takes_off(self, turn: Turn) -> bool:
        """At most three messages of one person under way: the fourth the platform does not pass on."""
        mine = [other for other in self.flying if other.user == turn.user]
        if len(mine) >= self.aibot.rules.in_flight:
            self.dropped.append(turn)
            return False
        self.flying.append(turn)
        return True

    def _lands(self, turn: Turn) -> None:
        if turn in self.flying and not _open_stream(turn):
            self.flying.remove(turn)


def _open_stream(turn: Turn) -> str:
    return next((name for name, shown in turn.streams.items() if not shown.finished), "")
