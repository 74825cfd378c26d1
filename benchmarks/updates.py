"""What both sides read: the answers of getUpdates, byte for byte as Telegram's server would send them."""

import json
import random
from collections.abc import Iterator

from tests.fake_telegram.make import Json, Maker, group, user

GROUPS = 200
RESIDENTS = 2_000
BATCH = 100
"""Updates in one answer: Telegram's own limit."""

FIRST_GROUP = -1_002_000_000_000
CHAT = (
    "今天菜市场的西红柿三块五一斤，挺新鲜的",
    "谁家的快递放在12栋门口了？麻烦来拿一下",
    "明天停水吗，物业有没有通知",
    "孩子们放学路上注意安全，今天雾大",
    "收到，谢谢邻居",
    "有没有人一起拼车去高铁站，周五早上七点出发，两个位置",
    "楼下那辆白色的车挡住消防通道了，车主看到请挪一下，谢谢配合",
    "哈哈哈哈哈",
    "二手婴儿车转让，九成新，需要的私信，可以先看看再说",
    "[图片已过期]",
)
REPORTS = (
    "5栋楼上有人往下扔酒瓶，差点砸到小孩",
    "地下车库有人一直按喇叭吵架，能不能来看看",
    "我妈接到电话说是客服要退款，让她下载软件共享屏幕，怎么办",
    "小区东门路灯坏了好几天，晚上很黑不安全",
    "商业街烧烤店半夜还在放音响，吵得睡不着",
    "有人在群里推荐股票，说稳赚不赔，年化百分之二十，是不是骗子",
)


def group_id(index: int) -> int:
    return FIRST_GROUP - index


class Stream:
    """Endless traffic of residents' groups: `mentions` of a hundred messages call the police, the rest is chat.

    Nobody calls twice in one group, so that every mention is a matter of its own and not more words about the last.
    One update in ten that is not a mention is a picture, one in twenty an answer to a neighbour.
    """

    def __init__(self, mentions: int, seed: int = 1) -> None:
        self._mentions = mentions
        self._dice = random.Random(seed)
        self._make = Maker()
        self._groups = [group(group_id(n), f"东湾{n}号院业主群") for n in range(GROUPS)]
        self._people = [user(5_000_000_000 + n, f"业主{n}", username=f"yezhu_{n}") for n in range(RESIDENTS)]
        self._due = 0
        self._called: set[tuple[int, int]] = set()

    def answer(self, size: int = BATCH) -> bytes:
        """One whole answer of getUpdates."""
        updates = [self._next() for _ in range(size)]
        return json.dumps({"ok": True, "result": updates}, ensure_ascii=False, separators=(",", ":")).encode()

    def singles(self, size: int) -> list[bytes]:
        """The same traffic as webhooks deliver it."""
        return [json.dumps(self._next(), ensure_ascii=False).encode() for _ in range(size)]

    def _next(self) -> Json:
        # Exactly so many of a hundred, evenly spread: both sides and every round do the same work.
        self._due += self._mentions
        if self._due >= 100:
            self._due -= 100
            return self._make.text(*self._caller(), f"@民警 {self._dice.choice(REPORTS)}")
        return self._chatter()

    def _chatter(self) -> Json:
        chat, person = self._someone()
        chance = self._dice.random()
        if chance < 0.10:
            return self._make.photo(chat, person, self._dice.choice(("", "看看这个")))
        text = self._dice.choice(CHAT)
        if chance < 0.15:
            before = self._make.text(chat, self._dice.choice(self._people), self._dice.choice(CHAT))
            return self._make.reply(chat, person, text, before["message"])
        return self._make.text(chat, person, text)

    def _caller(self) -> tuple[Json, Json]:
        while True:
            chat, person = self._someone()
            if (chat["id"], person["id"]) not in self._called:
                self._called.add((chat["id"], person["id"]))
                return chat, person

    def _someone(self) -> tuple[Json, Json]:
        return self._dice.choice(self._groups), self._dice.choice(self._people)


def answers(mentions: int, batches: int) -> Iterator[list[bytes]]:
    """Round after round of fresh answers (an update never comes twice)."""
    stream = Stream(mentions)
    while True:
        yield [stream.answer() for _ in range(batches)]
