"""Sums, and whether they have left."""

import pytest

from handlers.understanding.money import find_amounts, money_sent
from storage.model.matters import Money

AMOUNTS = {
    "三万五": "35000", "3万": "30000", "5000块": "5000", "1.2w": "12000", "八千八": "8800", "￥200": "200",
    "200元": "200", "两千": "2000", "转了5000": "5000", "十五万": "150000", "二十来万": "200000", "十几万": "100000",
    "一万零五百": "10500", "一万零五": "10005", "三百二": "320", "1万2": "12000", "3万5千": "35000",
    "1,200元": "1200", "三千多": "3000", "19.9元": "19.9", "每月扣500": "500", "28 万": "280000",
    "二百五十万": "2500000", "１２００元": "1200", "贰仟元": "2000", "¥1,999.00": "1999", "骗了我3800": "3800",
}  # fmt: skip


@pytest.mark.parametrize(("text", "yuan"), AMOUNTS.items())
def test_amounts_in_yuan(text: str, yuan: str) -> None:
    assert [span.value for span in find_amounts(text)] == [yuan]


@pytest.mark.parametrize(
    "text",
    [
        *("几百块", "几十块", "七八百", "3号楼", "13800138000", "12岁", "3点", "20%", "千万别转", "万一", "一百个人"),
        *("一块去", "打110", "96110", "2024年", "十万火急", "第三百", "12栋3单元801", "半小时", "两千人"),
    ],
)
def test_other_numbers_are_no_sums(text: str) -> None:
    assert find_amounts(text) == ()


SENT = [
    *("刚转了三千", "转过去了", "已经打款", "钱都没了", "被扣了", "给他汇了两万", "充了5000进去", "@警官 转了"),
    *(
        "刚转 七万 黄金",
        "我转了一万五",
        "已转账",
        "转了三千，现在又让我再转",
        "我买了点卡把密码发给他了",
        "卡里扣了两千",
    ),
    *(
        "扫了码付了款",
        "做任务垫了五百",
        "我打了3200过去",
        "已经交了一次",
        "刚按他说的把钱转到安全账户",
        "五分钟前打的款",
    ),
]
SENDING = [
    *(
        "正在转",
        "让我现在转",
        "马上要转",
        "要不要转",
        "在银行准备汇",
        "我妈正在银行给骗子汇钱",
        "老师要我转2万",
        "转不转",
    ),
]
NOT_SENT = ["还没转", "没转", "没给", "没上当", "让我再转五千，我没转", "我还没有转钱", "幸好没转"]
NOTHING = [
    *("转了就完了", "千万别转", "他给我转了200", "如果转了怎么办", "我报警了", "打了110", "楼上打了我", "转人工"),
    *("不要转账", "差点就转了", "交了三个月房租不退", "打了三次电话", "有人打了他三拳", "楼上天天吵", ""),
]


@pytest.mark.parametrize(
    ("text", "money"),
    [
        *((text, Money.SENT) for text in SENT),
        *((text, Money.SENDING) for text in SENDING),
        *((text, Money.NOT_SENT) for text in NOT_SENT),
        *((text, None) for text in NOTHING),
    ],
)
def test_has_money_left(text: str, money: Money | None) -> None:
    assert money_sent(text) is money
