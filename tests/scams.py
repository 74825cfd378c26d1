"""What conversations about scams share. The model is told what to think: here only what follows from it is tested."""

from dataclasses import replace

import msgspec
import pytest

from handlers.kit import heard
from handlers.understanding import Gazetteer, Understanding, Verdict, understand
from storage.model.matters import Category, FraudType, Money
from storage.model.messages import Envelope, Inbound
from storage.model.people import GroupKind, PersonRole
from storage.model.tickets import Urgency
from tests.harness import BOT, PLATFORM, Someone, World

NOWHERE = Gazetteer()
REBATE = (
    "招聘线上兼职，给商家点赞关注，一单三元当天结算，不收任何费用，名额有限，"
    "有意加客服微信 abc1234 领取任务，做满三单送红包，先垫付后返佣金。"
)
AGAIN = REBATE.replace("abc1234", "xyz9988").replace("三元", "3元") + "🔥🔥"
PARCEL = (
    "您的包裹在运输途中丢失，为表歉意给您三倍赔付，请添加理赔专员企业微信办理，"
    "逾期系统自动关闭理赔通道，点击 http://k.cn/a1 查看。"
)
NEWS = "社区定于本周六上午九点在东门广场举办邻里集市，欢迎大家带上闲置物品来摆摊交换，有热茶。"


def _thought(text: str) -> dict[str, object]:
    verdict = Verdict.UNKNOWN
    if "返佣金" in text or "垫" in text:
        verdict = Verdict.LIKELY
    elif "赔付" in text:
        verdict = Verdict.UNSURE
    fraud = verdict is not Verdict.UNKNOWN
    return {
        "verdict": verdict,
        "fraud": fraud,
        "fraud_score": {Verdict.LIKELY: 0.99, Verdict.UNSURE: 0.6, Verdict.UNKNOWN: 0.01}[verdict],
        "fraud_type": FraudType.REBATE if verdict is Verdict.LIKELY else FraudType.SERVICE if fraud else None,
        "category": Category.FRAUD if fraud else Category.OTHER,
        "pasted": len(text) > 40,
        "urgency": Urgency.URGENT if "已经转" in text else Urgency.NORMAL,
        "money": Money.SENT if "已经转" in text else None,
        "emergency": None,
        "sensitive": None,
        "courtesy": None,
        "is_request": True,
        "place": "",
    }


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    def decided(text: str, *, mention: bool = False, gazetteer: Gazetteer = NOWHERE) -> Understanding:
        return replace(understand(text, mention=mention, gazetteer=gazetteer), **_thought(text))  # type: ignore[arg-type]

    monkeypatch.setattr(heard, "understand", decided)
    return world


async def passes_on(world: World, who: Someone, text: str, chat: str = "") -> bool:
    """Write to the neighbours, not to us. True if the prefilters let it through."""
    event = world.message(who, text, chat or who.group)
    scams = world.core.hearing.scams
    if scams is None or not scams.knows(event.chat.address.key, text):
        return False
    await hears(world, event)
    return True


async def hears(world: World, event: Inbound) -> None:
    """What the prefilter does with it: a sighting, not a message to us."""
    where = event.chat.address
    body = msgspec.json.encode(event)
    known = Envelope(platform=PLATFORM, bot=BOT, event_id=event.event_id, chat_key=where.key, body=body, sighted=True)
    await world.core.inbox.accept([known])
    await world.settle()


async def collected(world: World, text: str = REBATE) -> None:
    """A neighbour reports the text, an officer keeps it as a known scam."""
    await world.chen.says(f"@民警 这是不是骗子：{text}")
    await world.wang.tells("收录 1")


async def second_station(world: World) -> None:
    """西湖派出所 with a group of its own, g5, and its own leader 郑所长 (user id zheng)."""
    async with await world.unit() as unit:
        station = await unit.stations.put(code="xihu", name="西湖派出所", tz="Asia/Shanghai")
        group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id="g5", title="西湖花园业主群")
        await unit.groups.bind(group.id, station_id=station, kind=GroupKind.OWNERS, area_id=None, households=10)
        first, world.station_id = world.station_id, station
        await world.enrol(unit, Someone(world, "zheng", "郑所长", "g5"), PersonRole.LEADER)
        world.station_id = first
