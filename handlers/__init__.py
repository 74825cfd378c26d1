"""THE SERVICE: rules a resident or an officer would recognise. Everything the bot can do, one line each."""

from handlers.accounts import accounts
from handlers.auditing import auditing
from handlers.broadcast import broadcast
from handlers.duty import duty
from handlers.groups import groups
from handlers.helping import helping
from handlers.kit.feature import Feature
from handlers.knowledge import knowledge
from handlers.orders import orders
from handlers.roster import roster
from handlers.scam import scam
from handlers.tickets import tickets

FEATURES: tuple[Feature, ...] = (
    tickets,
    orders,
    duty,
    roster,
    groups,
    accounts,
    broadcast,
    scam,
    knowledge,
    helping,
    auditing,
)
