"""Nouns of the service: frozen, slotted, keyword-only dataclasses; aware UTC datetimes; standard library only."""
