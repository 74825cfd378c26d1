-- name: media_want!
INSERT INTO media (platform, ref, kind, state, at, due_at) VALUES (:platform, :ref, :kind, 'wanted', :at, :at)
ON CONFLICT (platform, ref) DO NOTHING;

-- name: media_want_of_ticket!
INSERT INTO media (platform, ref, kind, state, at, due_at)
SELECT platform, ref, kind, 'wanted', :at, :at FROM attachment WHERE platform = :platform AND ref = :ref LIMIT 1
ON CONFLICT (platform, ref) DO NOTHING;

-- name: media_get
SELECT * FROM media WHERE platform = :platform AND ref = :ref;

-- name: media_todo
SELECT * FROM media WHERE state = 'wanted' AND due_at <= :now ORDER BY due_at, ref LIMIT :limit;

-- name: media_next_due
SELECT MIN(due_at) AS due_at FROM media WHERE state = 'wanted';

-- name: media_kept!
UPDATE media SET state = 'kept', file = :file, error = '' WHERE platform = :platform AND ref = :ref AND state = 'wanted';

-- name: media_lost!
UPDATE media SET state = 'lost', error = :why WHERE platform = :platform AND ref = :ref AND state = 'wanted';

-- name: media_later!
UPDATE media SET attempts = attempts + 1, due_at = :due_at, error = :why
WHERE platform = :platform AND ref = :ref AND state = 'wanted';
