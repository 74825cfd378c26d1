"""What officers really type: 12我来, 转给小王 12, 换班 明天白班 和李强. In doubt it asks and never guesses."""

from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Status, Topic, Why
from handlers.kit.phrases.reader import read_phrase

__all__ = ["Action", "Ambiguous", "Phrase", "Status", "Topic", "Why", "read_phrase"]
