"""The WeChat family as its servers behave: it really encrypts, and refuses what they refuse, with their codes."""

from tests.fake_wecom.aibot import Bot, Rules
from tests.fake_wecom.server import FakeWecom, Setup
from tests.fake_wecom.socket import Manners
from tests.fake_wecom.state import Fault, HeldClock, Refusal, Shown, State

__all__ = ["Bot", "FakeWecom", "Fault", "HeldClock", "Manners", "Refusal", "Rules", "Setup", "Shown", "State"]
