"""A clause word by word, in any order: an order only if every word of it is one we know, and all are of one mind.

The families say whole clauses; this reads what they never heard, 我骑车过去会会他们, and leaves alone what holds one
word that is not in the lists: no denial, no doubt and no time to come stands in them.
"""

import re

from handlers.kit.phrases import families
from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.words import PERSON, PLACES

_KINDS = {
    "I": "我 俺 咱 我们 俺们 咱们 本人 我这边 我这儿 我这里 我这 俺这 我自己 我俩 我们俩 我们组 俺俩 我们巡逻组"
    " 我们社区队 我们这组 我们巡逻车 巡逻组 我们班 咱组 我组 本组 我队 本队 我班",
    "y": "你 您",
    "f": "这 那 这个 那个 这单 那单 这件 那件 单子 单 号 警情 警 事 事情 事儿 活 活儿 案子 工单 的 啦 吧 啊 呀 哈 嘛"
    " 呗 哦 喽"
    " 咯 哒 咧 嘞 哇 滴 哟 嗯 呃 哎 诶 一下 一下子 一趟 一眼 一手 一把 下 下子 趟 眼 现在 这会儿 就 先 都 均 皆 也 全"
    " 全部 一起"
    " 一块 一块儿 一并 直接 赶快 赶紧 这边 这头 给 把 将 帮忙 麻烦 请 申请 辛苦 受累 还是 那就 来 得了 好了 行了 这里"
    " 这儿 新的 警 案 他们俩"
    " 一个 个 两个 俩 两单 两个单子",
    "u": "马上 马上就 立马 立刻 立即 这就 即刻 火速 顺路 顺道 顺便 正好 刚好 亲自 自己 一个人 单独 随后 在附近"
    " 就在附近 在旁边 在边上 在跟前 在这边 在那边 在隔壁 离得近 离我近 离那近 离得不远 离那儿近 最近 近 闲着 空着"
    " 没事 有空",
    "p": "已 已经 刚 刚刚 终于 总算 可算 现已 均已 都已 才",
    "e": "了",
    "q": "快 快点 快点儿 速度 赶快 麻溜",
    "i": "是 就是 属 属于 为 系 确系 确实是 纯属 经核实 经查 核实",
    "m": "去 过去 过来 上 走 跑 赶 赶去 赶过去 赶往 前往 出发 动身 出警 奔 奔过去 溜达 溜达过去 遛过去 绕 绕过去"
    " 拐过去 拐 冲"
    " 冲过去 骑过去 开过去 上门 出现场 跑现场 杀过去 走过去 跑过去 走一遭 跑一圈 走一趟 跑一趟 去一趟",
    "v": "骑车 开车 骑电动车 骑摩托 骑摩托车 开警车 开巡逻车 坐车 步行 走路 带队 带人 带辅警 带上辅警 带着辅警 和辅警"
    " 跟辅警 带队员"
    " 带个辅警 带俩辅警 巡逻车 从所里 从这边 从单位",
    "l": "看 看看 看下 瞅 瞅瞅 瞧 瞧瞧 望望 瞄 瞄瞄 瞄一眼 查看 了解 核实 问问 了解了解 摸摸情况 瞭解 说说 讲讲 聊聊"
    " 谈谈 转转 探探 摸摸 瞄一下 看一看",
    "h": "处理 处置 处 办 办理 弄 整 搞 管 跟 跟进 盯 盯着 负责 料理 对付 拾掇 收拾 应 应付 应对 会会 会一会 调解"
    " 劝劝 协调"
    " 沟通 走访 处理处理 弄弄 整整 办办 管管 解决 劝 劝一劝 接待 照看 照应 支应",
    "t": "接 接单 接手 接下 接下来 接过来 接过去 接警 认领 领 领走 收下 揽下 揽 包 包了 拿下 抢 抢单 接走 接管 承接"
    " 认下",
    "o": "那家 那户 那边 那儿 那里 那头 他们 报警人 当事人 情况 双方 那俩人 这家 这户 那一家 问题 矛盾 这边的 这家人"
    " 那家人",
    "a": "到 到达 抵达 抵 赶到 来到 走到 开到 到场 到位 摸到 赶至 已到 已抵 抵近 到齐 达 已达",
    "s": "现场 场 地方 地儿 位置 门口 楼下 单元门 小区 店里 家里 村里 村口 路口 院里 楼上 跟前 那疙瘩 这疙瘩 那旮旯"
    " 这旮旯"
    " 那块 那块儿 这块 这块儿 他家 她家 他们家 报警人家 报警人家里 报警人楼下 当事人家 当事人家里 当事人楼下 报警人门口"
    " 小区门口 单元楼下 店门口 学校门口 事发地 目的地 案发地 案发现场 事发现场 指定位置",
    "w": "人 车 人员 民警 警力 队伍",
}
_WHOLE = {
    "D": "办结 结案 结单 结警 销案 销单 销警 关单 闭环 办完 处理完 处置完 处理好 处理完毕 处置完毕 办理完毕 处理结束"
    " 处置结束"
    " 办好 弄完 弄好 弄妥 整完 整好 搞定 搞完 搞好 完事 完事儿 完结 了结 摆平 解决好 解决完 解决完毕 调解完 调解好"
    " 办妥 收尾"
    " 归档 处理妥当 弄利索 整利索 办利索 料理完 处理到位 处置到位 办毕 处毕 处结 处置完结 处理完结 办理完 办理完结"
    " 完活 齐活"
    " 弄清楚 处理清楚 拾掇好 收拾好 弄停当 忙完 处理妥 处置妥 了了",
    "P": families.SURE_WORDS,
    "B": families.BACK_WORDS,
    "X": families.FALSE_WORDS,
    "U": "加急 加急处理 特急 优先 优先处理 优先办 优先派 优先安排 提级 升级 紧急 标红 标急 置顶 插队 提一级 升一级"
    " 提级别 调高级别"
    " 提优先级 提高优先级 提高级别 优先级 调高 提高 拉高 级别 往前排 往前放 往前提 十万火急 加个急 提上来 提前",
    "R": "继续 继续办 继续办理 继续处理 继续弄 继续跟 继续跟进 接着 接着办 接着弄 接着处理 接着整 接着搞 接着跟 恢复"
    " 恢复办理"
    " 恢复处理 恢复办 解挂 解除挂起 取消挂起 重启 续办 续上 重新启动 重新办 解冻 激活 往下办",
    "H": "支援 增援 请求支援 请求增援 需要支援 需要增援 派人支援 派人增援 来人 来人支援 来人帮忙 加派人手 加派警力"
    " 增派警力 增派人手"
    " 多派人 多派点人 多来人 多来点人 派人来 派人过来 人手不够 人手不足 警力不足 需要帮手 来帮手 快来人 速来 速来支援",
    "G": "转给 转到 转 转派 转派给 移交 移交给 交给 交由 派给 分给 改派 改派给 换 换给 转交 转交给 让给 指派给 指派"
    " 安排给 分派给"
    " 流转给 流转到 划给 甩给 丢给 派",
    "b": "让 叫 请 由 换 喊 安排 换成 改成 改由",
}
_LETTERS: dict[str, str] = {}
for _letter, _words in (_KINDS | _WHOLE).items():
    for _word in _words.split():
        _LETTERS.setdefault(_word, _letter)
