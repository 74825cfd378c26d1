"""What a sweep looks at: two stations, a ticket in every state, and every button the bot can show."""

from typing import Any

import pytest

from bot.adapters.base import Unknown
from handlers.understanding import Verdict
from handlers.understanding.meaning import Courtesy
from handlers.understanding.span import Span
from storage.model.matters import Category, FraudType, Sensitive
from storage.model.people import Duty, GroupKind, PersonRole, Shift
from storage.model.tickets import Urgency
from tests.harness import BOT, PLATFORM, Someone, World
from tests.knowing import know
from tests.meaning import means
from tests.sweeping import Stage, Take
from tests.two_sides import kf, link, on_kf

PHONE, CARD_ID = "13912345678", "330102199003071234"
CONTACT = "13700005678"

TABLE: dict[str, dict[str, Any]] = {
    "吵架": {"category": Category.DISPUTE},
    "电瓶被偷": {"category": Category.HELP},
    "办证": {"category": Category.PAPERS},
    "怎么": {"category": Category.QUESTION, "is_request": True},
    "苗代报": {"phones": (Span(0, 0, CONTACT, CONTACT),), "phone": CONTACT},
    "找到了": {"courtesy": Courtesy.SOLVED},
    "被威胁": {"category": Category.HELP, "sensitive": Sensitive.SEXTORTION},
    "让我转钱": {"category": Category.FRAUD, "fraud": True, "verdict": Verdict.LIKELY, "urgency": Urgency.URGENT},
    "返佣金": {
        "category": Category.FRAUD,
        "fraud": True,
        "verdict": Verdict.LIKELY,
        "fraud_type": FraudType.REBATE,
        "pasted": True,
    },
}
REBATE = "招聘线上兼职，给商家点赞关注，一单三元当天结算，名额有限，加客服微信领取任务，先垫付后返佣金。"

NUMBERS = (PHONE, CARD_ID, CONTACT)
"""In no group, ever."""

NOTE = "内部研判雁"
"""What officers say to each other: read by officers of that station only."""

SECRETS = ("暗语狐", "暗语鹤", "暗语獭", "纪保密", "苗代报")
"""Matters told in private or for somebody else, and who told them: in no group of residents."""

OURS = ("暗语", "甲所", *SECRETS, NOTE, *NUMBERS)
"""Words of the first station. Nobody of the second reads one of them in their own chats."""


class Scene(World):
    """The sample station and a second one, 西湾派出所, with people of every role and the same ticket numbers."""

    def __init__(self, url: str) -> None:
        super().__init__(url, more=[kf()])
        self.ji = self._someone("ji", "纪保密")
        self.yi = self._someone("yi", "易帮", "g5")
        self.ma = self._someone("ma", "马超", "g8")
        self.hou = self._someone("hou", "侯亮", "g8")
        self.xu = self._someone("xu", "徐宁", "g8")
        self.qian = self._someone("qian", "钱阿婆", "g7")
        self.others = 0

    def neighbour(self, group: str = "g1") -> Someone:
        """Somebody new, so that nobody tells two matters at once."""
        self.others += 1
        return self._someone(f"n{self.others}", f"邻居{self.others}", group)

    async def happens(self, event: Any, *, settle: bool = True) -> None:
        self.clock.advance(seconds=2)
        await super().happens(event, settle=settle)

    async def _people(self, unit: Any) -> None:
        await super()._people(unit)
        await self.enrol(unit, self.yi, PersonRole.VOLUNTEER)
        await self._group(unit, "g5", GroupKind.VOLUNTEERS, self.station_id)
        ours = self.station_id
        self.station_id = await unit.stations.put(code="xiwan", name="西湾派出所", tz="Asia/Shanghai")
        ids = [
            await self.enrol(unit, who, role)
            for who, role in (
                (self.ma, PersonRole.OFFICER),
                (self.hou, PersonRole.DUTY_LEADER),
                (self.xu, PersonRole.ADMIN),
            )
        ]
        shifts = [
            Shift(id=0, station_id=self.station_id, person_id=person, duty=duty, weekday=w, start=0, end=1440)
            for person, duty in zip(ids, (Duty.OFFICER, Duty.LEADER), strict=False)
            for w in range(7)
        ]
        await unit.stations.replace_shifts(self.station_id, shifts)
        await self._group(unit, "g7", GroupKind.OWNERS, self.station_id)
        await self._group(unit, "g8", GroupKind.OFFICERS, self.station_id)
        self.station_id = ours

    async def _group(self, unit: Any, chat: str, kind: GroupKind, station_id: int) -> None:
        group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=f"群{chat}")
        await unit.groups.bind(group.id, station_id=station_id, kind=kind, area_id=None, households=10)

    async def new(self, text: str, who: Someone | None = None, *, by: str = "") -> int:
        """A matter told in a group and brought as far as `by` says; its number."""
        teller = who or self.neighbour()
        await teller.says(f"@民警 {text}")
        number = await self.tickets() - self.second
        for words in by.splitlines():
            await self.li.tells(words.strip().format(number))
        return number

    second = 0
    """How many tickets the second station has."""


