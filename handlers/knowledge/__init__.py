"""Answers: what residents ask again and again is answered at once, from a knowledge base the station edits."""

from handlers.knowledge import answering, editing
from handlers.knowledge.feature import knowledge

__all__ = ["answering", "editing", "knowledge"]
