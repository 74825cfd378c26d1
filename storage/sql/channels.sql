-- name: turn_put!
INSERT INTO chat_turn (platform, chat_id, last_in_at) VALUES (:platform, :chat_id, :at)
ON CONFLICT (platform, chat_id) DO UPDATE SET last_in_at = excluded.last_in_at
WHERE chat_turn.last_in_at < excluded.last_in_at;

-- name: turn_get
SELECT last_in_at FROM chat_turn WHERE platform = :platform AND chat_id = :chat_id;

-- name: origin_put!
INSERT INTO chat_origin (platform, chat_id, group_id) VALUES (:platform, :chat_id, :group_id)
ON CONFLICT (platform, chat_id) DO UPDATE SET group_id = excluded.group_id;

-- name: origin_get
SELECT group_id FROM chat_origin WHERE platform = :platform AND chat_id = :chat_id;

-- name: cursor_put!
INSERT INTO channel_cursor (platform, bot, name, value) VALUES (:platform, :bot, :name, :value)
ON CONFLICT (platform, bot, name) DO UPDATE SET value = excluded.value;

-- name: cursor_move!
INSERT INTO channel_cursor (platform, bot, name, value) VALUES (:platform, :bot, :name, :value)
ON CONFLICT (platform, bot, name) DO UPDATE SET value = excluded.value WHERE channel_cursor.value = :before;

-- name: cursor_get
SELECT value FROM channel_cursor WHERE platform = :platform AND bot = :bot AND name = :name;

-- name: route_put!
-- Delivered once more it may come with new ways to answer; a way that was used stays used.
INSERT INTO reply_route (platform, bot, chat_id, message_id, req_id, stream_id, response_url, at)
VALUES (:platform, :bot, :chat_id, :message_id, :req_id, :stream_id, :response_url, :at)
ON CONFLICT (platform, bot, chat_id, message_id) DO UPDATE SET req_id = excluded.req_id,
  stream_id = excluded.stream_id, response_url = excluded.response_url
WHERE reply_route.used_at IS NULL;

-- name: route_get
SELECT * FROM reply_route
WHERE platform = :platform AND bot = :bot AND chat_id = :chat_id AND message_id = :message_id;

-- name: route_latest
SELECT * FROM reply_route WHERE platform = :platform AND bot = :bot AND chat_id = :chat_id AND used_at IS NULL
AND at > :since ORDER BY at DESC LIMIT 1;

-- name: route_take
UPDATE reply_route SET used_at = :at, stream_id = :stream_id
WHERE platform = :platform AND bot = :bot AND chat_id = :chat_id AND message_id = :message_id
AND (used_at IS NULL OR (stream_id <> '' AND stream_id = :stream_id))
RETURNING *;

-- name: route_prune!
DELETE FROM reply_route WHERE at < :before;

-- name: code_put!
INSERT INTO card_code (platform, bot, chat_id, task_id, code, until)
VALUES (:platform, :bot, :chat_id, :task_id, :code, :until)
ON CONFLICT (platform, bot, chat_id, task_id) DO UPDATE SET code = excluded.code, until = excluded.until,
  used_at = NULL;

-- name: code_take
UPDATE card_code SET used_at = :now
WHERE platform = :platform AND bot = :bot AND chat_id = :chat_id AND task_id = :task_id AND used_at IS NULL
AND until > :now RETURNING code;

-- name: code_prune!
DELETE FROM card_code WHERE until < :before;

-- name: push_add
INSERT INTO push_task (broadcast_id, platform, bot, chat_id, sender, msgid, state, at)
VALUES (:broadcast_id, :platform, :bot, :chat_id, :sender, :msgid, :state, :at)
ON CONFLICT (platform, msgid, chat_id) DO NOTHING RETURNING id;

-- name: push_open
SELECT * FROM push_task WHERE state IN ('已建任务', '待群主确认') AND platform = :platform AND bot = :bot
ORDER BY id LIMIT :limit;

-- name: push_of_broadcast
SELECT * FROM push_task WHERE broadcast_id = :broadcast_id ORDER BY id;

-- name: push_move
UPDATE push_task SET state = :state WHERE id = :id AND state = :start RETURNING id;

-- name: push_remind
UPDATE push_task SET reminded = reminded + 1, reminded_at = :at
WHERE id = :id AND reminded = :reminded AND state IN ('已建任务', '待群主确认') RETURNING id;

-- name: push_month
SELECT COUNT(*) AS n FROM push_task
WHERE platform = :platform AND chat_id = :chat_id AND at >= :since AND state <> '过期';
