"""The texts that come with the product, and whose turn it is."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

TOPICS = (
    "刷单返利",
    "虚假投资",
    "冒充客服",
    "冒充公检法",
    "贷款征信",
    "钓鱼链接",
    "冒充领导熟人",
    "网络交友",
    "虚假购物服务",
    "游戏交易",
    "中奖补贴",
    "其他诈骗",
    "其他",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """One text. `season`: the months it belongs to, empty for all year. `audience`: group kinds it fits best."""

    code: str
    topic: str
    title: str
    text: str
    season: tuple[int, ...] = ()
    audience: tuple[str, ...] = ()


@cache
def library() -> tuple[Tip, ...]:
    """Every text, in the order of library.toml."""
    raw = (resources.files("handlers.broadcast") / "library.toml").read_text(encoding="utf-8")
    return tuple(
        Tip(
            code=item["code"],
            topic=item["topic"],
            title=item["title"],
            text=item["text"],
            season=tuple(item.get("season", ())),
            audience=tuple(item.get("audience", ())),
        )
        for item in tomllib.loads(raw)["text"]
    )


def pool(tips: Iterable[Tip], *, topics: Sequence[str], kinds: Sequence[str], month: int) -> list[Tip]:
    """What a rule may send this month: its topics, nothing out of season, nothing meant for other people.

    If that leaves nothing, the topics alone decide; never empty while a text of the topics exists.
    """
    on_topic = [tip for tip in tips if not topics or tip.topic in topics]
    in_season = [tip for tip in on_topic if not tip.season or month in tip.season]
    fitting = [tip for tip in in_season if not kinds or not tip.audience or set(kinds) & set(tip.audience)]
    return fitting or in_season or on_topic


def choose(candidates: Sequence[Tip], history: Iterable[str]) -> Tip:
    """Whose turn it is. `history`: codes as sent, oldest first. Nothing repeats before all candidates were sent;
    texts of the season go first, then what was sent longest ago. Raises IndexError without candidates."""
    codes = {tip.code for tip in candidates}
    used: set[str] = set()
    last_sent: dict[str, int] = {}
    for turn, code in enumerate(history):
        if code in codes:
            last_sent[code] = turn
            used.add(code)
            if used == codes:
                used.clear()
    waiting = [tip for tip in candidates if tip.code not in used]
    return sorted(waiting, key=lambda tip: (not tip.season, last_sent.get(tip.code, -1)))[0]
