-- name: audit_take
INSERT INTO audit_run (name, at, seen) VALUES ('minute', :at, 0)
ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE audit_run.at < excluded.at
RETURNING seen;

-- name: audit_last
SELECT at FROM audit_run WHERE name = 'minute';

-- name: audit_judged!
UPDATE audit_run SET seen = :seen WHERE name = 'minute' AND seen < :seen;

-- name: audit_inbox_unripe
SELECT MIN(id) AS id FROM inbox WHERE id > :seen AND (state = 'new' OR (state = 'done' AND done_at > :before));

-- name: audit_inbox_newest
SELECT MAX(id) AS id FROM inbox;

-- name: audit_unanswered
SELECT id, platform, bot, event_id, chat_key, body, earlier, sighted, received_at, state, attempts, error FROM inbox i
WHERE i.id > :seen AND i.state = 'done' AND i.done_at <= :before AND i.sighted = 0 AND LENGTH(i.body) > 0
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.inbox_id = i.id)
ORDER BY i.id;

-- name: audit_still_unanswered
SELECT id, platform, bot, event_id, chat_key, body, earlier, sighted, received_at, state, attempts, error FROM inbox i
WHERE i.id = :id AND LENGTH(i.body) > 0 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.inbox_id = i.id);

-- name: audit_inbox_between
SELECT id, platform, bot, event_id, chat_key, body, earlier, sighted, received_at, state, attempts, error FROM inbox
WHERE received_at >= :since AND received_at < :until AND sighted = 0 AND LENGTH(body) > 0 ORDER BY id;

-- name: audit_answered
SELECT 1 AS yes FROM outbox WHERE inbox_id = :id LIMIT 1;

-- name: audit_inbox_waits
SELECT COUNT(*) AS n, MIN(received_at) AS since FROM inbox WHERE state = 'new' AND received_at < :before;

-- name: audit_outbox_waits
SELECT platform, bot, COUNT(*) AS n, MIN(due_at) AS since FROM outbox
WHERE state = 'pending' AND due_at < :before GROUP BY platform, bot ORDER BY platform, bot;

-- name: audit_send_hangs
SELECT platform, bot, COUNT(*) AS n, MIN(lease_until) AS since FROM outbox
WHERE state = 'leased' AND lease_until < :before GROUP BY platform, bot ORDER BY platform, bot;

-- name: audit_job_waits
SELECT COUNT(*) AS n, MIN(due_at) AS since FROM job WHERE state = 'new' AND due_at < :before;

-- name: audit_tickets
SELECT t.*,
  (SELECT MAX(e.at) FROM entry e WHERE e.ticket_id = t.id) AS last_at,
  CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.role = 'receipt' AND o.kind = 'send')
    THEN 1 ELSE 0 END AS receipt,
  h.kind AS held_kind, h.actor_id AS held_by, h.data AS held_data
FROM ticket t LEFT JOIN entry h ON h.id = (SELECT MAX(x.id) FROM entry x WHERE x.ticket_id = t.id
  AND x.kind IN ('claimed', 'transferred', 'handed_over', 'reopened', 'returned', 'taken_back'))
WHERE t.station_id = :station_id AND t.state IN ('待接单', '重开', '已接单', '已到场', '挂起')
ORDER BY t.number;

-- name: audit_finding_add
INSERT INTO audit_finding (station_id, kind, subject, ref, text, since, found_at)
VALUES (:station_id, :kind, :subject, :ref, :text, :since, :at)
ON CONFLICT (station_id, kind, subject) WHERE gone_at IS NULL DO NOTHING RETURNING id;

-- name: audit_finding_gone
UPDATE audit_finding SET gone_at = :at
WHERE station_id = :station_id AND kind = :kind AND subject = :subject AND gone_at IS NULL RETURNING id;

-- name: audit_finding_open
SELECT station_id, kind, subject, ref, text, since FROM audit_finding
WHERE station_id = :station_id AND gone_at IS NULL ORDER BY id;

-- name: audit_finding_counts
SELECT kind, COUNT(DISTINCT subject) AS n FROM audit_finding WHERE gone_at IS NULL GROUP BY kind;

-- name: audit_finding_prune!
DELETE FROM audit_finding WHERE gone_at < :before;
