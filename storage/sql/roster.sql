-- name: rotation_of_station
SELECT id, station_id, name, duty, start_on, on_days, off_days, crews, start_min, end_min, plan FROM rotation
WHERE station_id = :station_id ORDER BY id;

-- name: rotation_clear!
DELETE FROM rotation WHERE station_id = :station_id;

-- name: rotation_add
INSERT INTO rotation (station_id, name, duty, start_on, on_days, off_days, crews, start_min, end_min, plan)
VALUES (:station_id, :name, :duty, :start_on, :on_days, :off_days, :crews, :start_min, :end_min, :plan) RETURNING id;

-- name: own_day_of_station
SELECT day, free, name FROM own_day WHERE station_id = :station_id ORDER BY day;

-- name: own_day_clear!
DELETE FROM own_day WHERE station_id = :station_id;

-- name: own_day_add!
INSERT INTO own_day (station_id, day, free, name) VALUES (:station_id, :day, :free, :name);

-- name: leave_ask
INSERT INTO leave_of_absence (station_id, person_id, first_day, last_day, state, reason, origin)
VALUES (:station_id, :person_id, :first_day, :last_day, :state, :reason, :origin) RETURNING id;

-- name: leave_get
SELECT id, station_id, person_id, first_day, last_day, state, reason, origin FROM leave_of_absence WHERE id = :id;

-- name: leave_between
SELECT id, station_id, person_id, first_day, last_day, state, reason, origin FROM leave_of_absence
WHERE station_id = :station_id AND last_day >= :first AND first_day <= :last AND state IN ('asked', 'granted')
ORDER BY id;

-- name: leave_of_file
SELECT id, station_id, person_id, first_day, last_day, state, reason, origin FROM leave_of_absence
WHERE station_id = :station_id AND origin = 'file' AND state = 'granted' ORDER BY id;

-- name: leave_decide
UPDATE leave_of_absence SET state = :state WHERE id = :id AND state = :before RETURNING id;

-- name: station_next_change
UPDATE station SET last_change = last_change + 1 WHERE id = :id RETURNING last_change AS number;

-- name: change_add
INSERT INTO duty_change (station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at)
VALUES (:station_id, :number, :kind, :state, :duty, :day, :start_min, :end_min, :from_id, :to_id,
  :back_duty, :back_day, :back_start, :back_end, :asked, :reason, :by_id, :origin, :at) RETURNING id;

-- name: change_get
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change WHERE id = :id;

-- name: change_by_number
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change
WHERE station_id = :station_id AND number = :number;

-- name: change_between
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change
WHERE station_id = :station_id AND state = 'done'
  AND ((day >= :first AND day <= :last) OR (back_day >= :first AND back_day <= :last))
ORDER BY number;

-- name: change_asked
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change
WHERE station_id = :station_id AND state = 'asked' AND day = :day AND duty = :duty
ORDER BY number;

-- name: change_open
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change
WHERE station_id = :station_id AND state = 'asked' ORDER BY number;

-- name: change_of_file
SELECT id, station_id, number, kind, state, duty, day, start_min, end_min, from_id, to_id,
  back_duty, back_day, back_start, back_end, asked, reason, by_id, origin, at FROM duty_change
WHERE station_id = :station_id AND origin = 'file' AND state = 'done' ORDER BY number;

-- name: change_take
UPDATE duty_change SET state = 'done', to_id = :to_id WHERE id = :id AND state = 'asked' RETURNING id;

-- name: change_end
UPDATE duty_change SET state = :state WHERE id = :id AND state = :before RETURNING id;

-- name: availability_put
INSERT INTO availability (station_id, person_id, free, until) VALUES (:station_id, :person_id, :free, :until)
ON CONFLICT (station_id, person_id) DO UPDATE SET free = excluded.free, until = excluded.until RETURNING person_id;

-- name: availability_of_station
SELECT person_id, free, until FROM availability WHERE station_id = :station_id ORDER BY person_id;

-- name: hole_of_station
SELECT id, duty, start_at, end_at FROM duty_hole WHERE station_id = :station_id ORDER BY start_at, id;

-- name: hole_get
SELECT id, station_id, duty, start_at, end_at FROM duty_hole WHERE id = :id;

-- name: hole_add
INSERT INTO duty_hole (station_id, duty, start_at, end_at) VALUES (:station_id, :duty, :start_at, :end_at)
RETURNING id;

-- name: hole_set
UPDATE duty_hole SET start_at = :start_at, end_at = :end_at WHERE id = :id RETURNING id;

-- name: hole_drop!
DELETE FROM duty_hole WHERE id = :id;

-- name: worked_add!
INSERT INTO duty_worked (station_id, person_id, duty, day, start_at, end_at)
VALUES (:station_id, :person_id, :duty, :day, :start_at, :end_at)
ON CONFLICT (station_id, person_id, duty, start_at) DO NOTHING;

-- name: worked_between
SELECT person_id, duty, day, start_at, end_at FROM duty_worked
WHERE station_id = :station_id AND start_at >= :since AND start_at < :until ORDER BY start_at, id;

-- name: worked_last
SELECT MAX(end_at) AS last FROM duty_worked WHERE station_id = :station_id;

-- name: worked_handled
SELECT actor_id AS person_id, COUNT(DISTINCT ticket_id) AS handled FROM entry
WHERE station_id = :station_id AND kind = 'resolved' AND at >= :since AND at < :until AND actor_id IS NOT NULL
GROUP BY actor_id;

-- name: calendar_of
SELECT key FROM calendar_key WHERE person_id = :person_id;

-- name: calendar_set
INSERT INTO calendar_key (person_id, key) VALUES (:person_id, :key)
ON CONFLICT (person_id) DO UPDATE SET key = excluded.key RETURNING key;

-- name: calendar_owner
SELECT person_id FROM calendar_key WHERE key = :key;
