"""自建应用 of 企业微信: officers one to one, with cards that have buttons and turn grey."""
