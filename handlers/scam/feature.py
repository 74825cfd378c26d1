"""The feature object its modules declare themselves on."""

from handlers.kit.feature import Feature

scam = Feature("scam", title="反诈核验")
