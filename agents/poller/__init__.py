"""The poller: fetches feeds, parses them in child processes, sends new and changed articles to the broker."""
