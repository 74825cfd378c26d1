"""Cantonese said in the words the grammar knows, letter for letter, so that what is kept stays its writer's words."""

import re

_WORDS = (
    "而家=现在 依家=现在 听日=明天 听晚=明晚 听朝=明早 后日=后天 寻日=昨天 琴日=昨天 边位=哪位 边个=哪位"
    " 边度=哪里 边啲=哪些 边单=哪单 几多=几个 点解=为啥 点样=咋样 搞掂晒=搞定了 搞掂咗=搞定了 搞掂=搞定 唔掂=不定"
    " 唔使=不用 唔好=不要 唔该=麻烦 唔系=不是 唔得=不行 得闲=有空 帮手=帮忙 夜更=夜班 早更=早班 日更=白班"
    " 中更=中班 当更=值班 返工=上班 收工=下班 放工=下班 返去=回去 返嚟=回来 返到=回到 退返=退回 开返=恢复"
    " 畀返=还给 畀番=还给 俾返=还给 俾番=还给 屋企=家里 呢单=这单 呢个=这个 呢件=这件 呢度=这里 呢边=这边"
    " 快啲=快点 早啲=早点 迟啲=晚点 多啲=多点 写低=写下 记低=记下 放低=放着 摆低=放着 挂住=挂着 升做=升成"
    " 设做=设成 唔识=不会 佢识=他会 打交=打架 走晒=走了 交晒=交了 完晒=完了 好晒=好了 有冇=有没 未有=没有"
    " 我同=我和 开紧=开着 处紧=处着 出紧=出着 做紧=做着 跟紧=跟着 行紧=走着 办紧=办着 返夜=上夜 返早=上早"
    " 返白=上白"
)
_MEANT = dict(pair.split("=") for pair in _WORDS.split())
_LETTERS = dict(
    zip("嚟畀俾咗喇喺冇唔佢哋睇攞揾搵啲嗰咩乜嘢嘅㗎仲", "来给给了啦在没不他们看拿找找些那啥啥事的啊还", strict=True)
)
_ONLY_THERE = re.compile(
    "[嚟畀俾咗喺冇唔佢哋睇攞揾搵啲嗰咩嘅㗎]|而家|依家|听[日晚朝]|边[位个度]|搞掂|开返|退返|写低|记低|夜更|早更|日更"
)
"""What nobody writes who does not write Cantonese."""
_TYPED = re.compile("|".join(sorted((*_MEANT, *_LETTERS), key=len, reverse=True)))
_BETWEEN = re.compile(r"(?<=\d)同(?=\d)")
_BOTH = _MEANT | _LETTERS


def is_cantonese(text: str) -> bool:
    return _ONLY_THERE.search(text) is not None


def as_written_north(text: str) -> str:
    """`text` with as many characters as before."""
    return _BETWEEN.sub("和", _TYPED.sub(lambda found: _BOTH[found.group()], text))
