"""Names of groups: the place in a title, whatever somebody calls the group."""

import pytest

from handlers.kit.names import places_of
from storage.model.people import Group


def group(title: str, *places: str) -> Group:
    return Group(id=1, platform="world", bot="bot", chat_id="g", title=title, places=places)


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("东湾花园业主群", "东湾花园"),
        ("东湾花园平安服务群2", "东湾花园"),
        ("商业街门店3群", "商业街"),
        ("业主群", ""),
        ("1" * 5000, "1" * 60),
        ("一二三四五六七八九十" * 500 + "楼", "一二三四五六七八九十" * 6),
    ],
)
def test_the_place_in_a_title(title: str, place: str) -> None:
    assert places_of(group(title)) == ((place,) if place else ())


def test_places_of_the_station_file_come_first() -> None:
    assert places_of(group("东湾花园业主群", "翠湖名苑")) == ("翠湖名苑", "东湾花园")
