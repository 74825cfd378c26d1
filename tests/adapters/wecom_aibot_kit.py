"""What the tests of 智能机器人 share: recorded callbacks, and its intake with nobody to ask."""

from datetime import timedelta
from pathlib import Path

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.files import MediaFiles, NotSaved, Saved
from bot.adapters.wecom_aibot.intake import Intake, Taken, read
from bot.adapters.wecom_aibot.users import Users
from bot.adapters.wecom_aibot.ways import Ways
from bot.adapters.wecom_aibot.words import OurNames
from storage.engine.base import Engine
from tests.adapters.wecom_kit import NOW

FOLDER = Path(__file__).parent / "wecom_aibot"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
BOT = "BOTID"
REF = "file/" + "ab" * 32


def recorded(name: str) -> bytes:
    """One callback's body, as both transports bring it."""
    return (FOLDER / f"{name}.json").read_bytes()


class Shelf(MediaFiles):
    """Files that are there at once. `fetched`: (address, key)."""

    def __init__(self) -> None:
        super().__init__(new_session, FOLDER)
        self.fetched: list[tuple[str, str]] = []

    async def fetch(self, url: str, aes_key: str, **_: object) -> Saved | NotSaved:
        self.fetched.append((url, aes_key))
        return Saved(ref=REF, size=7, kind="image/jpeg") if self.allowed(url) else NotSaved(why="address not allowed")


def intake(engine: Engine, shelf: Shelf | None = None, *, global_key: str = "") -> Intake:
    ways = Ways(engine, BOT, "SECRET", timedelta(minutes=5))
    return Intake(BOT, OurNames(["平安小助手"]), ways, Users(None), shelf or Shelf(), global_key=global_key)


async def taken(engine: Engine, name: str, *, req_id: str = "") -> Taken:
    """The recorded callback as it would be stored."""
    return await intake(engine).take(read(recorded(name)), NOW, req_id=req_id)
