"""The usual way to write such a bot: python-telegram-bot's Application, one ticket and one commit per mention.

Only here to show that the kill test sees loss: run_polling confirms an update while it still sits in memory.
"""

import logging
import sys

import aiosqlite
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

TABLE = "CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, chat_id TEXT, message_id TEXT, text TEXT)"
INSERT = "INSERT INTO ticket (chat_id, message_id, text) VALUES (?, ?, ?)"


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    base_url, token, path = sys.argv[1:4]
    connections: list[aiosqlite.Connection] = []

    async def opened(_: object) -> None:
        connections.append(await aiosqlite.connect(path))
        await connections[0].execute("PRAGMA journal_mode=WAL")
        await connections[0].execute("PRAGMA synchronous=FULL")
        await connections[0].execute(TABLE)

    async def ticket(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None or f"@{context.bot.username}" not in (message.text or ""):
            return
        kept = await connections[0].execute(INSERT, (str(message.chat_id), str(message.message_id), message.text))
        await connections[0].commit()
        await message.reply_text(f"已登记 {kept.lastrowid} 号", do_quote=True)

    application = Application.builder().token(token).base_url(f"{base_url}/bot").post_init(opened).build()
    application.add_handler(MessageHandler(filters.TEXT, ticket))
    application.run_polling(drop_pending_updates=False, poll_interval=0.0, timeout=2, stop_signals=None)


if __name__ == "__main__":
    main()
