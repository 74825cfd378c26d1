"""THE MEMORY: nouns, queries and the database. Imports nothing of ours."""
