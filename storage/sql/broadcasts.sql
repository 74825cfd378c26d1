-- name: broadcast_add
INSERT INTO broadcast (station_id, title, text, kinds, state, created_at, created_by, rule, slot_at, text_code)
VALUES (:station_id, :title, :text, :kinds, :state, :at, :created_by, :rule, :slot_at, :text_code) RETURNING id;

-- name: broadcast_get
SELECT * FROM broadcast WHERE id = :id;

-- name: broadcast_move
UPDATE broadcast SET state = :state WHERE id = :id AND state = :was RETURNING *;

-- name: broadcast_of_station
SELECT * FROM broadcast b WHERE station_id = :station_id
  AND EXISTS (SELECT 1 FROM outbox o WHERE o.broadcast_id = b.id)
ORDER BY id DESC LIMIT :limit;

-- name: broadcast_leaving
SELECT * FROM broadcast b WHERE station_id = :station_id AND state = 'sending'
  AND (EXISTS (SELECT 1 FROM outbox o WHERE o.broadcast_id = b.id AND o.state = 'pending')
    OR EXISTS (SELECT 1 FROM push_task p WHERE p.broadcast_id = b.id AND p.state IN ('已建任务', '待群主确认')))
ORDER BY id;

-- name: broadcast_codes
SELECT text_code FROM broadcast b WHERE station_id = :station_id AND text_code <> ''
  AND EXISTS (SELECT 1 FROM outbox o WHERE o.broadcast_id = b.id)
ORDER BY id;

-- name: broadcast_rows
SELECT id, key, platform, bot, chat_id, state, sent_at, error, message_ref FROM outbox
WHERE broadcast_id = :broadcast_id AND kind = 'send' ORDER BY id;

-- name: broadcast_groups
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE station_id = :station_id ORDER BY id;

-- name: broadcast_rule_add
INSERT INTO broadcast_rule (station_id, name, cron, kinds, topics, enabled, origin)
VALUES (:station_id, :name, :cron, :kinds, :topics, 1, :origin)
ON CONFLICT (station_id, name) DO NOTHING RETURNING *;

-- name: broadcast_rule_change
UPDATE broadcast_rule SET cron = :cron, kinds = :kinds, topics = :topics, origin = :origin WHERE id = :id RETURNING *;

-- name: broadcast_rule_get
SELECT * FROM broadcast_rule WHERE id = :id;

-- name: broadcast_rule_by_name
SELECT * FROM broadcast_rule WHERE station_id = :station_id AND name = :name;

-- name: broadcast_rule_of_station
SELECT * FROM broadcast_rule WHERE station_id = :station_id ORDER BY id;

-- name: broadcast_rule_switch
UPDATE broadcast_rule SET enabled = :enabled WHERE id = :id AND enabled <> :enabled RETURNING *;

-- name: broadcast_rule_drop
DELETE FROM broadcast_rule WHERE id = :id RETURNING *;
