"""The same competent bot, made to keep what ours keeps: its reports survive a crash with all that must follow.

Beside the ticket it stores the reporter, a number, two lines of log and the three notices to be sent (receipt and two
cards), and looks up the group's area and the officer on duty: the least statements that give the same rows, in one
transaction with one commit, through aiosqlite. Still no inbox, no retry, no savepoints.
"""

from datetime import UTC, datetime

import aiosqlite
from telegram import Update
from telegram.ext import ContextTypes

from benchmarks.updates import GROUPS, group_id

TABLES = """
CREATE TABLE person (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE area (id INTEGER PRIMARY KEY, name TEXT NOT NULL, officer_id INTEGER NOT NULL);
CREATE TABLE chat (chat_id INTEGER PRIMARY KEY, title TEXT NOT NULL, area_id INTEGER NOT NULL);
CREATE TABLE shift (officer_id INTEGER NOT NULL, weekday INTEGER NOT NULL, start_hour INTEGER NOT NULL,
  end_hour INTEGER NOT NULL);
CREATE TABLE counter (id INTEGER PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE full_ticket (id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, chat_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL, reporter_id INTEGER NOT NULL, officer_id INTEGER, text TEXT NOT NULL,
  state TEXT NOT NULL, opened_at INTEGER NOT NULL, UNIQUE (chat_id, message_id));
CREATE INDEX full_ticket_state ON full_ticket (state, number);
CREATE TABLE entry (id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX entry_ticket ON entry (ticket_id, id);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, chat_id INTEGER NOT NULL, text TEXT NOT NULL,
  state TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX outbox_state ON outbox (state, id);
INSERT INTO counter VALUES (1, 0);
INSERT INTO area VALUES (1, '东湾片区', 11), (2, '商业街片区', 12);
"""
ON_DUTY = """SELECT a.officer_id, s.officer_id FROM chat c JOIN area a ON a.id = c.area_id
LEFT JOIN shift s ON s.weekday = ? AND s.start_hour <= ? AND ? < s.end_hour WHERE c.chat_id = ?"""
PERSON = """INSERT INTO person (user_id, name) VALUES (?, ?)
ON CONFLICT (user_id) DO UPDATE SET name = excluded.name RETURNING id"""
NUMBER = "UPDATE counter SET last = last + 1 WHERE id = 1 RETURNING last"
TICKET = """INSERT INTO full_ticket (number, chat_id, message_id, reporter_id, officer_id, text, state, opened_at)
VALUES (?, ?, ?, ?, ?, ?, 'open', ?) RETURNING id"""
ENTRY = "INSERT INTO entry (ticket_id, kind, at, text) VALUES (?, ?, ?, ?)"
OUTBOX = "INSERT INTO outbox (key, chat_id, text, state, created_at) VALUES (?, ?, ?, 'pending', ?)"


async def prepare(database: aiosqlite.Connection) -> None:
    await database.executescript(TABLES)
    chats = [(group_id(n), f"东湾{n}号院业主群", n % 2 + 1) for n in range(GROUPS)]
    await database.executemany("INSERT INTO chat VALUES (?, ?, ?)", chats)
    shifts = [(officer, day, 0, 24) for officer in (11, 12) for day in range(7)]
    await database.executemany("INSERT INTO shift VALUES (?, ?, ?, ?)", shifts)
    await database.commit()


async def report(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A message that calls the police: one durable ticket with everything that follows from it."""
    message, sender = update.effective_message, update.effective_user
    if message is None or sender is None:
        return
    database: aiosqlite.Connection = context.bot_data["database"]
    text, at = message.text or message.caption or "", int(message.date.timestamp())
    officer = await _officer(database, message.chat_id, datetime.now(UTC))
    (person,) = await database.execute_fetchall(PERSON, (sender.id, sender.full_name))
    ((number,),) = await database.execute_fetchall(NUMBER)
    row = (number, message.chat_id, message.message_id, person[0], officer, text, at)
    ((ticket,),) = await database.execute_fetchall(TICKET, row)
    log = [(ticket, "opened", at, text), (ticket, "routed", at, str(officer))]
    await database.executemany(ENTRY, log)
    card = f"【{number} 号】{message.chat.title}\n{sender.full_name}：{text}"
    receipt = f"✅ 已收到，编号 {number} 号。民警会尽快处理，有进展在这里告诉您。"
    notices = [
        (f"{ticket}:receipt", message.chat_id, receipt, at),
        (f"{ticket}:card", officer, card, at),
        (f"{ticket}:group", 99, card, at),
    ]
    await database.executemany(OUTBOX, notices)
    await database.commit()


async def _officer(database: aiosqlite.Connection, chat_id: int, now: datetime) -> int:
    """The area's own officer if on duty, else whoever is."""
    rows = list(await database.execute_fetchall(ON_DUTY, (now.weekday(), now.hour, now.hour, chat_id)))
    on_duty = [row[1] for row in rows]
    return int(rows[0][0] if rows[0][0] in on_duty else on_duty[0])
