-- name: helper_add
INSERT INTO ticket_helper (ticket_id, person_id, at) VALUES (:ticket_id, :person_id, :at)
ON CONFLICT (ticket_id, person_id) DO NOTHING RETURNING at AS added;

-- name: helper_drop
DELETE FROM ticket_helper WHERE ticket_id = :ticket_id AND person_id = :person_id RETURNING person_id AS dropped;

-- name: helper_of_ticket
SELECT person_id FROM ticket_helper WHERE ticket_id = :ticket_id ORDER BY at, person_id;

-- name: alarm_add
INSERT INTO ticket_alarm (ticket_id, clock, step, round, person_id, at, state)
VALUES (:ticket_id, :clock, :step, :round, :person_id, :at, 'new')
ON CONFLICT (ticket_id, clock, step, round, person_id) DO UPDATE SET at = excluded.at, state = 'new'
WHERE ticket_alarm.state = 'dropped' RETURNING at AS added;

-- name: alarm_raised
SELECT at FROM ticket_alarm WHERE ticket_id = :ticket_id AND clock = :clock AND step = :step AND round = :round
  AND state <> 'dropped' LIMIT 1;

-- name: alarm_waiting
SELECT ticket_id, clock, step, round FROM ticket_alarm WHERE person_id = :person_id AND state = 'new'
ORDER BY at, ticket_id, clock;

-- name: alarm_done!
UPDATE ticket_alarm SET state = :state
WHERE ticket_id = :ticket_id AND clock = :clock AND step = :step AND round = :round AND person_id = :person_id;

-- name: handover_add
INSERT INTO handover (station_id, from_id, to_id, tickets, at, state)
VALUES (:station_id, :from_id, :to_id, :tickets, :at, 'open') RETURNING id;

-- name: handover_get
SELECT id, station_id, from_id, to_id, tickets, at, state FROM handover WHERE id = :id;

-- name: handover_take
UPDATE handover SET state = 'taken', done_at = :at WHERE id = :id AND state = 'open' RETURNING id AS taken;
