"""understand(): what residents plainly say is understood, nothing breaks it, and its parts are exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import Courtesy, Gazetteer, Verdict, understand
from storage.model.matters import Category, Emergency, FraudType, Money, Sensitive
from storage.model.tickets import Urgency


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("我妈在菜市场钱包被偷了", Category.HELP),
        ("3号楼有人开赌场天天聚赌", Category.CLUE),
        ("老板拖欠我三个月工资不给", Category.DISPUTE),
        ("刷单被骗了2万能追回来吗", Category.FRAUD),
        ("身份证丢了怎么补办", Category.PAPERS),
        ("派出所周末上班吗", Category.QUESTION),
        ("楼上半夜还在装修，吵得睡不着", Category.NUISANCE),
        ("在小区门口捡到一串钥匙", Category.LOST),
        ("有人乱停车把路口堵死了", Category.TRAFFIC),
    ],
)
def test_the_nine_categories(text: str, category: Category) -> None:
    meaning = understand(text, mention=True)
    assert meaning.is_request
    assert meaning.category == category


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("着火了！", Emergency.FIRE),
        ("救命啊", Emergency.VIOLENCE),
        ("我孩子不见了", Emergency.MISSING),
        ("3栋楼顶有人要跳楼", Emergency.SELF_HARM),
        ("厨房一股煤气味，不敢开灯", Emergency.GAS),
        ("有个老太太晕倒在路边叫不醒", Emergency.MEDICAL),
        ("有人在撬我家门，我一个人在家", Emergency.CRIME),
        ("我刚给骗子转了三万", Emergency.MONEY),
        ("有人拿我的裸聊视频敲诈，不给钱就发通讯录", Emergency.EXTORTION),
    ],
)
def test_danger_is_urgent_and_known_by_its_kind(text: str, danger: Emergency) -> None:
    meaning = understand(text, mention=True)
    assert (meaning.urgency, meaning.emergency) == (Urgency.URGENT, danger)


FEARED = [
    "楼道里堆了好多电瓶车充电，怕着火",
    "电动车在楼道充电容易着火",
    "楼上要是着火了跑都跑不掉，楼道堵死了",
    "消防通道被堵，一旦着火消防车进不来",
    "邻居楼道放液化气罐做饭，怕爆炸",
    "万一打起来就麻烦了",
]
STILL_REAL = [
    "烟很大怕是着火了",
    "恐怕着火了",
    "闻到煤气味，怕爆炸",
    "怕打起来，他手里拿着刀",
    "万一着火怎么办？现在冒烟了",
]


@pytest.mark.parametrize("text", FEARED)
def test_what_is_feared_is_seen_to_and_nobody_is_told_to_run(text: str) -> None:
    understood = understand(text, mention=True)
    assert understood.is_request
    assert (understood.urgency, understood.emergency) == (Urgency.NORMAL, None)


@pytest.mark.parametrize("text", STILL_REAL)
def test_fear_of_what_is_there_is_urgent(text: str) -> None:
    understood = understand(text, mention=True)
    assert understood.urgency is Urgency.URGENT
    assert understood.emergency is not None


@pytest.mark.parametrize("text", ["热死了救命", "今天抢到演唱会票了哈哈", "隔壁小区前年着火那次真吓人", "这价格抢钱啊"])
def test_ways_of_speaking_are_no_danger(text: str) -> None:
    assert understand(text).urgency is not Urgency.URGENT


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("@民警", Courtesy.CALL),
        ("@民警 你好", Courtesy.GREETING),
        ("@王警官 谢谢您", Courtesy.THANKS),
        ("@派出所 收到", Courtesy.NOTED),
        ("@民警 好的", Courtesy.NOTED),
        ("@民警 解决了，车挪走了", Courtesy.SOLVED),
        ("@民警 非常感谢你们昨晚帮我找到孩子，给你们鞠躬", Courtesy.THANKS),
    ],
)
def test_courtesies_are_no_matter(text: str, courtesy: Courtesy) -> None:
    meaning = understand(text, mention=True)
    assert not meaning.is_request
    assert meaning.courtesy is courtesy


def test_a_scam_is_told_from_a_warning_about_it() -> None:
    told = understand("有人冒充领导加我微信要我转账", mention=True)
    assert (told.verdict, told.fraud_type) == (Verdict.LIKELY, FraudType.BOSS)
    warning = understand("【平安提示】凡是陌生电话让你屏幕共享的都是诈骗，请立即挂断，拨打96110")
    assert not warning.is_request
    assert warning.verdict is not Verdict.LIKELY


def test_a_pasted_scam_is_no_request_but_known() -> None:
    pasted = understand("【招聘】足不出户日赚300-800，点赞关注就有佣金，名额有限，加微信kk8823了解")
    assert pasted.fraud
    assert pasted.pasted
    assert not pasted.is_request
    assert pasted.urgency is Urgency.LOW


def test_what_is_exact_is_a_part_of_the_text() -> None:
    text = "@民警 我妈在翠湖名苑3栋2单元，刚转了三万，电话一三八零零一三八零零零，昨晚的事"
    meaning = understand(text, mention=True)
    assert meaning.place == "翠湖名苑3栋2单元"
    assert meaning.phone == "一三八零零一三八零零零"
    assert meaning.phones[0].value == "13800138000"
    assert [a.value for a in meaning.amounts] == ["30000"]
    assert meaning.money is Money.SENT
    assert "昨晚" in [t.text for t in meaning.times]


def test_the_places_of_the_group_come_first() -> None:
    known = Gazetteer(near=("超级猩猩",))
    assert understand("超级猩猩门口有人打架", gazetteer=known).place == "超级猩猩"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("有人拿我的裸聊视频敲诈我", Sensitive.SEXTORTION),
        ("我老公喝了酒打我，往死里打", Sensitive.FAMILY),
        ("我女儿才十二岁，在学校被同学欺负", Sensitive.MINOR),
        ("5栋楼上有人吸毒，别说是我讲的", Sensitive.CLUE),
        ("有个男的在公交上摸我屁股，性骚扰", Sensitive.SEXUAL),
    ],
)
def test_what_is_not_for_a_group(text: str, why: Sensitive) -> None:
    assert understand(text, mention=True).sensitive == why


@pytest.mark.parametrize("text", ["楼上漏水到我家", "身份证丢了怎么补办", "有人乱停车"])
def test_most_matters_are_for_everybody(text: str) -> None:
    assert understand(text, mention=True).sensitive is None


def test_reasons_are_words_of_the_message() -> None:
    meaning = understand("客服让我下载软件共享屏幕，还要验证码", mention=True)
    assert meaning.reasons
    assert all(reason in "客服让我下载软件共享屏幕，还要验证码" for reason in meaning.reasons)


def test_the_same_text_means_the_same_whatever_it_is_typed_in() -> None:
    assert understand("ＡＢＣ楼上打架　１１０").category == understand("abc楼上打架 110").category


@given(st.text(max_size=400), st.booleans())
def test_no_text_breaks_it(text: str, mention: bool) -> None:
    meaning = understand(text, mention=mention)
    assert meaning.place in text
    assert meaning.phone in text
    assert 0 <= meaning.fraud_score <= 1
    assert (meaning.category is Category.FRAUD) == meaning.fraud


@pytest.mark.parametrize(
    "piece", ["王", "王李", "谢谢", "好", "了", "1", "一", "1-2-", "孩子", "看到了 ", "村", "路", "@民警 ", "😀"]
)
@pytest.mark.parametrize("tail", ["", "x"])
def test_no_repetition_takes_forever(piece: str, tail: str) -> None:
    """A pattern that tries every way to split a text would not come back at all."""
    assert understand(piece * 2000 + tail, mention=True).fraud_score <= 1
