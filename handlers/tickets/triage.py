"""A first look at a report: is it urgent, does it smell of a scam? Words only, no guessing; see `Triage.because`."""

from dataclasses import dataclass

from storage.model.tickets import Urgency

URGENT_WORDS = (
    *("救命", "打人", "打架", "动刀", "持刀", "拿刀", "砍人", "捅", "流血", "抢劫", "抢夺", "绑架"),
    *("着火", "起火", "火灾", "冒烟", "煤气", "燃气泄漏", "爆炸", "触电"),
    *("跳楼", "轻生", "自杀", "溺水", "落水", "晕倒", "没有呼吸", "昏迷"),
    *("孩子丢", "孩子不见", "孩子走失", "小孩丢", "小孩不见", "小孩走失", "找不到孩子"),
    *("老人走失", "老人不见", "老人走丢"),
    *("撬门", "撬锁", "正在偷", "入室", "跟踪我", "家暴", "打老婆", "勒索", "裸聊"),
    *("正在转账", "刚转", "刚刚转", "已经转账", "已转账", "转过去了"),
)

SCAM_WORDS = (
    *("刷单", "返利", "内部消息", "荐股", "高收益", "稳赚", "保本", "年化", "利息高", "20%", "百分之二十"),
    *("安全账户", "屏幕共享", "共享屏幕", "验证码", "通缉令", "洗钱", "退款客服", "理赔", "注销会员", "百万保障"),
    *("征信修复", "贷款手续费", "解冻费", "保证金", "中奖", "投资群", "虚拟币", "裸聊", "杀猪盘", "入职费"),
    *("冒充", "转账", "汇款", "诈骗", "骗子", "被骗", "投资"),
)


@dataclass(frozen=True, slots=True)
class Triage:
    """`scam`: money may be at risk. `because`: the words that decided, for the officer's card."""

    urgency: Urgency
    scam: bool
    because: tuple[str, ...]


def triage(text: str) -> Triage:
    compact = "".join(text.split())
    urgent = tuple(word for word in URGENT_WORDS if word in compact)
    scam = tuple(word for word in SCAM_WORDS if word in compact)
    return Triage(urgency=Urgency.URGENT if urgent else Urgency.NORMAL, scam=bool(scam), because=(urgent + scam)[:3])
