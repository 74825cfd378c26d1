"""Places an officer could go to."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bot.training.corpus import read_folder
from handlers.understanding import places
from handlers.understanding.places import Gazetteer, find_places

NOWHERE = Gazetteer()
KNOWN = Gazetteer(near=("翠湖名苑", "东湾花园", "滨江路"), far=("阳光小区", "石灰窑"))

PLACES = {
    "东湾花园3栋2单元有人打架": "东湾花园3栋2单元",
    "在人民路和建设路路口撞车了": "人民路和建设路路口",
    "中山路与解放路交叉口": "中山路与解放路交叉口",
    "老李烧烤店门口": "老李烧烤店",
    "3号楼楼下": "3号楼",
    "地铁2号线万达站C口": "地铁2号线万达站C口",
    "我把钱包丢在菜市场东门了": "菜市场东门",
    "6-2-301": "6-2-301",
    "三栋二单元": "三栋二单元",
    "5#楼": "5#楼",
    "我住12幢": "12幢",
    "B座1502": "B座1502",
    "地库负二层A区": "地库负二层A区",
    "二期南门": "二期南门",
    "村口小卖部": "村口小卖部",
    "李家湾三组": "李家湾三组",
    "王家塆2组": "王家塆2组",
    "国道318上加油站旁边": "国道318上加油站",
    "@派出所 车停在福民路88号 被划了": "福民路88号",
    "我家悦澜山8栋2单元1503": "悦澜山8栋2单元1503",
}


@pytest.mark.parametrize(("text", "place"), PLACES.items())
def test_the_best_place_is_the_whole_of_it(text: str, place: str) -> None:
    assert find_places(text, NOWHERE)[0].text == place


@pytest.mark.parametrize(
    "text",
    [
        *("楼上天天吵", "隔壁", "在门口", "去银行办卡", "医院", "菜市场", "我家里没人", "电梯里有味道", "白色面包车里"),
        *(
            "楼道堆杂物",
            "@派出所 有人打架",
            "@3号楼小李 你家漏水",
            "一张银行卡",
            "不知道",
            "转了三千",
            "电话13800138000",
            "晚上10-11点",
            "",
        ),
    ],
)
def test_no_place_to_go_to(text: str) -> None:
    assert find_places(text, NOWHERE) == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("翠湖6栋着火", "翠湖6栋"),
        ("翠胡名苑 6栋 1单元有人喊救命", "翠胡名苑 6栋 1单元"),
        ("就在滨江路翠湖名苑3栋", "滨江路翠湖名苑3栋"),
        ("文华路88号3楼堵了 我说的是东湾花园", "东湾花园"),
        ("石灰窑那里斗狗", "石灰窑"),
        ("石灰窑的人到东湾花园了", "东湾花园"),
    ],
)
def test_what_the_gazetteer_knows_comes_first(text: str, place: str) -> None:
    assert find_places(text, KNOWN)[0].text == place


def test_value_has_no_spaces() -> None:
    assert find_places("翠湖名苑 6栋 1单元", KNOWN)[0].value == "翠湖名苑6栋1单元"


# ── known names are looked up, not searched for one by one ─────────────────
CORPUS = Path(__file__).parents[1] / "corpus"


def _one_by_one(text: str, names: tuple[str, ...]) -> Iterator[tuple[int, int, places._Kind]]:
    """Every name at every character: what the index must find."""
    shorts = {name: places._SUFFIX.sub("", name) for name in names}
    for at in range(len(text)):
        for name, short in shorts.items():
            stands = 2 <= len(short) < len(name) and text.startswith(short, at)
            if places._same(text[at : at + len(name)], name):
                yield at, at + len(name), places._Kind.FAR
            elif stands and places._HOUSE_AT.match(text, at + len(short)):
                yield at, at + len(short), places._Kind.FAR


def _slips(name: str) -> Iterator[str]:
    """The name with each character mistyped in turn, and without its end before a house."""
    yield from (f"就在{name[:at]}某{name[at + 1 :]}6栋" for at in range(len(name)))
    yield from (f"{name[:at]}6栋有人打架" for at in range(1, len(name)))


def test_the_index_finds_what_a_plain_search_finds() -> None:
    unseen = read_folder(CORPUS / "heldout")
    names = tuple(dict.fromkeys(e.location for e in unseen if 2 <= len(e.location) <= 8))[::9]
    texts = [e.text for e in (*unseen, *islice(read_folder(CORPUS / "train"), 0, None, 10))]
    texts += [slip for name in names for slip in _slips(name)]
    found = [set(places._known(text, names, places._Kind.FAR)) for text in texts]
    assert found == [set(_one_by_one(text, names)) for text in texts]


def test_equally_good_names_are_taken_as_they_stand() -> None:
    """Two known names share a character: the first of them is read."""
    both = Gazetteer(far=("市场门口", "农贸市场"))
    assert find_places("农贸市场门口有人摔倒", both)[0].text == "农贸市场"
