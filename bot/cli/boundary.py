"""Errors → sentences. No stack trace reaches a person unless they ask for it with --debug."""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

USER, BROKEN, INTERRUPTED = 1, 2, 130


class CommandError(Exception):
    """A sentence for the person at the terminal; the command did nothing, or nothing more."""

    def __init__(self, sentence: str, code: int = USER) -> None:
        super().__init__(sentence)
        self.code = code


class Boundary:
    """Ends the program with a sentence and an exit code, whatever went wrong inside."""

    def __init__(self, *, debug: bool) -> None:
        self._debug = debug

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        if self._debug:
            traceback.print_exception(error)
        if isinstance(error, KeyboardInterrupt):
            tell("已中断。")
            raise SystemExit(INTERRUPTED) from None
        raise SystemExit(_tell(error)) from None


def tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - this is where the program speaks to a terminal


def _tell(error: BaseException) -> int:
    """Say what each of the errors means; the worst exit code."""
    codes = [0]
    for leaf in _leaves(error):
        sentence, code = _sentence(leaf)
        if sentence:
            tell(sentence)
        codes.append(code)
    return max(codes)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _sentence(error: BaseException) -> tuple[str, int]:
    from typer import Abort
    from typer.exceptions import TyperException

    from bot.cli.usage import in_chinese
    from storage.engine.base import NewerSchemaError, StoreDownError

    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, TyperException):
        message = error.format_message()
        return (in_chinese(message), USER) if message else ("", 0)  # nothing typed: the help has been shown
    if isinstance(error, Abort):
        return "已中断。", INTERRUPTED
    if isinstance(error, NewerSchemaError) or _user_error(error):
        return str(error), USER
    if isinstance(error, StoreDownError):
        return f"数据库现在用不了（{error}）。检查磁盘空间、权限，或数据库服务器。", BROKEN
    return _unexpected(error), BROKEN


def _user_error(error: BaseException) -> bool:
    """Raised with a sentence that says what to do. A family is only imported if its module was."""
    families = (
        ("bot.config", "ConfigError"),
        ("bot.station_file.nouns", "StationFileError"),
        ("bot.instance", "AlreadyRunningError"),
        ("bot.backup", "BackupError"),
        ("bot.app", "PortInUseError"),
    )
    for module, name in families:
        family = getattr(sys.modules.get(module), name, None)
        if family is not None and isinstance(error, family):
            return True
    return False


def _unexpected(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}：{error.strerror}。检查文件、权限和磁盘空间。"
    return f"出了没有料到的错误，不是您操作的问题。详情写在 {_write_down(error)}，请交给维护人员。"


def _write_down(error: BaseException) -> Path:
    """The traceback, without words of residents, where only the operator reads it."""
    from bot.logs import hide_words

    folder = Path("data") if os.access("data", os.W_OK) else Path(tempfile.gettempdir())
    path = folder / f"pingan-error-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    text = hide_words("".join(traceback.format_exception(error)))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"python {sys.version}\n{text}")
    return path
