-- name: knowledge_word!
INSERT INTO knowledge_words (code, words) VALUES (:code, :words);

-- name: knowledge_find
SELECT code FROM knowledge_words WHERE knowledge_words MATCH :query ORDER BY rank LIMIT :limit;