async def play(world: Scene) -> None:
    """Everything that can have happened: the old first, then the second station, then one evening."""
    await know(world)
    await _long_ago(world)
    await _second_station(world)
    await _states(world)
    await _questions(world)
    await _secrets(world)
    await _roster(world)
    await _pushes(world)
    await _accounts(world)


async def _long_ago(world: Scene) -> None:
    """Disputes of last week: one confirmed and due for a follow-up, one closed in silence. Then it is evening."""
    world.clock.advance(hours=9, minutes=30)
    old = world.neighbour()
    await world.new("楼道吵架 暗语鹿", old, by="接单 {}\n办结 {} 甲所已调解")
    await old.presses("解决了", where="g1")
    await world.new("路灯坏了 暗语雀", by="接单 {}\n办结 {} 甲所已报修")
    await world.new("电瓶被偷 暗语熊", by="接单 {}\n办结 {} 甲所已立案")
    for _ in range(8):
        await world.passes(days=1)
    await world.passes(hours=1, minutes=10)
    for who in (world.yi, world.zhao, world.boss, world.admin, world.chen, world.sun, world.wang):
        await who.tells("帮助")


async def _second_station(world: Scene) -> None:
    for text in ("水管坏了", "狗叫得厉害", "有人乱停车"):
        await world.neighbour("g7").says(f"@民警 {text}")
    world.second = 3
    await world.qian.says("@民警 楼下唱歌")
    world.second = 4
    await world.ma.tells("接单 1")
    await world.ma.tells("接单 2")
    await world.ma.tells("办结 2 已劝导")
    await world.hou.tells("待办")
    await world.xu.tells("帮助")


async def _states(world: Scene) -> None:
    """A ticket in every state, each with the buttons its card can show."""
    await world.new("楼上往下扔垃圾 暗语甲", world.chen)
    await world.new("门口堵车 暗语乙", by=f"接单 {{}}\n备注 {{}} {NOTE} {PHONE}\n回复 {{}} 甲所马上到")
    await world.li.presses("更多")
    for label in ("挂起", "退回", "协办", "误报"):
        await world.li.presses(label)
    await world.li.tells("帮助")  # ends the open question
    await world.li.presses("等第三方")
    await world.li.presses("转派")
    await world.li.presses("转给别的队")
    await world.li.presses("案件办理队")
    await world.new("水管漏水 暗语丙", by="接单 {}\n到场 {}\n协办 {} 赵敏\n办结 {}")
    await world.new("树倒了 暗语丁", by="接单 {}\n挂起 {} 等物业 明天")
    await world.new("办证 暗语戊", by="接单 {}\n办结 {} 甲所已办好")
    confirmed = world.neighbour()
    await world.new("灯坏了 暗语己", confirmed, by="接单 {}\n办结 {} 甲所已修")
    await confirmed.presses("解决了", where="g1")
    again = world.neighbour()
    await world.new("还在吵 暗语庚", again, by="接单 {}\n办结 {} 甲所已劝")
    await again.presses("没解决", where="g1")
    await world.new("路上有坑 暗语辛", by="接单 {}\n转出 {} 12345 回执20261121")
    gone = world.neighbour()
    await gone.tells(f"撤回 {await world.new('猫丢了 暗语壬', gone)}")
    await world.new("测试一下 暗语癸", by="误报 {} 测试")
    for word in ("电瓶被偷 暗语子", "电瓶被偷 暗语丑"):
        await world.new(word)
    first = await world.new("井盖没了 暗语寅")
    second = await world.new("井盖又没了 暗语卯", by=f"串并 {first} {{}} 井盖")
    assert second == first + 1


async def _questions(world: Scene) -> None:
    """Buttons for those who tell us something."""
    await world.new("有人让我转钱 暗语辰", world.liu)
    twice = world.neighbour()
    await twice.says("@民警 车被刮了 暗语巳")
    await twice.says("是白色的 暗语午")
    await twice.tells("楼上漏水 暗语未")
    await world.passes(minutes=3)
    await twice.tells("另外，门禁坏了 暗语申")
    await world.passes(minutes=3)
    await twice.tells("找到了")
    await twice.tells("还没解决")
    seeing = world.neighbour()
    await seeing.says("@民警 我也看到了")
    asking = world.neighbour()
    await asking.says("@民警 身份证丢了怎么补办")
    await asking.says("@民警 问 犬")
    await asking.tells("我的")
    many = world.neighbour()
    for place in range(9):
        await many.tells(f"登记 第{place}件事 暗语酉")
    await many.tells("我的")
    await world.sun.tells("待办")


async def _secrets(world: Scene) -> None:
    """What no group may read."""
    await world.ji.tells(f"有人跟踪我 暗语狐 电话{PHONE} 身份证{CARD_ID}")
    await world.li.tells(f"备注 {await world.tickets() - world.second} {NOTE}")
    await world.neighbour().says("@民警 我被威胁 暗语鹤")
    await world.yi.tells(f"代报 苗代报 {CONTACT} 家里水管爆了 暗语獭")


