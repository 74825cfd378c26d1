-- name: knowledge_put!
INSERT INTO knowledge (code, field, question, aliases, answer, source, version, review_on, origin, enabled, mark,
  updated_at, updated_by)
VALUES (:code, :field, :question, :aliases, :answer, :source, :version, :review_on, :origin, :enabled, :mark,
  :updated_at, :updated_by)
ON CONFLICT (code) DO UPDATE SET field = excluded.field, question = excluded.question, aliases = excluded.aliases,
  answer = excluded.answer, source = excluded.source, version = excluded.version, review_on = excluded.review_on,
  origin = excluded.origin, enabled = excluded.enabled, mark = excluded.mark, updated_at = excluded.updated_at,
  updated_by = excluded.updated_by;

-- name: knowledge_get
SELECT * FROM knowledge WHERE code = :code;

-- name: knowledge_all
SELECT * FROM knowledge ORDER BY id;

-- name: knowledge_enabled
SELECT * FROM knowledge WHERE enabled = 1 ORDER BY code;

-- name: knowledge_state
-- What is answered from now: two different contents have different figures.
SELECT COUNT(*) AS entries, COALESCE(SUM(mark), 0) AS marks FROM knowledge WHERE enabled = 1;

-- name: knowledge_fields
SELECT field, COUNT(*) AS entries FROM knowledge WHERE enabled = 1 GROUP BY field ORDER BY MIN(id);

-- name: knowledge_due
SELECT * FROM knowledge WHERE enabled = 1 AND review_on <> '' AND review_on <= :day ORDER BY review_on, code LIMIT :limit;

-- name: knowledge_unword!
DELETE FROM knowledge_words WHERE code = :code;

-- name: knowledge_thanked
-- Was this answer called useful before? Asked of one station, from the time of the answer on.
SELECT id FROM entry WHERE station_id = :station_id AND kind = 'thanked' AND at >= :at AND text = :text LIMIT 1;

-- name: knowledge_miss_add!
INSERT INTO knowledge_miss (station_id, question, at, nearest) VALUES (:station_id, :question, :at, :nearest);

-- name: knowledge_miss_open
SELECT id, question, at, nearest FROM knowledge_miss WHERE state = 'open' AND station_id = :station_id
ORDER BY id DESC LIMIT :limit;

-- name: knowledge_miss_done
UPDATE knowledge_miss SET state = 'done' WHERE id = :id AND station_id = :station_id AND state = 'open'
RETURNING id;
