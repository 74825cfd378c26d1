"""The feature its modules declare themselves on."""

from handlers.kit.feature import Feature

accounts = Feature("accounts", title="账号")
