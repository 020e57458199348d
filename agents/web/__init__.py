"""The live page: a bounded board of the latest events, a JSON API over it, Server-Sent Events, and static files."""
