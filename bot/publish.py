"""Facts to their subscribers, and alarms to those who run the station."""

from dataclasses import asdict
from typing import Any

import msgspec
import structlog

from bot.errors import place
from bot.metrics import Metrics
from handlers.kit.access import Permission, may
from handlers.kit.context import Context
from handlers.kit.facts import FACTS, Fact
from handlers.kit.feature import Handler
from handlers.kit.router import Router
from storage.engine.base import StoreDownError
from storage.model.messages import Lane

log = structlog.get_logger()

JOB = "fact"
CHAIN = 100
"""Facts may cause facts; more than this from one event is a circle."""


class Publisher:
    def __init__(self, router: Router, metrics: Metrics, settings: dict[type, Any]) -> None:
        self._router = router
        self._metrics = metrics
        self.settings = settings

    async def publish(self, ctx: Context) -> None:
        """Every subscriber in a savepoint of its own; one that fails is tried again as a job, the others go on."""
        told = 0
        while ctx.facts:
            if told == CHAIN:
                raise RecursionError("facts cause each other")
            told += 1
            fact = ctx.facts.pop(0)
            for name, handler in self._router.subscribers(fact):
                await self._tell(ctx, fact, name, handler)

    async def _tell(self, ctx: Context, fact: Fact, name: str, handler: Handler) -> None:
        before = len(ctx.facts)
        try:
            async with ctx.unit.tx.savepoint():
                await handler(ctx, fact)
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - one subscriber's bug must not undo the ticket
            del ctx.facts[before:]
            self._metrics.handled.labels(outcome="retry").inc()
            log.error("fact.retry", subscriber=name, fact=type(fact).__name__, error=place(error))
            payload = {"fact": type(fact).__name__, "data": asdict(fact), "subscriber": name}
            await ctx.later(JOB, at=ctx.now, key=f"{ctx.cause}:{name}:{fact!r}", payload=payload)

    async def again(self, ctx: Context, payload: dict[str, Any]) -> None:
        """The job behind a fact: for one subscriber, or (from the courier) for all of them."""
        fact = msgspec.convert(payload["data"], FACTS[payload["fact"]])
        only = payload.get("subscriber", "")
        for name, handler in self._router.subscribers(fact):
            if not only or name == only:
                await handler(ctx, fact)

    async def alarm(self, ctx: Context, sentence: str) -> None:
        """Tell everyone who manages the station (all stations, if it is not known which), where they can be reached."""
        stations = [ctx.station] if ctx.station is not None else await ctx.unit.stations.all()
        for station in stations:
            for member in await ctx.unit.people.staff(station.id):
                if may(member.role, Permission.MANAGE):
                    key = f"{ctx.cause}:alarm:{member.person.id}"
                    await ctx.tell(member.person.id, sentence, lane=Lane.OFFICER, key=key)
