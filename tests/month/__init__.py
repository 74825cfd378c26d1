"""A station for a month with a held clock: what people do at random, and what must be true whatever they do."""
