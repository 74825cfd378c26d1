-- name: outbox_add
INSERT INTO outbox (key, platform, bot, chat_id, thread, chat_key, lane, policy, kind, role, target, content,
  ticket_id, broadcast_id, created_at, due_at, expires_at, inbox_id)
VALUES (:key, :platform, :bot, :chat_id, :thread, :chat_key, :lane, :policy, :kind, :role, :target, :content,
  :ticket_id, :broadcast_id, :at, :due_at, :expires_at, :inbox_id)
ON CONFLICT (key) DO NOTHING RETURNING id;

-- name: outbox_ready
SELECT o.*, t.message_ref AS target_ref, t.state AS target_state,
  CASE WHEN o.kind = 'edit' AND EXISTS (SELECT 1 FROM outbox n WHERE n.target = o.target AND n.kind = 'edit'
    AND n.state = 'pending' AND n.id > o.id) THEN 1 ELSE 0 END AS superseded
FROM outbox o LEFT JOIN outbox t ON o.kind = 'edit' AND t.key = o.target
WHERE o.state = 'pending' AND o.platform = :platform AND o.bot = :bot AND o.due_at <= :now
  AND o.chat_key NOT IN (SELECT l.chat_key FROM outbox l WHERE l.state = 'leased')
ORDER BY o.lane, o.id LIMIT :limit;

-- name: outbox_lease
UPDATE outbox SET state = 'leased', lease_until = :until, lease_owner = :owner, attempts = attempts + 1
WHERE id = :id AND state = 'pending'
  AND NOT EXISTS (SELECT 1 FROM outbox l WHERE l.chat_key = outbox.chat_key AND l.state = 'leased')
  AND (kind <> 'send' OR NOT EXISTS (SELECT 1 FROM outbox e WHERE e.state = 'pending' AND e.lane = outbox.lane
    AND e.id < outbox.id AND e.chat_key = outbox.chat_key AND e.kind = 'send' AND e.attempts = 0
    AND e.bot = outbox.bot AND e.broadcast_id IS NULL))
RETURNING id;

-- name: outbox_queue!
-- Held with the earlier messages of its chat, it waits as long as they do.
UPDATE outbox SET due_at = (SELECT MAX(e.due_at) FROM outbox e WHERE e.state = 'pending' AND e.lane = outbox.lane
  AND e.chat_key = outbox.chat_key AND (e.id = outbox.id
    OR (e.id < outbox.id AND e.kind = 'send' AND e.attempts = 0 AND e.bot = outbox.bot AND e.broadcast_id IS NULL)))
WHERE id = :id AND state = 'pending';

-- name: outbox_renew!
UPDATE outbox SET lease_until = :until WHERE state = 'leased' AND lease_owner = :owner;

-- name: outbox_sent!
UPDATE outbox SET state = 'sent', message_ref = :message_ref, sent_at = :at, messages = :messages, error = ''
WHERE id = :id AND state = 'leased' AND lease_owner = :owner;

-- name: outbox_later!
UPDATE outbox SET state = 'pending', due_at = :due_at, error = :error, maybe_copy = maybe_copy + :copy
WHERE id = :id AND state = 'leased' AND lease_owner = :owner;

-- name: outbox_end!
UPDATE outbox SET state = :state, error = :error WHERE id = :id AND state IN ('leased', 'pending');

-- name: outbox_undeliver
UPDATE outbox SET state = 'dead', error = :error WHERE id = :id AND state = 'sent' RETURNING id;

-- name: outbox_undeliver_with
UPDATE outbox SET error = :error
WHERE chat_key = :chat_key AND state = 'obsolete' AND kind = 'send' AND error = :said RETURNING id;

-- name: outbox_hold_chat!
UPDATE outbox SET due_at = :until
WHERE chat_key = :chat_key AND state = 'pending' AND due_at < :until AND lane >= :min_lane;

-- name: outbox_postpone!
UPDATE outbox SET due_at = :until WHERE id = :id AND state = 'pending';

-- name: outbox_recover_repeat!
UPDATE outbox SET state = 'pending', maybe_copy = 1, due_at = :now
WHERE state = 'leased' AND lease_until < :lapsed
  AND (policy = 'at_least_once' OR kind <> 'send');

