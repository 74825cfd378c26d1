"""The four stories."""

from rich.console import Console
from rich.rule import Rule

from bot.demo.stage import Stage

OWNERS = "g:dongwan"


async def play(console: Console) -> None:
    """Play all four. Takes about a second."""
    console.print("下面是四个小故事，都经过真实的收件、派单、发送流程，用的是一个临时数据库，不会动您的数据。\n")
    async with Stage(console) as stage:
        await _falling_bags(stage)
        await _investment(stage)
        await _two_officers(stage)
        await _scheduled(stage)
    console.print("\n演完了。想自己试试：运行 pingan run（或 make run），打开 http://127.0.0.1:8080 选一个身份。")


def _title(stage: Stage, text: str) -> None:
    stage.console.print()
    stage.console.print(Rule(text, align="left", style="cyan"))


async def _falling_bags(stage: Stage) -> None:
    _title(stage, "一、高空抛物：从 @民警 到“满意”")
    await stage.says(
        "chen", "@民警 有人从楼上往下扔垃圾袋，差点砸到我店门口的人，东湾花园3号楼，我电话13812345678", OWNERS
    )
    await stage.passes(1)
    await stage.press("接单", "wang")
    await stage.passes(9)
    await stage.press("到场", "wang")
    await stage.passes(40)
    await stage.press("办结", "wang")
    await stage.says("wang", "已走访3号楼各户，找到当事人批评教育，物业加装了提示牌", "p:wang")
    await stage.passes(5)
    await stage.press("解决了", "chen", chat=OWNERS)
    await stage.press("满意", "chen", chat=OWNERS)


async def _investment(stage: Stage) -> None:
    _title(stage, "二、30 万投资：私下问一句，先别转账")
    await stage.says("liu", "有人叫我投30万，说一年利息20%，公司我没听过，明天就要转账，靠谱吗？", "p:liu")
    await stage.passes(1)
    await stage.press("接单", "wang")
    await stage.says("wang", "办结 2 已当面讲清：公司没有注册，属于非法集资套路，刘阿姨没有转账", "p:wang")
    await stage.press("解决了", "liu", chat="p:liu")


async def _two_officers(stage: Stage) -> None:
    _title(stage, "三、两名民警同时接单：只有一个人接到")
    await stage.says("chen", "@派出所 地下车库有人打架", OWNERS)
    stage.console.print("（王建国在私聊里、李强在民警群里，同时按下“接单”）", style="dim")
    await stage.press_together("接单", [("wang", "p:wang"), ("li", "g:officers")])
    await stage.says("chen", "撤回 3", "p:chen")


async def _scheduled(stage: Stage) -> None:
    _title(stage, "四、定时反诈播报：18:30，每个群一次")
    now = stage.clock.now()
    target = now.replace(hour=18, minute=30, second=0)
    await stage.passes((target - now).total_seconds() / 60)
    stage.console.print("（程序再看一遍钟点：同一个时段不会再发第二次）", style="dim")
    await stage.passes(0)
    await stage.says("zhou", "播报 状态", "p:zhou")
