"""Phones and ID numbers: every way of writing them, and what only looks like one."""

import pytest

from handlers.understanding.numbers import find_ids, find_phones

PHONES = {
    "138零零１２3 456": "138零零１２3 456",
    "我电话一三八零零一二三四五六一直打不通": "一三八零零一二三四五六",
    "找张三13800138000": "13800138000",
    "转了500 13800138000": "13800138000",
    "微信13912345678": "13912345678",
    "l38ooo13800": "l38ooo13800",
    "138 0013 800O": "138 0013 800O",
    "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣": "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
    "+86 138 0013 8000": "138 0013 8000",
    "13\u200b8001380\u200b00": "13\u200b8001380\u200b00",
    "幺三八洞洞幺三八洞洞洞": "幺三八洞洞幺三八洞洞洞",
    "壹叁捌零零壹叁捌零零零": "壹叁捌零零壹叁捌零零零",
    "①③⑧ 3706 2251，快": "①③⑧ 3706 2251",
    "1 3 8 . 0 0 1 3-8 0 0 0": "1 3 8 . 0 0 1 3-8 0 0 0",
    "2024年10月13日13800138000": "13800138000",
    "电话8200 6611": "8200 6611",
    "座机：0571-87654321": "0571-87654321",
    "他让打 0085261234567": "0085261234567",
    "请致电4008812345": "4008812345",
    "110101 19900307 2316 13800138000": "13800138000",
}


@pytest.mark.parametrize(("text", "phone"), PHONES.items())
def test_a_phone_is_found_from_its_first_to_its_last_digit(text: str, phone: str) -> None:
    assert [span.text for span in find_phones(text)] == [phone]


@pytest.mark.parametrize(
    "text",
    [
        *("单号13912345678", "快递单号 773138001380001", "QQ 13912345678", "QQ1391234567", "订单：13800138000"),
        *("6222 0213 8001 2345 678", "6217 0013 1380 0138 000", "卡号6217001313800138000", "110101199003072316"),
        *(
            "2024.10.13 15:30:22",
            "2024-10-13 15:30",
            "13800138000元",
            "8点到10点，12栋3单元801",
            "粤B12345",
            "82006611",
        ),
        *(
            "打110",
            "96110打来的",
            "拨打95588",
            "13800138000123",
            "773138001380001",
            "转了三千五百块",
            "一二三四五六七",
            "hello",
            "",
        ),
    ],
)
def test_what_only_looks_like_a_phone(text: str) -> None:
    assert find_phones(text) == ()


def test_value_is_plain_digits() -> None:
    values = [span.value for span in find_phones("一三八 零零一三 ８０００ 还有 0571-87654321")]
    assert values == ["13800138000", "057187654321"]


def test_the_writers_own_phone_comes_first_and_a_hotline_last() -> None:
    text = "客服4008812345 骗子13900139000 我的电话13800138000"
    assert [span.value for span in find_phones(text)] == ["13800138000", "13900139000", "4008812345"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("身份证11010119900307231X 电话13800138000", "11010119900307231X"),
        ("１１０１０１１９９００３０７２３１ｘ", "11010119900307231X"),
        ("一一零一零一一九九零零三零七二三一六", "110101199003072316"),
        ("110101 19900307 2316", "110101199003072316"),
        ("110101900307231", "110101900307231"),
    ],
)
def test_id_numbers(text: str, number: str) -> None:
    assert [span.value for span in find_ids(text)] == [number]


@pytest.mark.parametrize("text", ["110101199013072316", "6217001313800138000", "773138001380001", "13800138000"])
def test_no_id_without_a_day_of_birth(text: str) -> None:
    assert find_ids(text) == ()
