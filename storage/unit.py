"""The unit of work: every store over one transaction. What is done through one Unit is kept together or not at all."""

from functools import cached_property

from storage.engine.base import Tx
from storage.stores.accounts import Accounts
from storage.stores.audit import Audit
from storage.stores.broadcasts import Broadcasts
from storage.stores.channels import Channels
from storage.stores.inbox import Inbox
from storage.stores.incidents import Followups, Incidents, Talk
from storage.stores.jobs import Conversations, Jobs, Leases, Slots
from storage.stores.knowledge import KnowledgeBase
from storage.stores.life import Alarms, Handovers, Held, Helpers
from storage.stores.media import MediaStore
from storage.stores.outbox import Outbox
from storage.stores.people import People
from storage.stores.queues import Queues
from storage.stores.roster import Roster
from storage.stores.scams import Scams
from storage.stores.stations import Groups, Stations
from storage.stores.tickets import Attachments, Entries, Tickets, Watchers


class Unit:
    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.tx)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.tx)

    @cached_property
    def channels(self) -> Channels:
        return Channels(self.tx)

    @cached_property
    def media(self) -> MediaStore:
        return MediaStore(self.tx)

    @cached_property
    def people(self) -> People:
        return People(self.tx)

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.tx)

    @cached_property
    def stations(self) -> Stations:
        return Stations(self.tx)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self.tx)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.tx)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.tx)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self.tx)

    @cached_property
    def watchers(self) -> Watchers:
        return Watchers(self.tx)

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self.tx)

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.tx)

    @cached_property
    def followups(self) -> Followups:
        return Followups(self.tx)

    @cached_property
    def held(self) -> Held:
        return Held(self.tx)

    @cached_property
    def helpers(self) -> Helpers:
        return Helpers(self.tx)

    @cached_property
    def alarms(self) -> Alarms:
        return Alarms(self.tx)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers(self.tx)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.tx)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.tx)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.tx)

    @cached_property
    def slots(self) -> Slots:
        return Slots(self.tx)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.tx)

    @cached_property
    def conversations(self) -> Conversations:
        return Conversations(self.tx)

    @cached_property
    def broadcasts(self) -> Broadcasts:
        return Broadcasts(self.tx)

    @cached_property
    def roster(self) -> Roster:
        return Roster(self.tx)

    @cached_property
    def scams(self) -> Scams:
        return Scams(self.tx)

    @cached_property
    def knowledge(self) -> KnowledgeBase:
        return KnowledgeBase(self.tx)
