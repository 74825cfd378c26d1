-- name: ticket_add
INSERT INTO ticket (station_id, number, state, urgency, reporter_id, text, platform, bot, chat_id, thread,
  message_id, private, group_id, hint, opened_at, category, fraud_type, place, emergency, sensitive, asked, money_sent,
  first_at, heard_at)
VALUES (:station_id, :number, :state, :urgency, :reporter_id, :text, :platform, :bot, :chat_id, :thread,
  :message_id, :private, :group_id, :hint, :opened_at, :category, :fraud_type, :place, :emergency, :sensitive, :asked,
  :money_sent, :first_at, :heard_at) RETURNING id;

-- name: ticket_get
SELECT * FROM ticket WHERE id = :id;

-- name: ticket_by_number
SELECT * FROM ticket WHERE station_id = :station_id AND number = :number;

-- name: ticket_own_by_number
SELECT * FROM ticket WHERE reporter_id = :reporter_id AND number = :number ORDER BY id;

-- name: ticket_by_message
SELECT t.* FROM ticket_message m JOIN ticket t ON t.id = m.ticket_id
WHERE m.platform = :platform AND m.chat_id = :chat_id AND m.message_id = :message_id;

-- name: ticket_by_album
SELECT t.* FROM ticket_message m JOIN ticket t ON t.id = m.ticket_id
WHERE m.platform = :platform AND m.chat_id = :chat_id AND m.album = :album ORDER BY t.id LIMIT 1;

-- name: ticket_by_sent
SELECT t.* FROM outbox o JOIN ticket t ON t.id = o.ticket_id
WHERE o.platform = :platform AND o.chat_id = :chat_id AND o.message_ref = :message_id AND o.message_ref <> ''
  AND o.kind = 'send'
ORDER BY o.id LIMIT 1;

-- name: ticket_claim
UPDATE ticket SET state = '已接单', assignee_id = :assignee_id, claimed_at = :at, lease_until = :until
WHERE id = :id AND state IN ('待接单', '重开') RETURNING *;

-- name: ticket_transfer
UPDATE ticket SET state = '已接单', assignee_id = :assignee_id, claimed_at = :at, lease_until = :until
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场')
  AND (assignee_id IS NULL OR assignee_id <> :assignee_id) RETURNING *;

-- name: ticket_arrive
UPDATE ticket SET state = '已到场', arrived_at = COALESCE(arrived_at, :at), lease_until = :until
WHERE id = :id AND state = '已接单' RETURNING *;

-- name: ticket_pause
UPDATE ticket SET state = '挂起', paused_at = :at, wake_at = :wake_at, pause_reason = :reason, lease_until = NULL
WHERE id = :id AND state IN ('已接单', '已到场') RETURNING *;

-- name: ticket_resume
UPDATE ticket SET state = '已接单', paused_ms = paused_ms + (:at - paused_at), paused_at = NULL, wake_at = NULL,
  pause_reason = '', lease_until = :until
WHERE id = :id AND state = '挂起' RETURNING *;

-- name: ticket_return
UPDATE ticket SET state = '待接单', assignee_id = NULL, lease_until = NULL, waiting_at = :at, returned = returned + 1
WHERE id = :id AND state IN ('已接单', '已到场') AND assignee_id = :assignee_id RETURNING *;

-- name: ticket_turn
UPDATE ticket SET state = '待接单', assignee_id = NULL, lease_until = NULL, waiting_at = :at, returned = returned + 1,
  queue_id = :queue_id, queue_why = :queue_why
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场')
  AND COALESCE(queue_id, 0) = :from_id AND COALESCE(assignee_id, 0) = :holder_id RETURNING *;

-- name: ticket_lapse
UPDATE ticket SET state = '待接单', assignee_id = NULL, lease_until = NULL, waiting_at = :at, returned = returned + 1
WHERE id = :id AND state IN ('已接单', '已到场') AND assignee_id = :assignee_id AND lease_until <= :at RETURNING *;

-- name: ticket_resolve
UPDATE ticket SET state = '已办结', finding = :finding, resolved_at = :at, closed_at = NULL, lease_until = NULL
WHERE id = :id AND state IN ('已接单', '已到场', '已转出') RETURNING *;

-- name: ticket_confirm
UPDATE ticket SET state = '已确认', closed_at = :at WHERE id = :id AND state IN ('已办结', '已关闭') RETURNING *;

-- name: ticket_close
UPDATE ticket SET state = '已关闭', closed_at = :at WHERE id = :id AND state = '已办结' RETURNING *;

