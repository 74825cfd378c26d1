"""One understanding of a message. Pure: the same text gives the same answer, on any machine, without a network."""

from handlers.understanding.core import understand
from handlers.understanding.meaning import Courtesy, Understanding, Verdict
from handlers.understanding.places import Gazetteer, find_places
from handlers.understanding.span import Span

__all__ = ["Courtesy", "Gazetteer", "Span", "Understanding", "Verdict", "find_places", "understand"]
