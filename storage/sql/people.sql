-- name: person_by_identity
SELECT p.id, p.name, p.code, p.aliases, i.chat_id AS private_chat, i.username, i.bot
FROM identity i JOIN person p ON p.id = i.person_id
WHERE i.platform = :platform AND i.user_id = :user_id;

-- name: person_get
SELECT id, name, code, aliases FROM person WHERE id = :id;

-- name: newcomer_person
INSERT INTO person (name) VALUES (:name) RETURNING id;

-- name: newcomer_identity
INSERT INTO identity (platform, user_id, bot, person_id, username, chat_id)
VALUES (:platform, :user_id, :bot, :person_id, :username, :chat_id)
ON CONFLICT (platform, user_id) DO NOTHING RETURNING person_id;

-- name: newcomer_member!
INSERT INTO member (person_id, station_id, role) VALUES (:person_id, :station_id, 'resident')
ON CONFLICT (person_id, station_id) DO NOTHING;

-- name: person_by_code
SELECT id, name, code, aliases FROM person WHERE code = :code;

-- name: person_add
INSERT INTO person (code, name, aliases) VALUES (:code, :name, :aliases) RETURNING id;

-- name: person_update
UPDATE person SET name = :name, aliases = :aliases WHERE id = :id RETURNING id;

-- name: person_rename
UPDATE person SET name = :name WHERE id = :id AND code IS NULL RETURNING id;

-- name: identity_add
INSERT INTO identity (platform, user_id, bot, person_id, username, chat_id)
VALUES (:platform, :user_id, :bot, :person_id, :username, :chat_id)
ON CONFLICT (platform, user_id) DO NOTHING RETURNING person_id;

-- name: identity_link
INSERT INTO identity (platform, user_id, bot, person_id, username, chat_id)
VALUES (:platform, :user_id, :bot, :person_id, :username, :chat_id)
ON CONFLICT (platform, user_id) DO UPDATE SET person_id = excluded.person_id, linked_from = NULL RETURNING person_id;

-- name: identity_reachable
UPDATE identity SET chat_id = :chat_id, bot = :bot, username = :username
WHERE platform = :platform AND user_id = :user_id RETURNING person_id;

-- name: identity_unreachable
UPDATE identity SET chat_id = '' WHERE platform = :platform AND chat_id = :chat_id RETURNING person_id;

-- name: identity_of_person
SELECT platform, user_id, bot, person_id, username, chat_id, linked_from FROM identity
WHERE person_id = :person_id ORDER BY CASE WHEN chat_id = '' THEN 1 ELSE 0 END, platform, user_id;

-- name: identity_on_platform
SELECT i.platform, i.user_id, i.bot, i.person_id, i.username, i.chat_id, i.linked_from, p.name
FROM identity i JOIN person p ON p.id = i.person_id WHERE i.platform = :platform ORDER BY p.id;

-- name: member_set
INSERT INTO member (person_id, station_id, role) VALUES (:person_id, :station_id, :role)
ON CONFLICT (person_id, station_id) DO UPDATE SET role = excluded.role RETURNING person_id;

-- name: member_remove
DELETE FROM member WHERE person_id = :person_id AND station_id = :station_id RETURNING person_id;

-- name: member_roles
SELECT station_id, role FROM member WHERE person_id = :person_id ORDER BY station_id;

-- name: member_of_station
SELECT p.id, p.name, p.code, p.aliases, m.station_id, m.role
FROM member m JOIN person p ON p.id = m.person_id WHERE m.station_id = :station_id ORDER BY p.id;

-- name: member_staff
SELECT p.id, p.name, p.code, p.aliases, m.station_id, m.role
FROM member m JOIN person p ON p.id = m.person_id
WHERE m.station_id = :station_id AND m.role IN ('volunteer', 'officer', 'duty_leader', 'leader', 'admin')
ORDER BY p.id;

-- name: identity_of_staff
SELECT i.platform, i.user_id, i.bot, i.person_id, i.username, i.chat_id, i.linked_from
FROM member m JOIN identity i ON i.person_id = m.person_id
WHERE m.station_id = :station_id AND m.role IN ('volunteer', 'officer', 'duty_leader', 'leader', 'admin')
ORDER BY i.person_id, i.platform, i.user_id;

-- name: member_names
SELECT p.id, p.name, p.code, p.aliases, m.station_id, m.role
FROM member m JOIN person p ON p.id = m.person_id WHERE m.role <> 'resident' ORDER BY p.id;
