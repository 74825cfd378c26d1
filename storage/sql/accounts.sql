-- name: account_code_prune!
DELETE FROM account_code WHERE expires_at <= :now;

-- name: account_code_drop!
DELETE FROM account_code WHERE person_id = :person_id AND moves_user = '';

-- name: account_code_add
INSERT INTO account_code (code, person_id, platform, moves_platform, moves_user, presser, expires_at)
VALUES (:code, :person_id, :platform, :moves_platform, :moves_user, :presser, :expires_at)
ON CONFLICT (code) DO NOTHING RETURNING id;

-- name: account_code_live
SELECT id, person_id, platform, moves_platform, moves_user, presser FROM account_code
WHERE code = :code AND presser = '' AND expires_at > :now;

-- name: account_code_typed
UPDATE account_code SET moves_platform = :platform, moves_user = :user_id, presser = :presser
WHERE id = :id AND presser = '' RETURNING id;

-- name: account_code_take
DELETE FROM account_code WHERE id = :id AND presser = :presser AND expires_at > :now
RETURNING person_id, platform, moves_platform, moves_user, presser;

-- name: account_tries
SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN actor_id = :actor_id THEN 1 ELSE 0 END), 0) AS own
FROM entry WHERE station_id = :station_id AND kind = 'account_wrong' AND at >= :since;

-- name: account_stations
SELECT DISTINCT station_id FROM ticket WHERE reporter_id = :person_id ORDER BY station_id;

-- name: account_move_identities
UPDATE identity SET person_id = :person_id, linked_from = :source WHERE person_id = :source
RETURNING platform AS moved;

-- name: account_move_roles!
INSERT INTO member (person_id, station_id, role)
SELECT CAST(:person_id AS BIGINT), station_id, role FROM member WHERE person_id = :source
ON CONFLICT (person_id, station_id) DO NOTHING;

-- name: account_drop_roles!
DELETE FROM member WHERE person_id = :source;

-- name: account_move_tickets!
UPDATE ticket SET reporter_id = :person_id WHERE reporter_id = :source;

-- name: account_move_tickets_of!
UPDATE ticket SET reporter_id = :person_id WHERE reporter_id = :source AND platform = :platform;

-- name: account_move_watched!
INSERT INTO watcher (ticket_id, person_id, at)
SELECT ticket_id, CAST(:person_id AS BIGINT), at FROM watcher WHERE person_id = :source
ON CONFLICT (ticket_id, person_id) DO NOTHING;

-- name: account_drop_watched!
DELETE FROM watcher WHERE person_id = :source;

-- name: account_split
UPDATE identity SET person_id = linked_from, linked_from = NULL
WHERE platform = :platform AND user_id = :user_id AND person_id = :person_id AND linked_from IS NOT NULL
RETURNING person_id AS was;
