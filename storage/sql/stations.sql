-- name: station_get
SELECT id, code, name, tz, phone, address, hours, parent_id FROM station WHERE id = :id;

-- name: station_by_code
SELECT id, code, name, tz, phone, address, hours, parent_id FROM station WHERE code = :code;

-- name: station_all
SELECT id, code, name, tz, phone, address, hours, parent_id FROM station ORDER BY id;

-- name: station_put
INSERT INTO station (code, name, tz, phone, address, hours, parent_id)
VALUES (:code, :name, :tz, :phone, :address, :hours, :parent_id)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, tz = excluded.tz, phone = excluded.phone,
  address = excluded.address, hours = excluded.hours, parent_id = excluded.parent_id
RETURNING id;

-- name: station_next_number
UPDATE station SET last_number = last_number + 1 WHERE id = :id RETURNING last_number AS number;

-- name: area_get
SELECT id, station_id, name, officer_id FROM area WHERE id = :id;

-- name: area_of_station
SELECT id, station_id, name, officer_id FROM area WHERE station_id = :station_id ORDER BY id;

-- name: area_put
INSERT INTO area (station_id, name, officer_id) VALUES (:station_id, :name, :officer_id)
ON CONFLICT (station_id, name) DO UPDATE SET officer_id = excluded.officer_id RETURNING id;

-- name: shift_of_station
SELECT id, station_id, person_id, duty, weekday, start_min, end_min, plan FROM shift
WHERE station_id = :station_id ORDER BY id;

-- name: shift_add
INSERT INTO shift (station_id, person_id, duty, weekday, start_min, end_min, plan)
VALUES (:station_id, :person_id, :duty, :weekday, :start_min, :end_min, :plan) RETURNING id;

-- name: shift_clear!
DELETE FROM shift WHERE station_id = :station_id;

-- name: group_by_chat
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE platform = :platform AND chat_id = :chat_id;

-- name: group_get
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE id = :id;

-- name: group_of_station
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE station_id = :station_id AND active = 1 ORDER BY id;

-- name: group_of_station_kind
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE station_id = :station_id AND kind = :kind AND active = 1 ORDER BY id;

-- name: group_of_kind
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE kind = :kind AND active = 1 ORDER BY id;

-- name: group_all
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE active = 1 ORDER BY id;

-- name: group_unbound
SELECT id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch
FROM chat_group
WHERE station_id IS NULL AND active = 1 ORDER BY id;

-- name: group_seen
INSERT INTO chat_group (platform, bot, chat_id, title) VALUES (:platform, :bot, :chat_id, :title)
ON CONFLICT (platform, chat_id) DO UPDATE SET title = excluded.title, bot = excluded.bot, active = 1
RETURNING id, platform, bot, chat_id, title, kind, station_id, area_id, households, active, places, scam_watch;

-- name: group_bind
UPDATE chat_group SET station_id = :station_id, kind = :kind, area_id = :area_id, households = :households
WHERE id = :id RETURNING id;

-- name: group_describe
UPDATE chat_group SET places = :places, scam_watch = :scam_watch WHERE id = :id RETURNING id;

-- name: group_left
UPDATE chat_group SET active = 0 WHERE platform = :platform AND chat_id = :chat_id AND active = 1 RETURNING id;

-- name: group_move
UPDATE chat_group SET chat_id = :new_id WHERE platform = :platform AND chat_id = :chat_id
AND NOT EXISTS (SELECT 1 FROM chat_group g WHERE g.platform = :platform AND g.chat_id = :new_id) RETURNING id;
