"""The auditor: promises are held against what happened, each minute and each night. Importing this declares it."""

from handlers.auditing import night, rounds
from handlers.auditing.feature import AuditSettings, auditing
from handlers.auditing.night import Answer, count_day, yesterday
from handlers.auditing.rounds import Looked, Missed, Unanswered, look

__all__ = [
    "Answer",
    "AuditSettings",
    "Looked",
    "Missed",
    "Unanswered",
    "auditing",
    "count_day",
    "look",
    "night",
    "rounds",
    "yesterday",
]
