"""A partitioned log in memory: durable at once, gone with the process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agents.transport.log import Headers, LogError, Record, Slot, TopicConfig, UnknownTopicError, check_topic_name
from agents.transport.segment import Segment

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

DIRTY_RECORDS = 1_000
"""Superseded records a compacted partition may hold before it is compacted, when they also outnumber the others."""

KEEP_CONSUMED_BYTES = 64 * 1024 * 1024
"""Bytes a partition holds before records that every group has processed are let go."""

_CLEAN_EVERY = 256


class _Partition:
    """Records of one partition and what cleaning needs to know of them."""

    __slots__ = ("base", "config", "end", "latest", "records", "superseded")

    def __init__(self, config: TopicConfig) -> None:
        self.config = config
        self.base = 0
        self.end = 0
        self.records = Segment()
        self.latest: dict[bytes, int] = {}
        self.superseded = 0

    def append(self, record: Record) -> None:
        self.records.append(record)
        self.end = record.offset + 1
        if self.config.compact and record.key is not None:
            self.superseded += record.key in self.latest
            self.latest[record.key] = record.offset

    def clean(self, now_ms: int, consumed: int) -> None:
        """Delete what retention, compaction and memory allow; `consumed` is the offset every group is behind."""
        self._retain(now_ms, consumed)
        if self.superseded > max(DIRTY_RECORDS, len(self.records) // 2):
            self.compact(now_ms)

    def _retain(self, now_ms: int, consumed: int) -> None:
        config = self.config
        oldest = -1 if config.retention_ms is None else now_ms - config.retention_ms

        def stays(record: Record, size: int) -> bool:
            if config.retention_bytes is not None and size > config.retention_bytes:
                return False
            if not config.compact and size > KEEP_CONSUMED_BYTES and record.offset < consumed:
                return False
            return record.timestamp >= oldest

        count = self.records.excess(stays)
        if count:
            self.records.cut(count)
            first = self.records.first
            self.base = first.offset if first else self.end
            self.latest = {key: offset for key, offset in self.latest.items() if offset >= self.base}

    def compact(self, now_ms: int) -> None:
        """Delete records whose key came again, and old tombstones; the last record stays, as on Kafka."""
        oldest, last, latest = now_ms - self.config.tombstone_ms, self.end - 1, self.latest

        def wanted(record: Record) -> bool:
            if record.key is None or record.offset == last:
                return True
            return record.offset == latest[record.key] and (record.value is not None or record.timestamp >= oldest)

        self.records.keep(wanted)
        held = {record.key: record.offset for record in self.records.read(0, len(self.records), self.records.size)}
        self.latest = {key: offset for key, offset in held.items() if key is not None}
        self.superseded = 0


class MemoryLog:
    """Topics and committed offsets in dictionaries."""

    pending: asyncio.Future[None] | None = None

    def __init__(self) -> None:
        self._topics: dict[str, TopicConfig] = {}
        self._partitions: dict[Slot, _Partition] = {}
        self._offsets: dict[str, dict[Slot, int]] = {}

    def topics(self) -> Mapping[str, TopicConfig]:
        """Topics by name."""
        return self._topics

    def create(self, topic: str, config: TopicConfig) -> None:
        """Add a topic that does not exist yet."""
        check_topic_name(topic)
        if topic in self._topics:
            raise LogError(f"topic {topic!r} exists")
        self._topics[topic] = config
        self._partitions.update({(topic, number): _Partition(config) for number in range(config.partitions)})

    def append(
        self, slot: Slot, timestamp: int, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Record:
        """Write one record at the end of a partition."""
        partition = self._partition(slot)
        record = Record(slot[0], slot[1], partition.end, timestamp, key, value, headers)
        partition.append(record)
        if not partition.end % _CLEAN_EVERY:
            partition.clean(time.time_ns() // 1_000_000, self._consumed(slot))
        return record

    def read(self, slot: Slot, offset: int, limit: int, max_bytes: int) -> Sequence[Record]:
        """Records from `offset` on in order."""
        return self._partition(slot).records.read(offset, limit, max_bytes)

    def base(self, slot: Slot) -> int:
        """Offset of the earliest record that may still be held."""
        return self._partition(slot).base

    def end(self, slot: Slot) -> int:
        """Offset the next record will get."""
        return self._partition(slot).end

    def commit(self, group: str, offsets: Mapping[Slot, int]) -> None:
        """Remember how far a group has processed."""
        self._offsets.setdefault(group, {}).update(offsets)

    def committed(self, group: str) -> Mapping[Slot, int]:
        """Offsets of a group."""
        return self._offsets.get(group, {})

    async def flush(self) -> None:
        """Nothing to wait for."""

    async def clean(self, now_ms: int) -> None:
        """Delete what retention and compaction allow, in every partition."""
        for slot, partition in self._partitions.items():
            partition.clean(now_ms, self._consumed(slot))
            if partition.config.compact:
                partition.compact(now_ms)

    async def close(self) -> None:
        """Keep everything: the log lives as long as its process."""

    def _partition(self, slot: Slot) -> _Partition:
        try:
            return self._partitions[slot]
        except KeyError:
            raise UnknownTopicError(f"no partition {slot[1]} of topic {slot[0]!r}") from None

    def _consumed(self, slot: Slot) -> int:
        """Offset up to which every group that reads the partition has processed it; 0 where none does."""
        return min((offsets[slot] for offsets in self._offsets.values() if slot in offsets), default=0)
