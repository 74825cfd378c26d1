-- name: job_add
INSERT INTO job (key, name, payload, due_at) VALUES (:key, :name, :payload, :due_at)
ON CONFLICT (key) DO NOTHING RETURNING id;

-- name: job_todo
SELECT id, key, name, payload, due_at, state, attempts, error FROM job
WHERE state = 'new' AND due_at <= :now ORDER BY due_at, id LIMIT :limit;

-- name: job_done
UPDATE job SET state = 'done', done_at = :at WHERE id = :id AND state = 'new' RETURNING id;

-- name: job_later!
UPDATE job SET attempts = attempts + 1, due_at = :due_at, error = :error WHERE id = :id;

-- name: job_park!
UPDATE job SET state = 'dead', attempts = attempts + 1, error = :error, done_at = :at WHERE id = :id;

-- name: job_next_due
SELECT MIN(due_at) AS due_at FROM job WHERE state = 'new';

-- name: job_dead
SELECT id, key, name, payload, due_at, state, attempts, error FROM job WHERE state = 'dead' ORDER BY id DESC
LIMIT :limit;

-- name: job_replay
UPDATE job SET state = 'new', attempts = 0, due_at = :now, error = '' WHERE id = :id AND state = 'dead' RETURNING id;

-- name: job_prune!
DELETE FROM job WHERE state = 'done' AND done_at < :before;

-- name: job_counts
SELECT state, COUNT(*) AS n FROM job WHERE state <> 'done' GROUP BY state;

-- name: slot_take
INSERT INTO slot (rule, slot_at, at, outcome) VALUES (:rule, :slot_at, :at, :outcome)
ON CONFLICT (rule, slot_at) DO NOTHING RETURNING slot_at;

-- name: slot_last
SELECT MAX(slot_at) AS slot_at FROM slot WHERE rule = :rule;

-- name: slot_of_rule
SELECT rule, slot_at, at, outcome FROM slot WHERE rule = :rule ORDER BY slot_at DESC LIMIT :limit;

-- name: lease_take
INSERT INTO lease (name, owner, token, until) VALUES (:name, :owner, 1, :until)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until,
  token = CASE WHEN lease.owner = excluded.owner THEN lease.token ELSE lease.token + 1 END
WHERE lease.owner = excluded.owner OR lease.until < :now
RETURNING name, owner, token, until;

-- name: lease_holder
SELECT owner FROM lease WHERE name = :name AND until >= :now;

-- name: lease_release!
UPDATE lease SET until = 0 WHERE name = :name AND owner = :owner;

-- name: lease_end_all!
UPDATE lease SET until = 0;

-- name: conversation_get
SELECT platform, chat_id, user_id, step, data, expires_at FROM conversation
WHERE platform = :platform AND chat_id = :chat_id AND user_id = :user_id;

-- name: conversation_put!
INSERT INTO conversation (platform, chat_id, user_id, step, data, expires_at)
VALUES (:platform, :chat_id, :user_id, :step, :data, :expires_at)
ON CONFLICT (platform, chat_id, user_id) DO UPDATE
SET step = excluded.step, data = excluded.data, expires_at = excluded.expires_at;

-- name: conversation_end!
DELETE FROM conversation WHERE platform = :platform AND chat_id = :chat_id AND user_id = :user_id;

-- name: conversation_open
SELECT platform, chat_id, user_id, step, data, expires_at FROM conversation WHERE expires_at > :now;

-- name: conversation_prune!
DELETE FROM conversation WHERE expires_at < :now;
