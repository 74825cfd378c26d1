"""The sample station (invented names): loaded on first start, and what `pingan init` writes."""

from importlib import resources

NAME = "station.yaml"


def station_text() -> str:
    """The annotated sample of a station file."""
    return (resources.files("bot.sample") / NAME).read_text(encoding="utf-8")
