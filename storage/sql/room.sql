-- The built-in group chat of the local platform: what was said to the bot, and what it said.

-- name: room_add
INSERT INTO room_message (id, chat_id, sender_id, sender_name, text, buttons, attachment, reply_to, out_key, at)
VALUES (:id, :chat_id, :sender_id, :sender_name, :text, :buttons, :attachment, :reply_to, :out_key, :at)
ON CONFLICT (out_key) DO NOTHING
RETURNING *;

-- name: room_by_key
SELECT * FROM room_message WHERE out_key = :out_key;

-- name: room_get
SELECT * FROM room_message WHERE id = :id;

-- name: room_edit
UPDATE room_message SET text = :text, buttons = :buttons, edited_at = :edited_at
WHERE id = :id AND chat_id = :chat_id
RETURNING *;

-- name: room_last
SELECT * FROM room_message WHERE chat_id = :chat_id AND id < :before ORDER BY id DESC LIMIT :limit;

-- name: room_latest
SELECT * FROM room_message WHERE id IN (SELECT max(id) FROM room_message GROUP BY chat_id);

-- name: room_newest_id
SELECT max(id) AS id FROM room_message;