_LONGEST = max(map(len, _LETTERS))

_GOING = "[lh]f*m$|m[fuosvm]*e?$|m[fuosvm]*|t[fuosvt]*e?|m[fuosvm]*[lht][fuosvlhtm]*|h[fuosvh]*"
_SAID = (
    (Action.CLAIM, f"[fosv]*b?f*I[fuosvI]*(?:{_GOING})f*"),
    (Action.ARRIVE, "(?=.*[eps])[fIwpo]*a[fea]*[so]?[fes]*"),
    (Action.RESOLVE, "[fIpov]*D[feD]*"),
    (Action.FALSE_REPORT, "[fIpoi]*X[feX]*"),
    (Action.GIVE_BACK, "[fI]*B[feB]*"),
    (Action.PAUSE, "[fI]*P[feP]*"),
    (Action.RESUME, "[fIuo]*R[feRo]*"),
    (Action.HELP, "[fIuq]*H[fuqH]*"),
    (Action.PRIORITY, "[fq]*U[fqUe]*"),
    (Action.TRANSFER, "[fI]*(?:[Gb]f*§f*[mlhtv][fomlhtv]*|Gf*§[fo]*)|§[f]*y[fov]*[mht][fomlht]*"),
)
_ORDERS = tuple((action, re.compile(pattern)) for action, pattern in _SAID)
_ANY = re.compile(f"{PERSON}|{PLACES}")


def composed(core: str) -> Action | None:
    """What a clause comes to of which every word is known."""
    readings = _spelt(core)
    return next((action for action, order in _ORDERS if order.fullmatch(readings)), None) if readings else None


def _spelt(core: str) -> str:
    """A letter for each word, the longest word first; "" if there is a word we do not know."""
    letters = ""
    start = 0
    while start < len(core):
        named = _ANY.match(core, start)
        if named:
            letters += PERSON
            start = named.end()
            continue
        ends = range(min(len(core), start + _LONGEST), start, -1)
        end = next((end for end in ends if core[start:end] in _LETTERS), 0)
        if not end:
            return ""
        letters += _LETTERS[core[start:end]]
        start = end
    return letters