async def _roster(world: Scene) -> None:
    await world.li.tells("换班 后天夜班 和王建国")
    await world.wang.tells("换班 后天白班")
    await world.zhao.tells(f"请假 12月20日到21日 {NOTE}")
    await world.sun.tells("请假 赵敏 12月5日到6日 培训")
    await world.boss.tells("请假 孙伟 12月8日到9日 出差")
    await world.li.tells("处警中")
    await world.li.tells("日历")
    await world.li.tells("交接 赵敏")


async def _pushes(world: Scene) -> None:
    """Drafts by day and by night, one on its way, one that may not have arrived, and a scam that goes round."""
    for _ in range(5):
        await world.neighbour().says(f"@民警 收到这个 {REBATE}")
    await world.new("刷单 暗语戌 返佣金", by="收录 {}")
    await world.boss.tells("播报 甲所提醒大家关好门窗")
    quiet = world.clock.now().replace(hour=14, minute=5)
    world.clock.advance(seconds=(quiet - world.clock.now()).total_seconds())
    world.platform.faults["g1"] = [Unknown(why="timeout")]
    await world.boss.tells("播报 甲所提醒大家注意防火")
    await world.boss.presses("现在就发（3 个群）")
    await world.boss.tells("播报 甲所提醒大家早睡")
    await world.boss.presses("到 07:00 再发")
    await world.boss.tells("播报 状态")
    await world.boss.tells("播报 甲所夜里发的")
    await world.li.says("收到", to="g9", reply_to=world.card(4, "g9").ref)


async def _accounts(world: Scene) -> None:
    """People with an account on another platform, and questions about it that are still open."""
    linked, asked = world.neighbour(), world.neighbour()
    await link(linked, on_kf(world, "wm1", "微信邻居"))
    await linked.tells("解绑账号")
    await link(on_kf(world, "wm2", "微信的另一位"), asked, answer="")
    await on_kf(world, "wm3", "小李").tells("你好")
    await world.admin.tells("关联 李强 微信客服 wm3")


async def rehearse(url: str) -> Scene:
    """The scene, played on a fresh database and closed."""
    with pytest.MonkeyPatch.context() as patch:
        means(patch, TABLE)
        world = Scene(url)
        await world.open()
        try:
            await play(world)
        finally:
            await world.close()
        return world


# ── what holds for whatever anybody does ───────────────────────────────────
ROLES = {
    "li": PersonRole.OFFICER,
    "zhao": PersonRole.OFFICER,
    "sun": PersonRole.DUTY_LEADER,
    "boss": PersonRole.LEADER,
    "wu": PersonRole.ADMIN,
    "yi": PersonRole.VOLUNTEER,
    "ma": PersonRole.OFFICER,
    "hou": PersonRole.DUTY_LEADER,
    "xu": PersonRole.ADMIN,
}
OURS_AT_WORK = ("li", "zhao", "sun", "boss", "wu")
THEIRS = ("ma", "hou", "xu", "qian")
WITHOUT_RIGHTS = ("nobody", "chen", "liu", "ji", "yi", "qian")
PEOPLE = (*OURS_AT_WORK, *WITHOUT_RIGHTS, *THEIRS[:-1])
"""By user id: two officers, duty leader, leader and admin of the first station; a stranger, residents with matters of
their own, a volunteer and a resident of the second station; its officer, duty leader and admin."""

RESIDENTS, OFFICERS, OTHER_STATION = ("g1", "g2", "g5"), "g9", ("g7", "g8")


def law(stage: Stage, take: Take) -> None:
    """Nothing broke, nobody touched another station's matters, and nobody read what is not theirs."""
    assert take.outcome == "", str(take)
    person, chat = take.event.sender.user_id, take.event.chat.address.chat_id
    here = {stage.station_of(change) for change in stage.touched(take, person)} - {None}
    ours = {stage.station_id}
    assert (ours.isdisjoint(here) or _follows(take, chat)) if person in THEIRS else here <= ours, str(take)
    for said in take.said:
        found = [word for word in forbidden(stage, said.chat) if word in said.text]
        assert not found, f"{found}: {take}"


def _follows(take: Take, chat: str) -> bool:
    """Who reads our residents' group may follow what is told there: as a neighbour, not as an officer."""
    return chat in RESIDENTS and (take.event.button.startswith("watch:") or "关注" in take.event.text)


def forbidden(stage: Stage, chat: str) -> tuple[str, ...]:
    """Words that may not be shown there."""
    user_id = chat.removeprefix("p:")
    if chat in OTHER_STATION or user_id in THEIRS:
        return OURS
    if chat in RESIDENTS or chat == OFFICERS:
        return (*SECRETS, NOTE, *NUMBERS) if chat in RESIDENTS else (*SECRETS, *NUMBERS)
    if stage.works_here(user_id):
        return ()
    own = stage.told_by(user_id)
    return (*(word for word in stage.marks if word not in own), NOTE)


__all__ = [
    "NOTE",
    "NUMBERS",
    "OURS",
    "OURS_AT_WORK",
    "PEOPLE",
    "RESIDENTS",
    "ROLES",
    "SECRETS",
    "TABLE",
    "WITHOUT_RIGHTS",
    "Scene",
    "law",
    "rehearse",
]
