-- name: ticket_add
INSERT INTO ticket (station_id, number, state, urgency, reporter_id, text, platform, bot, chat_id, thread,
  message_id, private, group_id, hint, opened_at)
VALUES (:station_id, :number, :state, :urgency, :reporter_id, :text, :platform, :bot, :chat_id, :thread,
  :message_id, :private, :group_id, :hint, :opened_at) RETURNING id;

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
UPDATE ticket SET state = '已接单', assignee_id = :assignee_id, claimed_at = :at
WHERE id = :id AND state IN ('待接单', '重开') RETURNING *;

-- name: ticket_transfer
UPDATE ticket SET state = '已接单', assignee_id = :assignee_id, claimed_at = :at
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场')
  AND (assignee_id IS NULL OR assignee_id <> :assignee_id) RETURNING *;

-- name: ticket_arrive
UPDATE ticket SET state = '已到场', arrived_at = :at WHERE id = :id AND state = '已接单' RETURNING *;

-- name: ticket_resolve
UPDATE ticket SET state = '已办结', finding = :finding, resolved_at = :at
WHERE id = :id AND state IN ('已接单', '已到场') RETURNING *;

-- name: ticket_confirm
UPDATE ticket SET state = '已确认', closed_at = :at WHERE id = :id AND state = '已办结' RETURNING *;

-- name: ticket_reopen
UPDATE ticket SET state = '重开', reopened = reopened + 1, assignee_id = NULL, closed_at = NULL, rating = ''
WHERE id = :id AND state IN ('已办结', '已确认') RETURNING *;

-- name: ticket_withdraw
UPDATE ticket SET state = '已撤回', closed_at = :at
WHERE id = :id AND state IN ('待接单', '重开', '已接单', '已到场') RETURNING *;

-- name: ticket_rate
UPDATE ticket SET rating = :rating WHERE id = :id AND state = '已确认' AND rating = '' RETURNING *;

-- name: ticket_route!
UPDATE ticket SET routed_id = :routed_id, routed_why = :routed_why WHERE id = :id;

-- name: ticket_open
SELECT * FROM ticket WHERE station_id = :station_id AND state IN ('待接单', '重开', '已接单', '已到场')
ORDER BY CASE urgency WHEN '紧急' THEN 0 WHEN '一般' THEN 1 ELSE 2 END,
  CASE WHEN state IN ('待接单', '重开') THEN 0 ELSE 1 END, number LIMIT :limit OFFSET :skip;

-- name: ticket_open_count
SELECT COUNT(*) AS n FROM ticket WHERE station_id = :station_id AND state IN ('待接单', '重开', '已接单', '已到场');

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

-- name: entry_of_ticket
SELECT * FROM entry WHERE ticket_id = :ticket_id ORDER BY id;

-- name: entry_of_station
SELECT * FROM entry WHERE station_id = :station_id ORDER BY id DESC LIMIT :limit;

-- name: attachment_add
INSERT INTO attachment (ticket_id, platform, kind, ref, data, at)
VALUES (:ticket_id, :platform, :kind, :ref, :data, :at) RETURNING id;

-- name: attachment_of_ticket
SELECT * FROM attachment WHERE ticket_id = :ticket_id ORDER BY id;

-- name: ticket_retext!
UPDATE ticket SET text = :text WHERE id = :id;