-- name: outbox_recover_uncertain!
UPDATE outbox SET state = 'unknown', error = 'interrupted while sending'
WHERE state = 'leased' AND lease_until < :lapsed AND policy = 'at_most_once' AND kind = 'send';

-- name: outbox_next_due
SELECT MIN(due_at) AS due_at FROM outbox WHERE state = 'pending';

-- name: outbox_by_key
SELECT * FROM outbox WHERE key = :key;

-- name: outbox_by_ref
SELECT * FROM outbox WHERE platform = :platform AND chat_id = :chat_id AND message_ref = :message_ref AND message_ref <> ''
AND kind = 'send' ORDER BY id DESC LIMIT 1;

-- name: outbox_get
SELECT * FROM outbox WHERE id = :id;

-- name: outbox_of_ticket
SELECT * FROM outbox WHERE ticket_id = :ticket_id AND role = :role AND kind = 'send' ORDER BY id;

-- name: outbox_cancel_broadcast
UPDATE outbox SET state = 'obsolete' WHERE broadcast_id = :broadcast_id AND state = 'pending' RETURNING id;

-- name: outbox_chat_moved!
UPDATE outbox SET chat_id = :new_id, chat_key = :new_key, message_ref = ''
WHERE platform = :platform AND chat_id = :chat_id;

-- name: outbox_dead
SELECT * FROM outbox WHERE state IN ('dead', 'unknown') ORDER BY id DESC LIMIT :limit;

-- name: outbox_replay
UPDATE outbox SET state = 'pending', due_at = :now, created_at = :now, expires_at = NULL, attempts = 0, error = ''
WHERE id = :id AND state IN ('dead', 'unknown') RETURNING id;

-- name: outbox_counts
SELECT state, COUNT(*) AS n, MIN(due_at) AS oldest FROM outbox
WHERE state IN ('pending', 'leased', 'dead', 'unknown') GROUP BY state;

-- name: outbox_prune!
DELETE FROM outbox WHERE state IN ('sent', 'obsolete') AND ticket_id IS NULL AND broadcast_id IS NULL
AND created_at < :before;

-- name: outbox_last_brief
SELECT * FROM outbox WHERE target = :target AND target <> '' AND (kind = 'send' OR (kind = 'edit' AND state = 'sent'))
ORDER BY id DESC LIMIT 1;

-- name: outbox_unmade_edit
-- The newest change of a message, if it could not be shown.
SELECT * FROM outbox o WHERE o.target = :target AND o.kind = 'edit' AND o.target <> '' AND o.state = 'obsolete'
  AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.target = :target AND n.kind = 'edit' AND n.target <> '' AND n.id > o.id);

-- name: outbox_said
SELECT COALESCE(SUM(messages), 0) AS n, MIN(sent_at) AS oldest FROM outbox
WHERE chat_key = :chat_key AND sent_at > :since AND sent_at IS NOT NULL AND kind <> 'answer';

-- name: outbox_shown
SELECT * FROM outbox WHERE chat_key = :chat_key AND sent_at > :since AND sent_at IS NOT NULL AND kind = 'send'
ORDER BY sent_at DESC, id DESC LIMIT :limit;

-- name: outbox_coming
SELECT COUNT(*) AS n FROM outbox WHERE chat_key = :chat_key AND state = 'leased' AND kind = 'send';

-- name: outbox_together
-- Words that may share one message; never what may have been sent already.
SELECT * FROM outbox WHERE chat_key = :chat_key AND lane = :lane AND state = 'pending' AND kind = 'send'
AND policy = 'at_least_once' AND role <> 'card' AND broadcast_id IS NULL AND expires_at IS NULL AND attempts = 0
AND (due_at <= :now OR error = :why) ORDER BY id LIMIT :limit;

-- name: outbox_reword!
UPDATE outbox SET content = :content, due_at = :due_at WHERE id = :id AND state = 'pending' AND attempts = 0;

-- name: outbox_hold_turn!
UPDATE outbox SET due_at = :until, error = :why
WHERE chat_key = :chat_key AND state = 'pending' AND due_at < :until;

-- name: outbox_release_turn!
UPDATE outbox SET due_at = :now WHERE chat_key = :chat_key AND state = 'pending' AND error = :why;
