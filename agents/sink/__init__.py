"""`khabar sink`: the events in a database, exactly once in effect."""
