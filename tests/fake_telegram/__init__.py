"""A Bot API server of the tests' own. It refuses what the real one refuses, in the real one's words."""

from tests.fake_telegram.make import ME, TOKEN, Json, Maker
from tests.fake_telegram.server import FakeTelegram, Fault
from tests.fake_telegram.state import Rates, Sent, State

__all__ = ["ME", "TOKEN", "FakeTelegram", "Fault", "Json", "Maker", "Rates", "Sent", "State"]
