-- name: incident_add
INSERT INTO incident (station_id, number, title, at, by_id)
SELECT :station_id, COALESCE(MAX(number), 0) + 1, :title, :at, :by_id FROM incident WHERE station_id = :station_id
RETURNING *;

-- name: incident_get
SELECT * FROM incident WHERE id = :id;

-- name: incident_by_number
SELECT * FROM incident WHERE station_id = :station_id AND number = :number;

-- name: incident_open
SELECT * FROM incident WHERE station_id = :station_id AND state = 'open' ORDER BY number;

-- name: incident_end
UPDATE incident SET state = :state, finding = :finding, closed_at = :at WHERE id = :id AND state = 'open' RETURNING *;

-- name: incident_link
UPDATE ticket SET incident_id = :incident_id WHERE id = :ticket_id AND incident_id IS NULL RETURNING *;

-- name: incident_unlink
UPDATE ticket SET incident_id = NULL WHERE id = :ticket_id AND incident_id = :incident_id RETURNING *;

-- name: incident_tickets
SELECT * FROM ticket WHERE incident_id = :incident_id ORDER BY id;

-- name: suggestion_alike
SELECT a.id, a.number, a.text FROM ticket a WHERE a.id IN (
  SELECT g.id FROM (
    SELECT t.id FROM ticket t
    WHERE t.group_id = :group_id AND t.station_id = :station_id AND t.opened_at >= :since AND t.id <> :ticket_id
      AND t.category = :category AND t.state NOT IN ('已撤回', '误报') AND COALESCE(t.incident_id, 0) <> :incident_id
    ORDER BY t.opened_at DESC, t.id DESC LIMIT :limit
  ) AS g
  UNION ALL
  SELECT p.id FROM (
    SELECT t.id FROM ticket t
    WHERE t.place = :place AND t.place <> '' AND t.station_id = :station_id AND t.opened_at >= :since
      AND t.id <> :ticket_id AND t.category = :category AND t.state NOT IN ('已撤回', '误报')
      AND COALESCE(t.incident_id, 0) <> :incident_id
    ORDER BY t.opened_at DESC, t.id DESC LIMIT :limit
  ) AS p
)
AND NOT EXISTS (SELECT 1 FROM link_suggestion s WHERE s.ticket_id = :ticket_id)
ORDER BY a.opened_at DESC, a.id DESC LIMIT :limit;

-- name: suggestion_add
INSERT INTO link_suggestion (ticket_id, others, at) VALUES (:ticket_id, :others, :at)
ON CONFLICT (ticket_id) DO NOTHING RETURNING id;

-- name: suggestion_get
SELECT * FROM link_suggestion WHERE id = :id;

-- name: suggestion_decide
UPDATE link_suggestion SET state = :state, by_id = :by_id WHERE id = :id AND state = 'asked' RETURNING *;

-- name: ticket_watched
UPDATE ticket SET watched = (SELECT COUNT(*) FROM watcher WHERE ticket_id = :id) WHERE id = :id RETURNING *;

-- name: ticket_said_solved
UPDATE ticket SET said_solved = 1
WHERE id = :id AND said_solved = 0 AND state NOT IN ('已办结', '已确认', '已关闭', '误报', '已撤回') RETURNING *;

-- name: ticket_replied
SELECT t.*, e.at AS replied_at FROM entry e JOIN ticket t ON t.id = e.ticket_id
WHERE t.reporter_id = :reporter_id AND e.kind = 'replied' AND e.at >= :since ORDER BY e.id DESC LIMIT 1;

-- name: ticket_unfinished_here
SELECT * FROM ticket WHERE reporter_id = :reporter_id AND platform = :platform AND chat_id = :chat_id
  AND closed_at IS NULL ORDER BY id DESC LIMIT :limit;

-- name: behalf_add
INSERT INTO behalf (ticket_id, name, contact, at) VALUES (:ticket_id, :name, :contact, :at) RETURNING ticket_id;

-- name: ticket_behalf!
UPDATE ticket SET behalf = 1 WHERE id = :ticket_id;

-- name: behalf_get
SELECT * FROM behalf WHERE ticket_id = :ticket_id;

-- name: followup_add
INSERT INTO followup (ticket_id, days, round, asked_at) VALUES (:ticket_id, :days, :round, :at)
ON CONFLICT (ticket_id, days, round) DO NOTHING RETURNING *;

-- name: followup_get
SELECT * FROM followup WHERE id = :id;

-- name: followup_answer
UPDATE followup SET result = :result, by_id = :by_id, at = :at
WHERE id = :id AND result IN ('', '联系不上') AND result <> :result RETURNING *;

-- name: followup_counts
SELECT f.days, f.result, COUNT(*) AS n FROM followup f JOIN ticket t ON t.id = f.ticket_id
WHERE t.station_id = :station_id GROUP BY f.days, f.result ORDER BY f.days, f.result;
