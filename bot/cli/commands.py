"""The commands and their options. Each calls one function in a module of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

CONFIG = Path("config.yaml")

app = typer.Typer(
    name="pingan",
    help="平安：派出所平安服务群机器人。第一次用：pingan run，然后打开 http://127.0.0.1:8080",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
parked = typer.Typer(name="dead", help="没处理成功的消息：查看和重放。", no_args_is_help=True)
app.add_typer(parked)


@dataclass(frozen=True, slots=True)
class Options:
    """What stands before the command. `config` None: the annotated default."""

    config: Path | None


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="配置文件，默认是当前目录的 config.yaml。", show_default=False)
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示技术细节。")] = False,
) -> None:
    """Options of every command."""
    del debug  # read before the parser runs, so that its own errors are covered too
    context.obj = Options(config or (CONFIG if CONFIG.exists() else None))


@app.command()
def run(context: typer.Context) -> None:
    """启动机器人。按 Ctrl-C 停止。"""
    from bot.cli.serving import serve_until_stopped

    serve_until_stopped(context.obj.config)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="放在哪个目录。")] = Path()) -> None:
    """生成 config.yaml 和 station.yaml 的样例，不会覆盖已有的。"""
    from bot.cli.setup import write_samples

    write_samples(folder)


@app.command()
def check(
    context: typer.Context,
    station: Annotated[Path | None, typer.Argument(help="站点文件。", show_default=False)] = None,
) -> None:
    """检查配置和站点文件写得对不对，不启动、不改动。"""
    from bot.cli.setup import check_files

    check_files(context.obj.config, station)


@app.command()
def migrate(context: typer.Context) -> None:
    """把数据库升级到这个程序的版本（启动时也会自动做）。"""
    from bot.cli.setup import upgrade

    upgrade(context.obj.config)


@app.command("import")
def import_station(
    context: typer.Context,
    station: Annotated[Path, typer.Argument(help="站点文件，一般是 station.yaml。")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看看会变什么，不真的改。")] = False,
) -> None:
    """导入站点文件：派出所、人员、片区、群、排班。可以反复运行。"""
    from bot.cli.importing import import_file

    import_file(context.obj.config, station, dry_run=dry_run)


@app.command()
def links(context: typer.Context) -> None:
    """每个群一条微信客服链接或公众号二维码：群众从哪个群来，单子上写明。"""
    from bot.cli.links import show

    show(context.obj.config)


@app.command()
def demo() -> None:
    """在终端里演四个小故事，不需要任何设置。"""
    from bot.cli.serving import play_demo

    play_demo()


@app.command()
def doctor(
    context: typer.Context,
    part: Annotated[str, typer.Argument(help="wecom：只看微信家族。", show_default=False)] = "",
) -> None:
    """体检：环境、配置、数据库、值班、群和网络。"""
    from bot.cli.checkup import checkup

    checkup(context.obj.config, part)


@app.command()
def backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="备份到哪个文件。", show_default=False)] = None,
) -> None:
    """备份数据库，机器人不用停。"""
    from bot.cli.saving import save

    save(context.obj.config, to)


@app.command()
def understand(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="一句话，看看机器人怎么理解。", show_default=False)] = "",
    jsonl: Annotated[
        str, typer.Option("--jsonl", help='一行一个 {"id","text","mention"}；- 是标准输入。', show_default=False)
    ] = "",
    places: Annotated[Path | None, typer.Option("--places", help="地名表，一行一个。", show_default=False)] = None,
) -> None:
    """看看机器人怎么理解一句话，或者成批地理解。"""
    from bot.cli.understanding import show_one, understand_lines

    if jsonl:
        understand_lines(jsonl, places, context.obj.config)
    else:
        show_one(text, context.obj.config)


@app.command()
def train(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看看会变好还是变差，不启用。")] = False,
) -> None:
    """用民警改过的单子（改类、改急）让机器人学得更准。要先在配置里同意。"""
    from bot.cli.understanding import learn

    learn(context.obj.config, dry_run=dry_run)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="一个问题，看看知识库怎么答。", show_default=False)] = "",
    jsonl: Annotated[
        str, typer.Option("--jsonl", help='一行一个 {"id","text"}；- 是标准输入。', show_default=False)
    ] = "",
    knowledge: Annotated[
        Path | None, typer.Option("--knowledge", help="知识库目录，默认是随程序的。", show_default=False)
    ] = None,
) -> None:
    """看看知识库怎么回答一个问题，或者成批地问。不需要配置和数据库。"""
    from bot.cli.asking import ask_lines, ask_one

    if jsonl:
        ask_lines(jsonl, knowledge)
    else:
        ask_one(text, knowledge)


@app.command()
def version() -> None:
    """显示版本。"""
    from bot.cli.checkup import show_version

    show_version()


@parked.command("list")
def dead_list(context: typer.Context) -> None:
    """列出没处理成功的消息（不显示内容）。"""
    from bot.cli.parked import show

    show(context.obj.config)


@parked.command("replay")
def dead_replay(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="编号，比如 in:12。", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部重放。")] = False,
) -> None:
    """放回队列，再处理一次。"""
    from bot.cli.parked import replay

    replay(context.obj.config, ids or [], everything=everything)


def run_args(args: Sequence[str]) -> int:
    """Parse and run; the exit code. Errors are the caller's."""
    code = typer.main.get_command(app).main(list(args), prog_name="pingan", standalone_mode=False)
    return code if isinstance(code, int) else 0
