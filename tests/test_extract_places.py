"""Places an officer could go to."""

import pytest

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
