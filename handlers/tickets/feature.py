"""The feature object its modules declare themselves on."""

from handlers.kit.feature import Feature

tickets = Feature("tickets", title="工单")
