"""`khabar export`: the events of a broker as files."""
