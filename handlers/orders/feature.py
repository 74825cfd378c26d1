"""The feature object its modules declare themselves on."""

from handlers.kit.feature import Feature

orders = Feature("orders", title="随口说的话")
