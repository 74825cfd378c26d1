-- name: queue_seed!
INSERT INTO ticket_queue (station_id, name, kind, place, aliases) VALUES (:station_id, :name, :kind, :place, :aliases)
ON CONFLICT DO NOTHING;

-- name: queue_of_station
SELECT id, station_id, name, kind, place, aliases, group_id FROM ticket_queue
WHERE station_id = :station_id AND active = 1 ORDER BY id;

-- name: queue_members
SELECT m.queue_id, m.person_id FROM queue_member m JOIN ticket_queue q ON q.id = m.queue_id
WHERE q.station_id = :station_id AND q.active = 1 ORDER BY m.queue_id, m.person_id;

-- name: queue_add
INSERT INTO ticket_queue (station_id, name, kind, aliases, group_id)
VALUES (:station_id, :name, :kind, :aliases, :group_id) RETURNING id;

-- name: queue_update
UPDATE ticket_queue SET name = :name, kind = :kind, aliases = :aliases, group_id = :group_id WHERE id = :id RETURNING id;

-- name: queue_retire
UPDATE ticket_queue SET active = 0, group_id = NULL, name = name || '#' || id WHERE id = :id AND place = '' RETURNING id;

-- name: queue_member_clear!
DELETE FROM queue_member WHERE queue_id = :queue_id;

-- name: queue_member_add!
INSERT INTO queue_member (queue_id, person_id) VALUES (:queue_id, :person_id);

-- name: rule_of_station
SELECT name, conditions, queue_id FROM routing_rule WHERE station_id = :station_id ORDER BY position;

-- name: rule_clear!
DELETE FROM routing_rule WHERE station_id = :station_id;

-- name: rule_add!
INSERT INTO routing_rule (station_id, position, name, conditions, queue_id)
VALUES (:station_id, :position, :name, :conditions, :queue_id);

-- name: queue_loads
SELECT m.person_id,
  (SELECT COUNT(*) FROM ticket t WHERE t.assignee_id = m.person_id AND t.station_id = :station_id
    AND t.state IN ('已接单', '已到场', '挂起')) AS held,
  (SELECT COUNT(*) FROM ticket t WHERE t.routed_id = m.person_id AND t.station_id = :station_id
    AND t.state IN ('待接单', '重开')) AS waiting,
  (SELECT MAX(t.routed_at) FROM ticket t WHERE t.routed_id = m.person_id) AS newest
FROM member m WHERE m.station_id = :station_id AND m.role IN ('volunteer', 'officer', 'duty_leader', 'leader', 'admin');

-- name: queue_open
SELECT t.number, t.state, t.opened_at, e.* FROM entry e JOIN ticket t ON t.id = e.ticket_id
WHERE t.station_id = :station_id AND t.state IN ('待接单', '重开', '已接单', '已到场', '挂起')
  AND e.kind IN ('opened', 'routed', 'turned') ORDER BY e.ticket_id, e.id;

-- name: queue_turned
SELECT e.* FROM entry e WHERE e.station_id = :station_id AND e.kind IN ('routed', 'turned')
  AND e.ticket_id IN (SELECT l.ticket_id FROM entry l
    WHERE l.station_id = :station_id AND l.kind = 'turned' AND l.at >= :since)
ORDER BY e.ticket_id, e.id;

-- name: queue_log
SELECT e.* FROM entry e WHERE e.station_id = :station_id
  AND e.kind IN ('routed', 'turned', 'resolved', 'withdrawn', 'false_alarm', 'forwarded')
  AND e.ticket_id IN (SELECT l.ticket_id FROM entry l
    WHERE l.station_id = :station_id AND l.kind IN ('routed', 'turned') AND l.at >= :since)
ORDER BY e.ticket_id, e.id;
