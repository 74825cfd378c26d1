"""A small knowledge base for stories: three entries, as an editor would write them."""

from handlers.knowledge.keep import keep
from handlers.knowledge.parse import parse
from tests.harness import World

LOST, PERMIT, DOG = "id-lost", "rp-apply", "dog-register"
QUESTION = "身份证丢了怎么补办"

FILE = """# 身份证
## 身份证丢了怎么补
- 编号：id-lost
- 别的问法：身份证找不到了要补 | 补办身份证要带什么 | 身份证遗失怎么办
- 来源：《居民身份证法》
- 版本：2
- 复核：2027-06-01

带户口簿到任一派出所补办。

## 身份证到期怎么换
- 编号：id-renew
- 别的问法：身份证过期换新的 | 换身份证要带户口本吗
- 版本：1
- 复核：2026-12-01

带旧证到任一派出所换。

# 居住证
## 居住证怎么办
- 编号：rp-apply
- 别的问法：办居住证要啥材料 | 外地人怎么领居住证
- 版本：1
- 复核：2026-11-01

住满半年，带租房合同来办。

# 养犬
## 狗证怎么办
- 编号：dog-register
- 别的问法：养狗要办什么手续 | 给狗上户口

带狗和免疫证明来办。
"""


async def know(world: World, file: str = FILE) -> None:
    """The world's table is brought in line with this file."""
    entries, problems = parse(file)
    assert problems == []
    async with await world.unit() as unit:
        await keep(unit, entries, world.clock.now())
