"""A broker with events on it, for the tests of those who read them."""

from __future__ import annotations

from collections.abc import Iterable

from agents.broker import connect
from agents.config import Settings
from agents.delivery import Outbound
from schemas.codec import encode
from schemas.event import Event, Mention
from schemas.headers import headers_for
from schemas.topics import topics


async def publish(settings: Settings, records: Iterable[Event | Mention]) -> None:
    """Create the topics, and write records as the stages do."""
    async with connect(settings) as broker:
        await broker.create_topics(topics().values(), {})
        await broker.send([message(record) for record in records])


def message(record: Event | Mention) -> Outbound:
    """Make the message of a record."""
    topic, key = ("news.events", record.event_id) if isinstance(record, Event) else ("news.mentions", record.story)
    return Outbound(topic, key.encode(), encode(record), headers_for(record, key=key))
