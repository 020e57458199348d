"""Feeds without their transport: catalog, decoding, guarded parsing, dates, identity, schedule. Knows no network."""
