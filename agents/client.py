"""Subscribe to events from Python.

    async with Subscriber("kafka://localhost:9092", where="country=PAK sources>=2", group="desk") as events:
        async for event in events:
            print(event.event_id, event.revision, event.status, event.event_type)

Each revision of an event comes once, in the order of its partition. With a group, an event counts as processed when
the next one is asked for, or the block is left without an exception; what was not processed comes again, so processing
is at least once. For exactly once, keep the offsets where the results are: see docs/subscribe.md.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from agents.broker import BrokerError, Start
from agents.config import Settings, read_settings
from agents.subscription.reading import open_reading
from agents.subscription.start import MOST_PARTITIONS, parse_start
from pipeline.subscription.latest import Latest
from pipeline.subscription.where import Where, parse
from schemas.codec import DecodeError, decode
from schemas.event import Event, Mention

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from agents.broker import Received

RECORDS: dict[str, type[Any]] = {"news.events": Event, "news.mentions": Mention}
# Seconds between two commits of a group.
COMMIT_INTERVAL = 1.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event or a mention, and the message it came in."""

    record: Any
    received: Received


class Subscriber:
    """The events of a broker that pass a filter; use it as an asynchronous context manager and iterate over it.

    Attributes:
        positions: by partition, the offset after the last record that was processed or passed over.
        refused: records that could not be decoded.
    """

    def __init__(  # noqa: PLR0913 - what a subscriber may choose, all by name
        self,
        broker: str | Settings | None = None,
        *,
        where: str | Where = "",
        start: str | Start | Mapping[int, int] = "end",
        group: str | None = None,
        topic: str = "news.events",
        follow: bool = True,
    ) -> None:
        """Subscribe.

        Args:
            broker: kafka://HOST:PORT, sqlite:///FILE.db or memory://NAME, or settings; None: the setting `broker`.
            where: The filter; docs/subscribe.md has the language.
            start: beginning, end, a time, how long ago (2h), or the next offset by partition (one that is not named
                is read from its beginning). With a group it counts for partitions the group has not read yet.
            group: A name under which the place is kept.
            topic: news.events or news.mentions.
            follow: Without it the iteration ends at the end of the topic as it was at the start.

        Raises:
            WhereError: the filter cannot be understood.
            ValueError: another topic, or a start that is none.
        """
        if topic not in RECORDS:
            raise ValueError(f"there are no events on {topic!r}, only on {', '.join(RECORDS)}")
        now = datetime.now(UTC)
        self._settings = broker if isinstance(broker, Settings) else read_settings(broker=broker)
        self._where = parse(where, now) if isinstance(where, str) else where
        at = parse_start(start, now) if isinstance(start, str) else start
        if not isinstance(at, Start):
            at = Start(dict.fromkeys(range(MOST_PARTITIONS), 0) | dict(at))
        self._topic = topic
        self._reading = open_reading(self._settings, topic, at, group=group, follow=follow)
        self._latest = Latest()
        self._current: Received | None = None
        self._deliveries: AsyncGenerator[Delivery, None] | None = None
        self._committing: asyncio.Task[None] | None = None
        self.positions: dict[int, int] = {}
        self.refused = 0

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerError: the broker cannot be reached, or another process is the group.
        """
        await self._reading.__aenter__()
        self._committing = asyncio.create_task(self._commit_forever())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        """Commit what is done, and disconnect."""
        if self._committing is not None:
            self._committing.cancel()
            with suppress(asyncio.CancelledError):
                await self._committing
        if kind is None:
            self._finish()
        if self._deliveries is not None:
            await self._deliveries.aclose()
        await self._reading.__aexit__(kind, *exc)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        """Return the next event."""
        return (await anext(self.deliveries())).record

    def deliveries(self) -> AsyncGenerator[Delivery, None]:
        """Yield the events with the messages they came in."""
        if self._deliveries is None:
            self._deliveries = self._deliver()
        return self._deliveries

    async def commit(self) -> None:
        """Take the event at hand for processed too, and make the group's place durable."""
        self._finish()
        await self._reading.commit()

    async def _deliver(self) -> AsyncGenerator[Delivery, None]:
        records = self._reading.records()
        try:
            async for received in records:
                record = self._wanted(received)
                self._current = received
                if record is not None:
                    yield Delivery(record, received)
                self._finish()
        finally:
            await records.aclose()

    def _wanted(self, received: Received) -> Event | Mention | None:
        """Decode a record, unless it is filtered out or a repeat."""
        # A tombstone: the event is past what the topic keeps.
        if not received.value or not self._where.may_concern(received.headers):
            return None
        try:
            record: Event | Mention = decode(RECORDS[self._topic], received.value)
        except DecodeError:
            self.refused += 1
            return None
        return record if self._latest.takes(record) and self._where.concerns(record) else None

    def _finish(self) -> None:
        if self._current is not None:
            self._reading.done(self._current)
            self.positions[self._current.partition] = self._current.offset + 1
            self._current = None

    async def _commit_forever(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_INTERVAL)
            with suppress(BrokerError, OSError):
                await self._reading.commit()