-- name: ticket_reopen
UPDATE ticket SET state = '重开', reopened = reopened + 1, assignee_id = NULL, closed_at = NULL, rating = '',
  began_at = :at, waiting_at = :at, claimed_at = NULL, arrived_at = NULL, resolved_at = NULL, paused_ms = 0,
  said_solved = 0
WHERE id = :id AND state IN ('已办结', '已确认', '已关闭', '误报') AND resolved_at >= :since RETURNING *;

-- name: ticket_forward
UPDATE ticket SET state = '已转出', forwarded_to = :forwarded_to, forwarded_ref = :forwarded_ref, closed_at = :at,
  lease_until = NULL
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场') RETURNING *;

-- name: ticket_take_back
UPDATE ticket SET state = '待接单', assignee_id = NULL, closed_at = NULL, began_at = :at, waiting_at = :at,
  claimed_at = NULL, arrived_at = NULL, paused_ms = 0, returned = returned + 1
WHERE id = :id AND state = '已转出' RETURNING *;

-- name: ticket_dismiss
UPDATE ticket SET state = '误报', finding = :finding, resolved_at = :at, closed_at = :at, lease_until = NULL
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场') RETURNING *;

-- name: ticket_withdraw
UPDATE ticket SET state = '已撤回', closed_at = :at, lease_until = NULL
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场') RETURNING *;

-- name: ticket_hand_over
UPDATE ticket SET assignee_id = :to_id, lease_until = :until
WHERE id = :id AND assignee_id = :from_id AND state IN ('已接单', '已到场', '挂起') RETURNING *;

-- name: ticket_renew
UPDATE ticket SET lease_until = :until WHERE id = :id AND assignee_id = :assignee_id
  AND state IN ('已接单', '已到场') AND lease_until < :until RETURNING *;

-- name: ticket_shorten
UPDATE ticket SET lease_until = :until WHERE id = :id AND state IN ('已接单', '已到场') AND lease_until > :until
RETURNING *;

-- name: ticket_forwarded_ref
UPDATE ticket SET forwarded_ref = :forwarded_ref WHERE id = :id AND state = '已转出' RETURNING *;

-- name: ticket_held_by
SELECT * FROM ticket WHERE station_id = :station_id AND assignee_id = :assignee_id
  AND state IN ('已接单', '已到场', '挂起') ORDER BY number;

-- name: ticket_at_hand
SELECT number, state FROM ticket WHERE station_id = :station_id
  AND (state IN ('待接单', '重开') OR (assignee_id = :person_id AND state IN ('已接单', '已到场', '挂起')))
ORDER BY CASE WHEN routed_id = :person_id THEN 0 ELSE 1 END, number LIMIT :limit;

-- name: ticket_rate
UPDATE ticket SET rating = :rating WHERE id = :id AND state = '已确认' AND rating = '' RETURNING *;

-- name: ticket_route!
UPDATE ticket SET routed_id = :routed_id, routed_why = :routed_why, routed_at = :routed_at, queue_id = :queue_id,
  queue_why = :queue_why WHERE id = :id;

-- name: ticket_open
SELECT * FROM ticket WHERE station_id = :station_id AND state IN ('待接单', '重开', '已接单', '已到场', '挂起')
ORDER BY CASE urgency WHEN '紧急' THEN 0 WHEN '一般' THEN 2 ELSE 4 END
    - CASE WHEN watched >= :many AND urgency <> '紧急' THEN 1 ELSE 0 END,
  CASE WHEN state IN ('待接单', '重开') THEN 0 ELSE 1 END, number LIMIT :limit OFFSET :skip;

-- name: ticket_open_count
SELECT COUNT(*) AS n FROM ticket WHERE station_id = :station_id AND state IN ('待接单', '重开', '已接单', '已到场', '挂起');

-- name: ticket_of_reporter
SELECT * FROM ticket WHERE reporter_id = :reporter_id ORDER BY id DESC LIMIT :limit OFFSET :skip;

-- name: ticket_of_reporter_count
SELECT COUNT(*) AS n FROM ticket WHERE reporter_id = :reporter_id;

-- name: ticket_message_add
INSERT INTO ticket_message (platform, chat_id, message_id, ticket_id, album)
VALUES (:platform, :chat_id, :message_id, :ticket_id, :album)
ON CONFLICT (platform, chat_id, message_id) DO NOTHING RETURNING ticket_id;

-- name: ticket_message_recent
SELECT platform, chat_id, message_id, album FROM ticket_message ORDER BY ticket_id DESC LIMIT :limit;

