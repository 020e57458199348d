"""What a partitioned log is: records, the configuration of a topic, and the operations every log offers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

Slot: TypeAlias = tuple[str, int]
"""Topic and partition; Faust's and aiokafka's own pairs compare and hash the same."""

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]

RETENTION_MS = 7 * 24 * 3600 * 1000  # Kafka's log.retention.hours=168
TOMBSTONE_MS = 24 * 3600 * 1000  # Kafka's delete.retention.ms
_TOPIC_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


class LogError(RuntimeError):
    """The log refuses an operation; the message says which and why."""


class UnknownTopicError(LogError):
    """No such topic or partition, and none may be created."""


class TopicMismatchError(LogError):
    """A topic exists with another number of partitions than was asked for."""


class LogLockedError(LogError):
    """Another process writes this log."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as stored; `timestamp` in milliseconds, `value` None is a tombstone."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        size = len(self.key or b"") + len(self.value or b"")
        return size + sum(len(name) + len(value or b"") for name, value in self.headers)


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """Partitions and cleaning of a topic, read from Kafka's configuration names; None keeps for ever."""

    partitions: int
    compact: bool = False
    retention_ms: int | None = RETENTION_MS
    retention_bytes: int | None = None
    tombstone_ms: int = TOMBSTONE_MS
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, partitions: int, given: Mapping[str, Any]) -> TopicConfig:
        """Read cleanup.policy, retention.ms, retention.bytes and delete.retention.ms; other names are kept unread."""
        if partitions < 1:
            raise LogError(f"a topic needs at least one partition, not {partitions}")
        names = {name: str(value) for name, value in sorted(given.items())}
        policy = {part.strip() for part in names.get("cleanup.policy", "delete").split(",")}
        if not policy <= {"compact", "delete"}:
            raise LogError(f"cleanup.policy {names['cleanup.policy']!r} is neither compact nor delete")
        deletes = "delete" in policy
        return cls(
            partitions=partitions,
            compact="compact" in policy,
            retention_ms=_limit(names.get("retention.ms", str(RETENTION_MS))) if deletes else None,
            retention_bytes=_limit(names.get("retention.bytes", "-1")) if deletes else None,
            tombstone_ms=int(float(names.get("delete.retention.ms", TOMBSTONE_MS))),
            given=names,
        )


def _limit(text: str) -> int | None:
    """Read a limit of Kafka, where -1 means none."""
    number = int(float(text))
    return None if number < 0 else number


def check_topic_name(topic: str) -> None:
    """Refuse a name that Kafka would refuse."""
    if not _TOPIC_NAME.fullmatch(topic) or topic in {".", ".."}:
        raise LogError(f"{topic[:80]!r} is no topic name: 1 to 249 letters, digits, dots, underscores or hyphens")


class Log(Protocol):
    """Topics of partitions of records, and the committed offsets of groups.

    What is appended or committed can be read back at once; it is durable when the future that `pending` gave
    afterwards is done. Appending never suspends, so records keep the order of the calls.
    """

    def topics(self) -> Mapping[str, TopicConfig]:
        """Topics by name."""
        ...

    def create(self, topic: str, config: TopicConfig) -> None:
        """Add a topic that does not exist yet."""
        ...

    def append(
        self, slot: Slot, timestamp: int, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Record:
        """Write one record at the end of a partition."""
        ...

    def read(self, slot: Slot, offset: int, limit: int, max_bytes: int) -> Sequence[Record]:
        """Records from `offset` on in order, at most `limit` or about `max_bytes`, at least one if there is one."""
        ...

    def base(self, slot: Slot) -> int:
        """Offset of the earliest record that may still be held."""
        ...

    def end(self, slot: Slot) -> int:
        """Offset the next record will get."""
        ...

    def commit(self, group: str, offsets: Mapping[Slot, int]) -> None:
        """Remember how far a group has processed."""
        ...

    def committed(self, group: str) -> Mapping[Slot, int]:
        """Offsets of a group; a partition without one is absent."""
        ...

    @property
    def pending(self) -> asyncio.Future[None] | None:
        """Future of everything written so far, or None where all of it is durable; never cancel it."""
        ...

    async def flush(self) -> None:
        """Wait until everything written so far is durable; raises where it cannot be."""
        ...

    async def clean(self, now_ms: int) -> None:
        """Delete what retention and compaction allow."""
        ...

    async def close(self) -> None:
        """Flush and let go of files."""
        ...
