"""The broker of one URL: a log, the groups that read it, and the wake-up of whoever waits for a change."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from agents.transport.group import Group
from agents.transport.log import Log, LogError, Record, Slot, TopicConfig, TopicMismatchError, UnknownTopicError
from agents.transport.memory_log import MemoryLog
from agents.transport.sqlite_log import SqliteLog
from agents.transport.sqlite_schema import database_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from agents.transport.log import Headers

SCHEMES = ("memory", "sqlite")
_brokers: dict[str, Broker] = {}


class Broker:
    """One log shared by every app of the process that names its URL; to be used from one event loop at a time."""

    def __init__(self, url: str, path: Path | None = None) -> None:
        self.url = url
        self._path = path
        self._log: Log | None = None
        self._users = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._groups: dict[str, Group] = {}

    @property
    def log(self) -> Log:
        """The log, opened when it is first used; raises LogLockedError where another process writes it."""
        if self._log is None:
            self._log = MemoryLog() if self._path is None else SqliteLog.open(self._path)
        return self._log

    @property
    def is_open(self) -> bool:
        """Whether this process holds the log."""
        return self._log is not None

    # -- those who use it

    def acquire(self) -> Self:
        """Open the log for one more user."""
        if isinstance(self._log, SqliteLog) and self._log.is_orphaned:
            self._log.abandon()
            self._log, self._users = None, 0
        assert self.log is not None
        self._users += 1
        return self

    async def release(self) -> None:
        """Flush the log; let go of a file with its last user."""
        self._users -= 1
        if self._log is None:
            return
        if self._users > 0 or self._path is None:
            await self._log.flush()
        else:
            await self.close()

    async def close(self) -> None:
        """Let go of the file, whoever uses it; a log in memory stays."""
        if self._log is not None and self._path is not None:
            log, self._log = self._log, None
            self._users = 0
            await log.close()
            self.wake()

    async def __aenter__(self) -> Self:
        return self.acquire()

    async def __aexit__(self, *_: object) -> None:
        await self.release()

    # -- topics and records

    def topics(self) -> dict[str, TopicConfig]:
        """Topics by name, sorted."""
        return dict(sorted(self.log.topics().items()))

    def partitions(self, topic: str) -> int | None:
        """Number of partitions of a topic, None where it is unknown."""
        config = self.log.topics().get(topic)
        return None if config is None else config.partitions

    def create(self, topic: str, config: TopicConfig) -> bool:
        """Add a topic; False where it exists, TopicMismatchError where it has another number of partitions."""
        existing = self.partitions(topic)
        if existing is None:
            self.log.create(topic, config)
            self.wake()
            for group in self._groups.values():
                group.on_topic_created(topic)
            return True
        if existing != config.partitions:
            raise TopicMismatchError(f"topic {topic!r} has {existing} partitions, {config.partitions} are asked for")
        return False

    def slots(self, topic: str) -> list[Slot]:
        """Partitions of a topic as pairs."""
        count = self.partitions(topic)
        if count is None:
            raise UnknownTopicError(f"no topic {topic!r} in {self.url}")
        return [(topic, number) for number in range(count)]

    def append(
        self, slot: Slot, key: bytes | None, value: bytes | None, headers: Headers = (), timestamp: int | None = None
    ) -> Record:
        """Write one record and wake those who wait; `timestamp` in milliseconds, now where None."""
        if key is None and slot[0] in self.log.topics() and self.log.topics()[slot[0]].compact:
            raise LogError(f"a record without a key cannot go to the compacted topic {slot[0]!r}")
        stamp = time.time_ns() // 1_000_000 if timestamp is None else timestamp
        record = self.log.append(slot, stamp, key, value, headers)
        self.wake()
        return record

    def read(self, slot: Slot, offset: int, limit: int = 500, max_bytes: int = 1 << 20) -> Sequence[Record]:
        """Records from `offset` on in order; an offset before the earliest record reads from that."""
        return self.log.read(slot, offset, limit, max_bytes)

    def beginning_offsets(self, topic: str) -> dict[int, int]:
        """Earliest offset of every partition."""
        return {slot[1]: self.log.base(slot) for slot in self.slots(topic)}

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Next offset of every partition."""
        return {slot[1]: self.log.end(slot) for slot in self.slots(topic)}

    # -- groups

    def group(self, name: str) -> Group:
        """The group of that name."""
        if name not in self._groups:
            self._groups[name] = Group(self, name)
        return self._groups[name]

    async def commit(self, group: str, offsets: Mapping[Slot, int]) -> None:
        """Make everything written so far and then these offsets durable."""
        self.log.commit(group, offsets)
        await self.log.flush()
        self.wake()

    def committed(self, group: str) -> dict[Slot, int]:
        """Committed offsets of a group, sorted."""
        return dict(sorted(self.log.committed(group).items()))

    def lag(self, group: str, topics: Iterable[str]) -> int:
        """Records of the topics that the group has not committed yet; an unknown topic has none."""
        committed, known = self.log.committed(group), self.log.topics()
        slots = [slot for topic in sorted(set(topics)) if topic in known for slot in self.slots(topic)]
        return sum(self.log.end(slot) - max(committed.get(slot, 0), self.log.base(slot)) for slot in slots)

    # -- waiting

    async def changed(self, seconds: float | None = None) -> bool:
        """Wait for the next record, commit or topic; False when `seconds` pass without one."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            done, _ = await asyncio.wait({future}, timeout=seconds)
        finally:
            self._waiting.discard(future)
        return bool(done)

    async def wait_for(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until `condition` holds, asking again after each change; False when `seconds` pass."""
        loop = asyncio.get_running_loop()
        deadline = None if seconds is None else loop.time() + seconds
        while not condition():
            left = None if deadline is None else deadline - loop.time()
            if left is not None and left <= 0:
                return False
            await self.changed(left)
        return True

    async def wait_processed(self, group: str, topics: Iterable[str], seconds: float | None = None) -> bool:
        """Wait until the group has committed everything that is in the topics.

        It holds for a whole pipeline at once when `topics` are the inputs of all its stages and each stage's
        outputs are delivered before it commits: then nothing is under way between two of them.
        """
        names = tuple(topics)
        return await self.wait_for(lambda: self.lag(group, names) == 0, seconds)

    def wake(self) -> None:
        """Let everyone who waits look again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            loop = future.get_loop()
            if not loop.is_closed() and not future.done():
                future.set_result(None)


def broker_for(url: object) -> Broker:
    """Return the broker of this process for a memory:// or sqlite:// URL."""
    parts = urlsplit(str(url))
    if parts.scheme == "memory":
        # Faust's URLs have their hosts in lower case.
        name, path = f"memory://{parts.netloc.lower()}{parts.path}".rstrip("/"), None
    elif parts.scheme == "sqlite":
        path = database_path(unquote(parts.netloc + parts.path))
        name = f"sqlite:///{path}"
    else:
        raise LogError(f"{url} is no embedded broker: the scheme must be one of {', '.join(SCHEMES)}")
    if name not in _brokers:
        _brokers[name] = Broker(name, path)
    return _brokers[name]


def forget(url: object) -> None:
    """Drop the broker of a URL, and with it what a log in memory holds."""
    _brokers.pop(broker_for(url).url, None)
