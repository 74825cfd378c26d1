-- name: knowledge_word!
-- Not through to_tsvector: its parser drops Chinese where the database has no locale.
INSERT INTO knowledge_words (code, words) VALUES (:code, array_to_tsvector(string_to_array(:words, ' ')));

-- name: knowledge_find
SELECT code FROM knowledge_words WHERE words @@ CAST(replace(:query, ' OR ', ' | ') AS tsquery)
ORDER BY ts_rank(words, CAST(replace(:query, ' OR ', ' | ') AS tsquery)) DESC, code LIMIT :limit;
