"""What Prometheus may know: counts and ages, never who or what. One registry per process."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from storage.model.audit import Promise
from storage.model.tickets import State

HANDLE_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)
SEND_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1800)


class Metrics:
    """Made once by the app and handed to whoever counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._states: dict[str, set[str]] = {}
        self.events = Counter("pingan_events", "Events from platforms", ["platform", "outcome"], registry=self.registry)
        """outcome: accepted, ignored, unreadable"""
        self.handled = Counter("pingan_handled", "Events and jobs handled", ["outcome"], registry=self.registry)
        """outcome: done, refused, retry, parked"""
        self.sends = Counter("pingan_sends", "Sends", ["platform", "outcome"], registry=self.registry)
        """outcome: sent, later, never, moved, unknown, obsolete"""
        self.handle_seconds = Histogram(
            "pingan_handle_seconds", "One event handled", buckets=HANDLE_SECONDS, registry=self.registry
        )
        self.send_seconds = Histogram(
            "pingan_send_seconds",
            "From the decision to say something until the platform has it",
            ["platform"],
            buckets=SEND_SECONDS,
            registry=self.registry,
        )
        self.backlog = Gauge("pingan_backlog", "Rows waiting", ["queue", "state"], registry=self.registry)
        self.oldest = Gauge("pingan_oldest_seconds", "Age of the oldest waiting row", ["queue"], registry=self.registry)
        self.tickets = Gauge("pingan_tickets", "Tickets by state", ["state"], registry=self.registry)
        self.promises = Gauge(
            "pingan_broken_promises",
            "Promises broken now, by the auditor's last look",
            ["kind"],
            registry=self.registry,
        )
        self.audit_age = Gauge("pingan_audit_age_seconds", "Since the auditor last looked", registry=self.registry)

    def waiting(self, queue: str, counts: Mapping[str, tuple[int, datetime]], waits: str, now: datetime) -> None:
        """Show a queue as its store's `counts()` tells it; the oldest is that of the state `waits`."""
        known = self._states.setdefault(queue, {waits})
        known.update(counts)
        for state in known:  # a state with no rows left is zero, not what it was
            number, _ = counts.get(state, (0, now))
            self.backlog.labels(queue=queue, state=state).set(number)
        _, since = counts.get(waits, (0, now))
        self.oldest.labels(queue=queue).set(max(0.0, (now - since).total_seconds()))

    def by_state(self, counts: Mapping[str, int]) -> None:
        """Show the tickets as their store's `state_counts()` tells them; states without tickets are zero."""
        for state in State:
            self.tickets.labels(state=state.value).set(counts.get(state.value, 0))

    def broken(self, counts: Mapping[str, int], last: datetime | None, now: datetime) -> None:
        """Show what the auditor has found; kinds that are kept are zero. `last`: when it looked (None: never)."""
        for kind in Promise:
            self.promises.labels(kind=kind.value).set(counts.get(kind.value, 0))
        self.audit_age.set((now - last).total_seconds() if last is not None else float("inf"))

    def render(self) -> bytes:
        """Prometheus text."""
        return generate_latest(self.registry)
