"""One person on several platforms: linked by a one-time code, or by an admin."""

from handlers.accounts import admin, codes, parting
from handlers.accounts.feature import accounts

__all__ = ["accounts", "admin", "codes", "parting"]
