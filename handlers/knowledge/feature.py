"""The feature object its modules declare themselves on."""

from handlers.kit.feature import Feature

knowledge = Feature("knowledge", title="知识库")
