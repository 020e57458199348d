"""The broker client for memory:// and sqlite://: asked directly in its own process, a reader of the file in others."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from aiokafka.partitioner import DefaultPartitioner

from agents.broker import BrokerError, Offsets, Received, Start
from agents.transport import reader
from agents.transport.broker import broker_for
from agents.transport.log import LogError, Record, TopicConfig

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence

    from agents.config import Settings
    from agents.delivery import Outbound
    from schemas.topics import TopicSpec

# Seconds in which changes count as one: under load there are thousands a second.
COALESCE = 0.02
CHANGELOG_CONFIG = {"cleanup.policy": "compact"}


class EmbeddedBroker:
    """Topics, offsets and records of an embedded broker.

    Where this process runs the broker (or it is in memory), it is asked directly. A SQLite file that belongs to
    another process is only read.
    """

    def __init__(self, settings: Settings) -> None:
        """Use the broker of the settings; nothing is opened yet."""
        self._url = settings.broker
        self._broker = broker_for(settings.broker)
        self._held = False

    async def __aenter__(self) -> Self:
        """Join the broker if it is open in this process or lives in memory."""
        if self._broker.is_open or self._url.startswith("memory:"):
            self._hold()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Leave the broker."""
        if self._held:
            self._held = False
            await self._broker.release()

    def _hold(self) -> None:
        if self._held:
            return
        with _refusals():
            self._broker.acquire()
        self._held = True

    async def create_topics(self, specs: Iterable[TopicSpec], changelogs: Mapping[str, int]) -> list[str]:
        """Create what is missing; returns the names created.

        Raises:
            BrokerError: another process owns the file, or a topic exists with other partitions.
        """
        self._hold()
        wanted = {spec.name: TopicConfig.parse(spec.partitions, spec.config()) for spec in specs}
        wanted |= {name: TopicConfig.parse(count, CHANGELOG_CONFIG) for name, count in changelogs.items()}
        with _refusals():
            return [name for name, config in wanted.items() if self._broker.create(name, config)]

    async def send(self, records: Sequence[Outbound]) -> None:
        """Write records, in order for each partition, and return when all are durable.

        Raises:
            BrokerError: another process owns the file, or there is no such topic or partition.
        """
        self._hold()
        with _refusals():
            for out in records:
                slot = out.topic, self._partition_of(out)
                self._broker.append(slot, out.key, out.value, tuple(out.headers))
            await self._broker.log.flush()

    def _partition_of(self, out: Outbound) -> int:
        if out.partition is not None:
            return out.partition
        numbers = [number for _, number in self._broker.slots(out.topic)]
        return int(DefaultPartitioner()(out.key, numbers, numbers))

    async def partitions(self) -> dict[str, int]:
        """Return the topics that exist and their numbers of partitions."""
        with _refusals():
            return reader.partitions(self._url)

    async def first_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset of the earliest record of every partition, the end where there is none."""
        return await self._offsets(reader.first_offsets, topics)

    async def end_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset after the last record of every partition."""
        return await self._offsets(reader.end_offsets, topics)

    async def _offsets(self, read: Callable[[str, str], dict[int, int]], topics: Iterable[str]) -> Offsets:
        there = await self.partitions()
        offsets: Offsets = {}
        for topic in (name for name in topics if name in there):
            with _refusals():
                found = read(self._url, topic)
            offsets.update({(topic, partition): offset for partition, offset in found.items()})
        return offsets

    async def committed(self, group: str, topics: Iterable[str]) -> Offsets:
        """Return the offsets a group has committed; partitions without one are absent."""
        wanted = set(topics)
        with _refusals():
            found = reader.committed(self._url, group)
        return {(slot[0], slot[1]): offset for slot, offset in found.items() if slot[0] in wanted}

    async def changed(self, wait: float) -> None:
        """Return soon after the next record, commit or topic, after `wait` seconds at the latest."""
        if await self._broker.changed(wait):
            await asyncio.sleep(COALESCE)

    async def records(self, topic: str, start: Start, *, follow: bool) -> AsyncGenerator[Received, None]:
        """Read a topic; without `follow` up to the end as it was at the call."""
        ends = await self.end_offsets([topic])
        since = start.at if isinstance(start.at, float) else 0.0
        where = "beginning" if isinstance(start.at, float) else start.at
        with _refusals():
            async for record in reader.read_topic(self._url, topic, start=where, follow=follow):
                late = not follow and record.offset >= ends[topic, record.partition]
                if not late and record.timestamp >= since * 1000:
                    yield _received(record)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the log refuses into an error of the broker."""
    try:
        yield
    except (LogError, OSError) as error:
        raise BrokerError(str(error)) from error


def _received(record: Record) -> Received:
    headers = tuple((name, value or b"") for name, value in record.headers)
    return Received(
        record.topic, record.partition, record.offset, record.timestamp / 1000, record.key, record.value, headers
    )
