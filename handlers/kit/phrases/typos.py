"""Words of an order that were typed by their sound: 办洁, 挂气, 支元."""

import re

_HEARD = {
    "办结": "办洁 办节 办捷 办劫 办截 办解 办姐 办届 搬结 搬洁 半结 半洁 半姐 绊结 伴结 办結 扮结 班结",
    "结案": "结按 节案 洁案 结暗 结岸 节按 姐案",
    "误报": "乌报 悟报 误抱 误暴 误爆 误保 误豹 误宝 无报 务报 勿报 雾报 物抱 悟抱",
    "假警": "甲警 加警 假井 假景",
    "挂起": "瓜起 卦起 褂起 挂启 挂气 挂其 挂器 挂齐 挂奇 卦气 挂骑",
    "加急": "加机 加鸡 家急 加极 加集 佳急 嘉急 加级 加即 家级 加寄 夹急",
    "支援": "只元 支元 支原 支圆 之援 只援 支缘 支源 支员 支缓 知援",
    "增援": "增元 曾援 增原 增圆 增缓 赠援",
    "备注": "背注 备住 备著 备柱 备主 备助 倍注 被注 北注 备註 贝注",
    "接单": "接旦 接淡 接丹 接蛋 揭单 街单 姐单 节单",
    "现场": "现厂 县场 线场 现长 现常 先场 现畅 线厂",
    "退回": "退囘 退会 腿回 退汇 退悔 褪回",
    "转给": "转個 专给 砖给 赚给 转各 转葛 转跟",
    "转派": "转牌 专派 转拍",
    "移交": "移角 一交 移胶 译交",
    "恢复": "恢付 恢服 灰复 恢富 挥复 恢覆 辉复",
    "继续": "继绪 既续 继序 计续 继叙",
    "搞定": "搞腚 搞订 搞钉 高定 稿定",
    "处理": "处里 处礼 出理 处力",
    "交接": "交节 交结 交姐 交街 交介 教接",
    "交班": "交搬 交般 交斑 教班",
    "换班": "换般 换搬 换斑 环班 唤班 还班",
    "调班": "掉班 吊班",
    "调个班": "掉个班",
    "请假": "请价 请架 清假 请驾",
    "在途": "在图 在徒 再途 在涂",
    "在岗": "再岗 在杠 在钢 在刚",
    "处警": "处井 处景 处竟 初警",
    "优先": "优鲜 优现 尤先 由先",
    "马上": "吗上 码上 麻上 马尚",
    "值班": "直班 值般 职班",
    "协办": "协半 写办 斜办",
    "完事": "玩事 完是",
    "处理完": "处理玩",
    "请求": "请球 请囚",
    "到了": "到咗 到鸟 到勒 到叻 到le",
    "我来": "偶来 窝来 沃来 俄来",
    "我去": "偶去 窝去 沃去 我克 我切 我kei",
    "我接": "偶接 窝接 沃接",
}
_MEANT = {heard: meant for meant, words in _HEARD.items() for heard in words.split() if len(heard) == len(meant)}
_TYPED = re.compile(f"(?:{'|'.join(sorted(_MEANT, key=len, reverse=True))})(?!束)")
_CLAIMED = re.compile(r"接但(?=\s*[\d零一二三四五六七八九十百]|$)")
_TAKEN = re.compile(r"(?<=[我俺])[姐揭街皆](?=[了吧单下手\s]|$)|(?<![\u4e00-\u9fff])[揭街](?=\s?\d)")


_PINYIN = re.compile(r"(?<![a-z])(wo|le|qu|lai|dao)(?![a-z])\s?", re.IGNORECASE)
_SYLLABLES = {"wo": "我", "le": "了", "qu": "去", "lai": "来", "dao": "到"}
_FELL = re.compile(r"(?<=\d)[倒道]了(?=现场|[\s,，]|$)")


def as_meant(text: str) -> str:
    """`text` with those words as they were meant."""
    text = _PINYIN.sub(lambda found: _SYLLABLES[found.group(1).lower()], text)
    text = _CLAIMED.sub("接单", text)
    return _TAKEN.sub("接", _TYPED.sub(lambda found: _MEANT[found.group()], _FELL.sub("到了", text)))
