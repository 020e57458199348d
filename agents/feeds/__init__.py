"""`khabar feeds`: the catalog and the health of its feeds, for people."""