-- name: ticket_chat_moved!
UPDATE ticket SET chat_id = :new_id, message_id = '' WHERE platform = :platform AND chat_id = :chat_id;

-- name: ticket_state_counts
SELECT state, COUNT(*) AS n FROM ticket GROUP BY state;

-- name: entry_add
INSERT INTO entry (station_id, ticket_id, actor_id, kind, at, text, data)
VALUES (:station_id, :ticket_id, :actor_id, :kind, :at, :text, :data) RETURNING id;

-- name: entry_get
SELECT * FROM entry WHERE id = :id;

-- name: entry_of_ticket
SELECT * FROM entry WHERE ticket_id = :ticket_id ORDER BY id;

-- name: entry_of_ticket_kind
SELECT * FROM entry WHERE ticket_id = :ticket_id AND kind = :kind ORDER BY id;

-- name: entry_of_station
SELECT * FROM entry WHERE station_id = :station_id ORDER BY id DESC LIMIT :limit;

-- name: attachment_add
INSERT INTO attachment (ticket_id, platform, kind, ref, data, at, message_id)
VALUES (:ticket_id, :platform, :kind, :ref, :data, :at, :message_id) RETURNING id;

-- name: attachment_of_ticket
SELECT * FROM attachment WHERE ticket_id = :ticket_id ORDER BY id;

-- name: ticket_grow!
UPDATE ticket SET text = :text, urgency = :urgency, hint = :hint, category = :category, fraud_type = :fraud_type,
  place = :place, emergency = :emergency, sensitive = :sensitive, asked = :asked, money_sent = :money_sent,
  heard_at = :heard_at, first_at = :first_at, joined = :joined
WHERE id = :id;

-- name: ticket_burst
SELECT * FROM ticket WHERE reporter_id = :reporter_id AND platform = :platform AND chat_id = :chat_id
  AND heard_at IS NOT NULL ORDER BY id DESC LIMIT :limit;

-- name: ticket_telling
SELECT t.platform, t.chat_id, i.user_id, t.first_at, t.heard_at FROM ticket t
JOIN identity i ON i.person_id = t.reporter_id AND i.platform = t.platform
WHERE t.heard_at >= :since AND t.private = 0 ORDER BY t.id;

-- name: ticket_latest_of_others
SELECT * FROM ticket WHERE group_id = :group_id AND opened_at >= :since AND reporter_id <> :reporter_id
  AND sensitive = 0 AND private = 0 AND state IN ('待接单', '重开', '已接单', '已到场', '挂起')
ORDER BY id DESC LIMIT 1;

-- name: ticket_message_drop!
DELETE FROM ticket_message
WHERE ticket_id = :ticket_id AND platform = :platform AND chat_id = :chat_id AND message_id = :message_id;

-- name: attachment_of_message
SELECT * FROM attachment WHERE ticket_id = :ticket_id AND message_id = :message_id ORDER BY id;

-- name: attachment_drop!
DELETE FROM attachment WHERE ticket_id = :ticket_id AND message_id = :message_id;

-- name: watcher_add
INSERT INTO watcher (ticket_id, person_id, at) VALUES (:ticket_id, :person_id, :at)
ON CONFLICT (ticket_id, person_id) DO NOTHING RETURNING at AS added;

-- name: watcher_of_ticket
SELECT person_id FROM watcher WHERE ticket_id = :ticket_id ORDER BY at, person_id;

-- name: ticket_told
UPDATE ticket SET asked = '' WHERE id = :id AND asked = :asked RETURNING *;

-- name: ticket_sensitive_of
SELECT * FROM ticket WHERE reporter_id = :reporter_id AND sensitive = 1 AND private = 0
  AND state IN ('待接单', '重开', '已接单', '已到场', '挂起') ORDER BY id DESC LIMIT 1;

-- name: entry_corrections
SELECT e.ticket_id, e.data, t.text, t.category, t.urgency, t.fraud_type
FROM entry e JOIN ticket t ON t.id = e.ticket_id WHERE e.kind = 'reclassified' ORDER BY e.id;

-- name: entry_latest_by
SELECT MAX(at) AS at FROM entry WHERE ticket_id = :ticket_id AND actor_id = :actor_id;

-- name: entry_services
SELECT e.text, COUNT(*) AS n FROM entry e WHERE e.station_id = :station_id AND e.kind = 'served' AND e.at >= :since
  AND NOT EXISTS (SELECT 1 FROM entry l WHERE l.ticket_id = e.ticket_id AND l.kind = 'served' AND l.id > e.id)
GROUP BY e.text;
