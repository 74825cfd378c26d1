-- name: inbox_add!
INSERT INTO inbox (platform, bot, event_id, chat_key, body, earlier, sighted, received_at, due_at, state, error)
VALUES (:platform, :bot, :event_id, :chat_key, :body, :earlier, :sighted, :at, :at, :state, :error)
ON CONFLICT (platform, bot, event_id) DO NOTHING;

-- name: inbox_known
SELECT id FROM inbox WHERE platform = :platform AND bot = :bot AND event_id = :event_id;

-- name: inbox_todo
SELECT id, platform, bot, event_id, chat_key, body, earlier, sighted, received_at, state, attempts, error FROM inbox
WHERE state = 'new' AND due_at <= :now ORDER BY id LIMIT :limit;

-- name: inbox_done!
UPDATE inbox SET state = 'done', done_at = :at, error = '' WHERE id = :id;

-- name: inbox_later!
UPDATE inbox SET attempts = attempts + 1, due_at = :due_at, error = :error WHERE id = :id;

-- name: inbox_park!
UPDATE inbox SET state = 'dead', attempts = attempts + 1, error = :error, done_at = :at WHERE id = :id;

-- name: inbox_dead
SELECT id, platform, bot, event_id, chat_key, body, earlier, sighted, received_at, state, attempts, error FROM inbox
WHERE state = 'dead' ORDER BY id DESC LIMIT :limit;

-- name: inbox_replay
UPDATE inbox SET state = 'new', attempts = 0, due_at = :now, error = '' WHERE id = :id AND state = 'dead'
RETURNING id;

-- name: inbox_counts
SELECT state, COUNT(*) AS n, MIN(received_at) AS oldest FROM inbox WHERE state <> 'done' GROUP BY state;

-- name: inbox_forget!
UPDATE inbox SET body = :empty, earlier = NULL WHERE id = :id;

-- name: inbox_strip!
UPDATE inbox SET body = :empty, earlier = NULL WHERE state = 'done' AND done_at < :before AND LENGTH(body) > 0;

-- name: inbox_prune!
DELETE FROM inbox WHERE state = 'done' AND done_at < :before;
