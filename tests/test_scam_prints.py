"""Fingerprints: the same scam in other clothes is known again, another scam of the same kind is not."""

import random
from collections.abc import Callable

import pytest

from bot.scam_watch import ScamWatch
from handlers.understanding.prints import SHORTEST, near, number_of, print_of

SCAMS = {
    "刷单": "招聘线上兼职，给商家点赞关注，一单3元，当天结算，不收任何费用。"
    "名额有限，有意加客服微信 abc1234 领取任务，做满三单送红包。",
    "刷单二": "诚招打字员、客服，宝妈学生都可以做，工资日结二百到五百，手机就能操作，"
    "先下载软件注册账号，再联系导师派单垫付，本金佣金一起返。",
    "客服": "【快递通知】您的包裹在运输途中丢失，为表歉意给您三倍赔付，请添加理赔专员企业微信办理，"
    "逾期系统自动关闭理赔通道，点击 http://k.cn/a1 查看。",
    "贷款": "尊敬的用户，您的信用额度已经升级到二十万元，无抵押无担保，凭身份证当天放款，"
    "月息低至三厘，回复数字1办理，退订回T。",
    "社保": "您的社保卡异常已被停用，请在今天24点前登录 www.sb-gov.top 按提示完成认证，"
    "逾期将影响医保报销和养老金领取，给您带来不便敬请谅解。",
    "领导": "小王你好，我是你们单位的张主任，这是我的新号码，存一下。"
    "我在外面开会不方便，有一笔钱先转到你卡里，你帮我转给一个朋友。",
}
FORWARDS: list[tuple[str, Callable[[str], str]]] = [
    (
        "另一个数字和链接",
        lambda t: t.replace("1234", "998877").replace("k.cn/a1", "z.top/99?x=3").replace("24点", "18点"),
    ),
    ("表情和空格", lambda t: "🔥🔥 " + " ".join(t[i : i + 7] for i in range(0, len(t), 7)) + " ✅✅"),
    ("全角和标点", lambda t: t.replace("，", " , ").replace("。", "！！").replace("1", "１")),
    ("少一句", lambda t: "，".join(t.split("，")[:-1]) if t.count("，") > 4 else t),
    ("前面加一句", lambda t: "大家帮忙看看这是不是骗子：" + t),
    ("换一个词", lambda t: t.replace("微信", "薇信").replace("卡", "咔", 1)),
]


@pytest.mark.parametrize("name", SCAMS)
@pytest.mark.parametrize("change", [pytest.param(change, id=what) for what, change in FORWARDS])
def test_a_forward_is_known_again(name: str, change: Callable[[str], str]) -> None:
    text = SCAMS[name]
    assert near(print_of(text), print_of(change(text)))


def test_other_scams_even_of_the_same_kind_are_other_prints() -> None:
    prints = [print_of(text) for text in SCAMS.values()]
    assert not any(near(one, other) for i, one in enumerate(prints) for other in prints[:i])


def test_short_texts_have_no_print() -> None:
    assert print_of("点赞一单三元，当天结算") == ""
    assert print_of("1" * 500 + "https://example.com/" + "a" * 500) == ""
    assert print_of("骗" * (SHORTEST - 1) + "123") == ""
    assert not near("", "")
    assert not near(print_of(SCAMS["贷款"]), "")


def test_unrelated_texts_hardly_ever_look_alike() -> None:
    """20,000 pairs of texts of random characters: what has nothing in common is far apart."""
    rng = random.Random(7)
    letters = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"
    prints = [print_of("".join(rng.choices(letters, k=rng.randint(20, 120)))) for _ in range(201)]
    assert sum(near(one, other) for i, one in enumerate(prints) for other in prints[:i]) == 0


def test_the_text_cannot_be_read_from_its_print() -> None:
    assert len(print_of(SCAMS["贷款"])) == 64
    assert set(print_of(SCAMS["贷款"])) <= set("0123456789abcdef")


def test_the_watch_compares_only_where_it_is_wanted() -> None:
    known = number_of(SCAMS["客服"])
    assert known is not None
    watch = ScamWatch({"world:g1": 1, "world:g2": 2, "world:g3": 3}, {1: (known,), 2: ()})
    assert watch.knows("world:g1", SCAMS["客服"])
    assert not watch.knows("world:g1", SCAMS["贷款"])
    assert not watch.knows("world:g2", SCAMS["客服"])  # another station, which collected nothing
    assert not watch.knows("world:g3", SCAMS["客服"])
    assert not watch.knows("world:g4", SCAMS["客服"])  # nobody wants it there
    assert watch
    assert not ScamWatch({"world:g2": 2}, {2: ()})
