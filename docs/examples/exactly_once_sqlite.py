"""Events into SQLite, each revision exactly once: the next offset is in the same transaction as the row.

    python docs/examples/exactly_once_sqlite.py kafka://localhost:9092 events.db

Whenever it is killed, the file holds either both the event and its offset, or neither. Start it again, and it goes on.
"""

import asyncio
import sqlite3
import sys

from agents.client import Subscriber

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (event_id TEXT PRIMARY KEY, revision INTEGER, status TEXT, type TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS applied (event_id TEXT, revision INTEGER);
CREATE TABLE IF NOT EXISTS place (partition INTEGER PRIMARY KEY, next_offset INTEGER);
"""
UPSERT = """
INSERT INTO event VALUES (?, ?, ?, ?, ?) ON CONFLICT (event_id) DO UPDATE SET
revision = excluded.revision, status = excluded.status, type = excluded.type, body = excluded.body
WHERE excluded.revision > event.revision
"""


async def main(broker: str, path: str, *, follow: bool = True) -> None:
    """Copy events until stopped, or without `follow` until the end of the topic."""
    database = sqlite3.connect(path)
    database.executescript(SCHEMA)
    offsets = dict(database.execute("SELECT partition, next_offset FROM place"))
    async with Subscriber(broker, start=offsets, follow=follow) as events:
        async for delivery in events.deliveries():
            event, at = delivery.record, delivery.received
            with database:  # one transaction
                row = (event.event_id, event.revision, event.status, event.event_type, at.value.decode())
                if database.execute(UPSERT, row).rowcount:
                    database.execute("INSERT INTO applied VALUES (?, ?)", row[:2])
                database.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", (at.partition, at.offset + 1))
    database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], follow="--once" not in sys.argv))
