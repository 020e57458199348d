"""`khabar dlq`: what became of dead letters, and what to do about them."""
