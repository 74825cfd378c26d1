"""Broadcasts: anti-fraud texts on schedule, and what leaders send at once. Importing this declares all of it."""

from handlers.broadcast import command, wanted
from handlers.broadcast.feature import BroadcastSettings, broadcast
from handlers.broadcast.rules import check_rules, slot_name, sync_rules
from handlers.broadcast.send import run_rule

__all__ = ["BroadcastSettings", "broadcast", "check_rules", "command", "run_rule", "slot_name", "sync_rules", "wanted"]
