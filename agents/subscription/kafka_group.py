"""A subscriber's group on Kafka: its members share the partitions and go on where the group stopped."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from agents.broker import BrokerError, Received, Start, connect
from agents.kafka import kafka_options
from agents.subscription.start import offsets_at

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from agents.config import Settings

logger = logging.getLogger("khabar.subscription")


class KafkaGroup(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads on where the group stopped; partitions it has not read yet begin at `start`."""

    def __init__(self, settings: Settings, topic: str, start: Start, *, group: str, follow: bool) -> None:
        """Read a topic as a member of a group."""
        self._settings, self._topic, self._follow = settings, topic, follow
        self._start = start
        self._consumer = AIOKafkaConsumer(
            **kafka_options(settings),
            group_id=group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            # For an offset that retention has taken: the next record there is.
            auto_offset_reset="earliest",
            session_timeout_ms=int(settings.session_timeout * 1000),
            heartbeat_interval_ms=int(settings.heartbeat_interval * 1000),
        )
        self._begin: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._pending: dict[TopicPartition, int] = {}
        self._assigned = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Join the group.

        Raises:
            BrokerError: nobody answers, or there is no such topic.
        """
        async with connect(self._settings) as broker:
            self._ends = {number: end for (_, number), end in (await broker.end_offsets([self._topic])).items()}
            if not self._ends:
                raise BrokerError(f"there is no topic {self._topic}: run `khabar topics create`")
            self._begin = await offsets_at(broker, self._topic, self._start)
        try:
            await self._consumer.start()
            await asyncio.sleep(0)  # its own task must have begun, or stopping raises
            self._consumer.subscribe([self._topic], listener=self)
        except KafkaError as error:
            await self._consumer.stop()
            raise BrokerError(f"cannot join the group: {error!r}") from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Commit what is done, and leave the group."""
        try:
            await self.commit()
        finally:
            await self._consumer.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - of the interface
        """Commit what is done before others take the partitions."""
        await self.commit()
        self._pending.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin at `start` where the group has no offset, and keep that place as its first."""
        for place in assigned:
            if await self._consumer.committed(place) is None:
                self._pending[place] = self._begin.get(place.partition, 0)
                self._consumer.seek(place, self._pending[place])
        await self.commit()
        self._assigned.set()

    async def records(self) -> AsyncGenerator[Received, None]:
        """Yield the records."""
        while self._follow or await self._unread():
            batches = await self._consumer.getmany(timeout_ms=500)
            for place, batch in sorted(batches.items()):
                for record in batch:
                    # A rebalance may have given the partition to another member in the meantime.
                    if place not in self._consumer.assignment():
                        break
                    headers = tuple((name, value or b"") for name, value in record.headers)
                    at = record.timestamp / 1000
                    yield Received(record.topic, record.partition, record.offset, at, record.key, record.value, headers)

    async def _unread(self) -> bool:
        if not self._assigned.is_set():
            return True
        places = self._consumer.assignment()
        return any([await self._consumer.position(place) < self._ends.get(place.partition, 0) for place in places])

    def done(self, received: Received) -> None:
        """Take a record, and with it all before it in its partition, for processed."""
        place = TopicPartition(received.topic, received.partition)
        if place in self._consumer.assignment():
            self._pending[place] = received.offset + 1

    async def commit(self) -> None:
        """Make durable what is done; what a rebalance or an absent broker prevents is read again."""
        pending = dict(self._pending)
        if not pending:
            return
        try:
            await self._consumer.commit(pending)
        except CommitFailedError:
            return
        except KafkaError as error:
            logger.warning("offsets not committed yet", extra={"why": repr(error)})
            return
        for place, offset in pending.items():
            if self._pending.get(place) == offset:
                del self._pending[place]
