"""`tickets:` of config.yaml: what a station promises is set there, and a slip is told in a sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import ConfigError, Settings, load
from bot.limits import ticket_settings
from handlers.auditing import AuditSettings
from handlers.kit.clocks import Clock
from handlers.tickets import TicketSettings
from storage.model.matters import Category
from storage.model.messages import Address
from storage.model.tickets import State, Ticket, Urgency
from tests.harness import START


def ticket(category: Category, urgency: Urgency = Urgency.NORMAL) -> Ticket:
    return Ticket(
        id=1,
        station_id=1,
        number=1,
        state=State.OPEN,
        urgency=urgency,
        reporter_id=1,
        text="",
        source=Address(platform="x", bot="x", chat_id="x"),
        source_message="",
        private=False,
        opened_at=START,
        category=category,
    )


def written(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})


def test_the_annotated_default_says_what_the_program_does() -> None:
    assert ticket_settings(load(None, {}).tickets) == TicketSettings()


def test_own_targets_stand_before_the_others(tmp_path: Path) -> None:
    text = "tickets:\n  lease_minutes: 30\n  targets:\n    - {categories: [扰民], response_minutes: 10}\n"
    limits = ticket_settings(written(tmp_path, text).tickets)
    assert limits.lease_of(ticket(Category.NUISANCE)) == timedelta(minutes=30)
    assert limits.target(ticket(Category.NUISANCE)).of(Clock.RESPONSE) == timedelta(minutes=10)
    assert limits.target(ticket(Category.NUISANCE)).of(Clock.SCENE) is None
    assert limits.target(ticket(Category.HELP, Urgency.URGENT)).of(Clock.RESPONSE) == timedelta(minutes=5)
    assert limits.target(ticket(Category.PAPERS)).working


def test_a_station_may_have_rules_of_its_own(tmp_path: Path) -> None:
    own = "{station: dongwan, lease_urgent_minutes: 5, targets: [{urgency: 紧急, response_minutes: 3}]}"
    limits = ticket_settings(written(tmp_path, f"tickets:\n  lease_minutes: 45\n  stations: [{own}]\n").tickets)
    dongwan = limits.stations["dongwan"]
    assert (limits.lease_urgent, dongwan.lease_urgent) == (10, 5)
    assert (limits.lease, dongwan.lease) == (45, 45)
    urgent = ticket(Category.HELP, Urgency.URGENT)
    assert dongwan.target(urgent).of(Clock.RESPONSE) == timedelta(minutes=3)
    assert limits.target(urgent).of(Clock.RESPONSE) == timedelta(minutes=5)


def test_the_auditor_does_by_default_what_is_written(tmp_path: Path) -> None:
    assert AuditSettings(**load(None, {}).audit.model_dump()) == AuditSettings()
    settings = AuditSettings(**written(tmp_path, "audit:\n  patience_seconds: 120\n").audit.model_dump())
    assert settings.patience == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ladder_minutes: [30, 0, 120]", "从小到大"),
        ("targets: [{categories: [猫]}]", "没有“猫”这一类"),
        ("lease_minute: 30", "lease_minutes"),
        ("lease_minutes: 0", "lease_minutes"),
        ("stations: [{lease_minutes: 30}]", "缺这一项"),
        ("stations: [{station: a, lease_minutes: 0}]", "不能小于 1"),
        ("stations: [{station: a}, {station: a}]", "“a”写了两次"),
        ("stations: [{station: a, lease_minute: 3}]", "lease_minutes"),
    ],
)
def test_a_slip_is_told_in_a_sentence(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        written(tmp_path, f"tickets:\n  {line}\n")
