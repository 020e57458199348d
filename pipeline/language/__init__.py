"""The first stage: clean an article, tell its languages, take its sketch."""
