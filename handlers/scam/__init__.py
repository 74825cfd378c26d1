"""Scams: is this one, is it known, where does it go round? Importing this declares all of it."""

from handlers.scam import alerts, check, library, sightings, watching
from handlers.scam.feature import scam

__all__ = ["alerts", "check", "library", "scam", "sightings", "watching"]
