"""Telegram, by the Bot API: raw updates in, plain JSON calls out."""
