"""pingan init, check and migrate."""

import asyncio
from pathlib import Path

from rich.console import Console

from bot import secret_file
from bot.channel_needs import NAMES, incomplete
from bot.cli.common import console, settings_of
from bot.config import ConfigError, Settings, default_text
from bot.doctor.program import check_secrets
from bot.knowledge_load import read, shipped
from bot.sample import station_text
from bot.station_file import StationFile, load_station

CONFIG, STATION = "config.yaml", "station.yaml"


def write_samples(folder: Path) -> None:
    """config.yaml, station.yaml and secrets.env into `folder`; what is there already is left alone."""
    told = console()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((CONFIG, default_text()), (STATION, station_text())):
        path = folder / name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            told.print(f"已有   {path}，没有动它")
        else:
            told.print(f"生成   {path}")
    secrets = folder / secret_file.NAME
    try:
        secret_file.write(secrets)
    except FileExistsError:
        told.print(f"已有   {secrets}，没有动它")
    else:
        told.print(f"生成   {secrets}（密钥写在这里，只有您能读）")
    there = "" if folder == Path() else f"进入目录 {folder}（cd {folder}），"
    told.print(f"下一步：{there}改好 {STATION}，运行 pingan check，再运行 pingan import {STATION}")


def check_files(config: Path | None, station: Path | None) -> None:
    """Both files, told with what is odd in them. Raises ConfigError or StationFileError."""
    settings = settings_of(config)
    _check_rules(settings)
    told = console()
    told.print(f"✓ 配置 {config or '（没有 config.yaml，用默认配置）'}")
    for finding in check_secrets(config):
        told.print(f"! {finding.text}")
    for channel, sentence in incomplete(settings).items():
        told.print(f"! {NAMES[channel]}：{sentence}")
    _check_knowledge(settings, told)
    path = station or _station_path(settings)
    if path is None:
        told.print("! 没有站点文件。运行 pingan init 可以生成一份样例。")
        return
    file = load_station(path)
    told.print(f"✓ 站点文件 {path}：{summary(file)}")
    for warning in file.warnings:
        told.print(f"! {warning}")


def _check_rules(settings: Settings) -> None:
    from handlers.broadcast import check_rules

    rules = settings.broadcasts.rules
    wrong = check_rules(rules, [rule.station for rule in rules])  # which stations there are, only the database knows
    if wrong:
        raise ConfigError("\n".join(wrong))


def _check_knowledge(settings: Settings, told: Console) -> None:
    library = read(Path(settings.knowledge_dir) if settings.knowledge_dir else shipped())
    told.print(f"✓ 知识库 {len(library.entries)} 条")
    for problem in library.problems:
        told.print(f"! {problem}")


def _station_path(settings: Settings) -> Path | None:
    if settings.station_file:
        return Path(settings.station_file)
    return Path(STATION) if Path(STATION).exists() else None


def summary(file: StationFile) -> str:
    counts = f"{len(file.people)} 人，{len(file.areas)} 个片区，{len(file.groups)} 个群，{len(file.shifts)} 条排班"
    return f"{file.station.name}，{counts}"


def upgrade(config: Path | None) -> None:
    from storage.engine.migrate import HEAD, migrate

    had = asyncio.run(migrate(settings_of(config).database.url))
    if had == HEAD:
        console().print(f"数据库已经是最新的（{HEAD}）。")
    elif had is None:
        console().print(f"数据库建好了（{HEAD}）。")
    else:
        console().print(f"数据库从 {had} 升级到 {HEAD}。")
