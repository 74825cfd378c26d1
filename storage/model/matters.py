"""What a matter is about: the words every figure, rule and model shares. Defined in docs/glossary.md."""

from enum import StrEnum


class Category(StrEnum):
    HELP = "求助"
    CLUE = "举报线索"
    DISPUTE = "矛盾纠纷"
    FRAUD = "诈骗预警"
    PAPERS = "证件户籍"
    QUESTION = "咨询"
    NUISANCE = "扰民"
    LOST = "失物招领"
    TRAFFIC = "交通"
    OTHER = "其他/闲聊"


class FraudType(StrEnum):
    REBATE = "刷单返利"
    INVESTMENT = "虚假投资"
    SERVICE = "冒充客服"
    AUTHORITY = "冒充公检法"
    LOAN = "贷款征信"
    LINK = "钓鱼链接"
    BOSS = "冒充领导熟人"
    ROMANCE = "网络交友"  # 裸聊敲诈 included
    SHOPPING = "虚假购物服务"
    GAME = "游戏交易"
    PRIZE = "中奖补贴"
    OTHER = "其他诈骗"


class Emergency(StrEnum):
    """What is happening right now; decides which number stands first in the answer."""

    VIOLENCE = "暴力伤害"
    FIRE = "火情"
    GAS = "燃气泄漏"
    MISSING = "孩子老人走失"
    SELF_HARM = "轻生"
    MEDICAL = "人身危险"
    CRIME = "正在发生的违法犯罪"
    MONEY = "正在转账"
    EXTORTION = "敲诈勒索"


class Sensitive(StrEnum):
    """Why a matter is not talked about in a group."""

    SEXTORTION = "裸聊敲诈"
    MINOR = "涉及未成年人"
    FAMILY = "家庭暴力"
    SEXUAL = "性侵害"
    CLUE = "线索"


class Money(StrEnum):
    """Has money left? Only what was said."""

    SENT = "已转出"
    SENDING = "正要转"
    NOT_SENT = "没转"
