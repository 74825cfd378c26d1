-- name: scam_print_keep
INSERT INTO scam_print (station_id, print, sample, fraud_type, origin, enabled, at, by_id)
VALUES (:station_id, :print, :sample, :fraud_type, :origin, :enabled, :at, :by_id)
ON CONFLICT (station_id, print) DO NOTHING RETURNING id;

-- name: scam_print_collect
UPDATE scam_print SET sample = :sample, fraud_type = :fraud_type, origin = 'officer', enabled = 1, at = :at, by_id = :by_id
WHERE station_id = :station_id AND print = :print AND enabled = 0 RETURNING id;

-- name: scam_print_get
SELECT * FROM scam_print WHERE id = :id;

-- name: scam_print_by_print
SELECT * FROM scam_print WHERE station_id = :station_id AND print = :print;

-- name: scam_print_known
SELECT * FROM scam_print WHERE station_id = :station_id AND enabled = 1 ORDER BY id DESC LIMIT :limit OFFSET :skip;

-- name: scam_print_known_count
SELECT COUNT(*) AS n FROM scam_print WHERE station_id = :station_id AND enabled = 1;

-- name: scam_print_enabled
SELECT station_id, print FROM scam_print WHERE enabled = 1 ORDER BY id;

-- name: scam_print_alerted
SELECT print FROM scam_print WHERE station_id = :station_id AND alert <> '';

-- name: scam_print_drop
UPDATE scam_print SET enabled = 0 WHERE id = :id AND station_id = :station_id AND enabled = 1 RETURNING id;

-- name: scam_print_alert
UPDATE scam_print SET alert = :now WHERE id = :id AND alert = :was RETURNING id;

-- name: scam_watched
SELECT platform, chat_id, station_id FROM chat_group
WHERE scam_watch = 1 AND active = 1 AND station_id IS NOT NULL ORDER BY id;

-- name: scam_sighting_add!
INSERT INTO scam_sighting (print, station_id, group_id, ticket_id, at)
VALUES (:print, :station_id, :group_id, :ticket_id, :at);

-- name: scam_sighting_since
SELECT DISTINCT print FROM scam_sighting WHERE station_id = :station_id AND at > :since;

-- name: scam_sighting_of_ticket
SELECT id FROM scam_sighting WHERE ticket_id = :ticket_id;

-- name: scam_sighting_count
SELECT COUNT(*) AS n FROM scam_sighting WHERE station_id = :station_id AND print = :print AND at > :since;
