"""Pushes that repeat: rules from the configuration and by command. What a rule may send starts when it was made."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from handlers.broadcast.library import TOPICS
from handlers.broadcast.times import describe, read_when
from handlers.broadcast.words import KINDS, DropRule, NewRule, SwitchRule
from handlers.kit import broadcast_texts as say
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from storage.model.people import Station
from storage.model.tickets import EntryKind
from storage.model.work import BroadcastRule
from storage.unit import Unit

CONFIG, COMMAND = "config", "command"
BORN = "born"
"""The outcome of a slot row that says: nothing before this moment is ours to run."""


class RuleConfig(Protocol):
    """One rule as an operator wrote it. `station`: a station's code, empty for every station."""

    @property
    def name(self) -> str: ...
    @property
    def cron(self) -> str: ...
    @property
    def station(self) -> str: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def topics(self) -> tuple[str, ...]: ...


def slot_name(rule: BroadcastRule) -> str:
    """The name a rule's slots are taken under."""
    return f"broadcast:{rule.id}"


# ── from the configuration ─────────────────────────────────────────────────
def check_rules(rules: Iterable[RuleConfig], codes: Iterable[str]) -> list[str]:
    """What is wrong with the rules of config.yaml, a sentence each. `codes`: the stations there are."""
    known = tuple(codes)
    wrong = []
    for rule in rules:
        why = _wrong(rule)
        if not why and rule.station and rule.station not in known:
            why = say.CONFIG_STATION.format(code=rule.station)
        if why:
            wrong.append(say.CONFIG_RULE.format(name=rule.name, why=why))
    return wrong


def _wrong(rule: RuleConfig) -> str:
    try:
        when = read_when(rule.cron)
    except ValueError as error:
        return str(error)
    if when.rest:
        return say.CONFIG_REST.format(rest=when.rest)
    bad_kinds = [kind for kind in rule.kinds if kind not in KINDS]
    bad_topics = [topic for topic in rule.topics if topic not in TOPICS]
    if bad_kinds:
        return say.CONFIG_KINDS.format(words="、".join(bad_kinds), known="、".join(KINDS))
    return say.CONFIG_TOPICS.format(words="、".join(bad_topics), known="、".join(TOPICS)) if bad_topics else ""


async def sync_rules(unit: Unit, station: Station, rules: Iterable[RuleConfig], *, now: datetime) -> None:
    """Make the station's rules of origin "config" equal to `rules`; idempotent, called at every start.

    Rules that were made by command stay; whether a rule was switched off by command stays too. Raises UsageError for
    a rule that check_rules refuses.
    """
    ours = [rule for rule in rules if rule.station in ("", station.code)]
    wrong = check_rules(ours, [station.code])
    if wrong:
        raise UsageError("\n".join(wrong))
    for wish in ours:
        await _sync_one(unit, station, wish, now)
    names = {rule.name for rule in ours}
    for known in await unit.broadcasts.rules(station.id):
        if known.origin == CONFIG and known.name not in names:
            await unit.broadcasts.drop_rule(known.id)
            await _changed(unit, known, "dropped", now, None)


async def _sync_one(unit: Unit, station: Station, wish: RuleConfig, now: datetime) -> None:
    cron = read_when(wish.cron).cron
    known = await unit.broadcasts.rule_by_name(station.id, wish.name)
    if known is None:
        added = await unit.broadcasts.add_rule(
            station_id=station.id, name=wish.name, cron=cron, kinds=wish.kinds, topics=wish.topics, origin=CONFIG
        )
        if added is not None:
            await _born(unit, added, now)
            await _changed(unit, added, "added", now, None)
        return
    if (known.cron, known.kinds, known.topics, known.origin) == (cron, wish.kinds, wish.topics, CONFIG):
        return
    await unit.broadcasts.change_rule(known.id, cron=cron, kinds=wish.kinds, topics=wish.topics, origin=CONFIG)
    if known.cron != cron:
        await _born(unit, known, now)
    await _changed(unit, known, "changed", now, None)


async def _born(unit: Unit, rule: BroadcastRule, now: datetime) -> None:
    await unit.slots.take(slot_name(rule), now, at=now, outcome=BORN)


async def _changed(unit: Unit, rule: BroadcastRule, what: str, now: datetime, actor_id: int | None) -> None:
    data = {"rule": rule.id, "change": what, "cron": rule.cron, "kinds": rule.kinds, "topics": rule.topics}
    await unit.entries.add(
        EntryKind.RULE_CHANGED,
        at=now,
        station_id=rule.station_id,
        actor_id=actor_id,
        text=rule.name,
        data=msgspec.json.encode(data).decode(),
    )


# ── by command ─────────────────────────────────────────────────────────────
async def list_rules(ctx: Context) -> None:
    lines = [say.RULES_HEAD]
    for rule in await ctx.unit.broadcasts.rules(ctx.here.id):
        when, last = describe(rule.cron), await _last(ctx, rule)
        lines.append(say.rule_line(rule.name, when, rule.kinds, rule.topics, enabled=rule.enabled, last=last))
    if len(lines) == 1:
        raise UsageError(say.NO_RULES)
    await ctx.reply("\n".join(lines))


async def _last(ctx: Context, rule: BroadcastRule) -> str:
    for slot, outcome in await ctx.unit.slots.of_rule(slot_name(rule)):
        if outcome in say.OUTCOMES:
            return f"{ctx.local(slot):%m-%d %H:%M} {say.OUTCOMES[outcome]}"
    return ""


async def add_rule(ctx: Context, wish: NewRule) -> None:
    rule = await ctx.unit.broadcasts.add_rule(
        station_id=ctx.here.id,
        name=wish.name,
        cron=wish.cron,
        kinds=wish.kinds,
        topics=wish.topics,
        origin=COMMAND,
    )
    if rule is None:
        raise UsageError(say.RULE_EXISTS.format(name=wish.name))
    await _born(ctx.unit, rule, ctx.now)
    await _changed(ctx.unit, rule, "added", ctx.now, ctx.who.person.id)
    await ctx.reply(
        say.RULE_ADDED.format(
            name=rule.name,
            when=describe(rule.cron),
            kinds=say.kinds_name(rule.kinds),
            topics=say.topics_name(rule.topics),
        )
    )


async def _named(ctx: Context, name: str) -> BroadcastRule:
    rule = await ctx.unit.broadcasts.rule_by_name(ctx.here.id, name)
    if rule is None:
        raise UsageError(say.NO_SUCH_RULE.format(name=name))
    return rule


async def switch_rule(ctx: Context, wish: SwitchRule) -> None:
    rule = await _named(ctx, wish.name)
    if not await ctx.unit.broadcasts.switch_rule(rule.id, enabled=wish.enabled):
        raise UsageError(say.RULE_SAME.format(name=rule.name, state="启用" if wish.enabled else "停用"))
    if wish.enabled:
        await _born(ctx.unit, rule, ctx.now)
    await _changed(ctx.unit, rule, "enabled" if wish.enabled else "disabled", ctx.now, ctx.who.person.id)
    await ctx.reply((say.RULE_ON if wish.enabled else say.RULE_OFF).format(name=rule.name))


async def drop_rule(ctx: Context, wish: DropRule) -> None:
    rule = await _named(ctx, wish.name)
    if rule.origin == CONFIG:
        raise UsageError(say.RULE_FROM_CONFIG.format(name=rule.name))
    await ctx.unit.broadcasts.drop_rule(rule.id)
    await _changed(ctx.unit, rule, "dropped", ctx.now, ctx.who.person.id)
    await ctx.reply(say.RULE_DROPPED.format(name=rule.name))
