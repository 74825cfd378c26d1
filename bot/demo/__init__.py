"""pingan demo: four stories from the reports, played through the real pipeline and printed as the conversation."""

from bot.demo.stories import play

__all__ = ["play"]
