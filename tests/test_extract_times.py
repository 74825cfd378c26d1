"""Expressions of time, each as one span."""

import pytest

from handlers.understanding.times import find_times

TIMES = [
    *("昨晚", "刚才", "今天凌晨三点", "上周五", "前天下午", "10月3号晚上8点多", "半小时前", "每天晚上十一点以后"),
    *("这几天", "昨天夜里两点半", "今早六点", "凌晨2:30", "晚上10点到凌晨2点", "三天前", "两个小时了", "天天半夜"),
    *("3号下午", "上个月", "去年10月", "星期天早上", "周末", "大清早", "昨儿晚上", "2024年10月3日", "半个月前"),
]


@pytest.mark.parametrize("time", TIMES)
def test_the_whole_expression_is_one_span(time: str) -> None:
    text = f"楼上{time}，有人打架"
    assert [(span.text, text[span.start : span.end]) for span in find_times(text)] == [(time, time)]


@pytest.mark.parametrize("text", ["3号楼", "早点来", "12栋", "一点都不", "有点吵", "东门夜市", "早市", "来晚了", ""])
def test_no_time(text: str) -> None:
    assert find_times(text) == ()
