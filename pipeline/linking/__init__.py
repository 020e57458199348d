"""Stage 4: mentions of one real-world event, across articles and languages, become one event."""
