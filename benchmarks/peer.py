"""The other side: a competent small bot on python-telegram-bot and aiosqlite, as its documentation teaches.

An `Application` with its defaults (updates one after another, handlers awaited), ready-made filters, one handler per
kind of update, and a database in WAL mode that syncs every commit, as ours does. A report becomes one row and one
commit: it stores less than we do (no log, no routing, no receipt, no cards), and nothing of it is slowed down.
"""

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from telegram import Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from benchmarks import peer_full
from tests.fake_telegram.make import ME, TOKEN

Program = Application[Any, Any, Any, Any, Any, Any]
Callback = ContextTypes.DEFAULT_TYPE
Report = Callable[[Update, Callback], Coroutine[Any, Any, None]]

TABLE = """CREATE TABLE ticket (id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
reporter_id INTEGER NOT NULL, reporter TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
opened_at INTEGER NOT NULL, UNIQUE (chat_id, message_id))"""
ADD = """INSERT INTO ticket (chat_id, message_id, reporter_id, reporter, text, state, opened_at)
VALUES (?, ?, ?, ?, ?, 'open', ?) ON CONFLICT DO NOTHING"""

CALLED = filters.Regex(r"[@＠﹫]\s?(?:民警|派出所|平安小助手)") | filters.Mention(ME["username"])


async def open_database(path: Path) -> aiosqlite.Connection:
    database = await aiosqlite.connect(path)
    await database.execute("PRAGMA journal_mode=WAL")
    await database.execute("PRAGMA synchronous=FULL")
    await database.execute(TABLE)
    await database.commit()
    return database


async def report(update: Update, context: Callback) -> None:
    """A message that calls the police: one durable ticket."""
    message, sender = update.effective_message, update.effective_user
    if message is None or sender is None:
        return
    database: aiosqlite.Connection = context.bot_data["database"]
    text = message.text or message.caption or ""
    at = int(message.date.timestamp())
    await database.execute(ADD, (message.chat_id, message.message_id, sender.id, sender.full_name, text, at))
    await database.commit()


async def nothing(update: Update, context: Callback) -> None:
    """Commands, presses and membership never come in these benches; a real bot has their handlers all the same."""


def add_handlers(program: Program, report: Report = report) -> None:
    program.add_handler(CommandHandler("start", nothing))
    program.add_handler(CommandHandler("help", nothing))
    program.add_handler(CallbackQueryHandler(nothing))
    program.add_handler(ChatMemberHandler(nothing, ChatMemberHandler.MY_CHAT_MEMBER))
    program.add_handler(MessageHandler(CALLED | filters.ChatType.PRIVATE, report))


def builder(base_url: str) -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    return ApplicationBuilder().token(TOKEN).base_url(f"{base_url}/bot")


@asynccontextmanager
async def peer(base_url: str, folder: Path, *, full: bool = False) -> AsyncIterator[Program]:
    """The program, initialised (getMe asked) but not fetching: the bench hands it its updates.

    `full`: it keeps the same rows as ours (benchmarks/peer_full.py).
    """
    program = builder(base_url).build()
    database = program.bot_data["database"] = await open_database(folder / "peer.db")
    if full:
        await peer_full.prepare(database)
    add_handlers(program, peer_full.report if full else report)
    await program.initialize()
    try:
        yield program
    finally:
        await program.shutdown()
        await program.bot_data["database"].close()


async def digest(program: Program, answer: bytes) -> None:
    """One answer of getUpdates, as `Updater` and `Application` treat it: decode, build, process one by one."""
    for update in Update.de_list(json.loads(answer)["result"], program.bot):
        await program.process_update(update)
