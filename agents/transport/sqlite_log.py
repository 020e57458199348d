"""A partitioned log in one SQLite file: writes are collected for a moment and committed together in a thread."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from agents.transport import sqlite_schema as schema
from agents.transport.file_lock import FileLock
from agents.transport.log import Headers, LogError, Record, Slot, TopicConfig, UnknownTopicError, check_topic_name
from agents.transport.segment import Segment
from agents.transport.sqlite_cleaner import Cleaner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

LINGER = 0.005
"""Seconds that writes are collected for, unless somebody flushes: a transaction costs as much as some ten records."""

TAIL_RECORDS = 1_024
TAIL_BYTES = 1024 * 1024
"""What a partition holds in memory of its end, once durable."""

PATIENCE = 30.0
"""Seconds for which a failing write is tried again before its senders learn of it."""

CLEAN_INTERVAL = 60.0


class _Partition:
    """One partition: its row, its offsets, and its end in memory."""

    __slots__ = ("config", "durable", "end", "slot", "tail")

    def __init__(self, slot: Slot, config: TopicConfig, durable: schema.Extent) -> None:
        self.slot, self.config = slot, config
        self.durable = durable
        self.end = durable.end
        self.tail = Segment()

    def shrink(self) -> None:
        """Let go of durable records beyond the bounds of the tail; to half of them, so that it is seldom done."""
        if len(self.tail) <= TAIL_RECORDS and self.tail.size <= TAIL_BYTES:
            return
        surplus = len(self.tail) - TAIL_RECORDS // 2

        def stays(record: Record, size: int) -> bool:
            nonlocal surplus
            surplus -= 1
            return record.offset >= self.durable.end or (surplus < 0 and size <= TAIL_BYTES // 2)

        self.tail.cut(self.tail.excess(stays))


class SqliteLog:
    """Topics, records and committed offsets in one file; to be used from the event loop it was opened in."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self._lock = lock
        self._writer = schema.connect(path, write=True)
        self._reader = schema.connect(path, write=False)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="log")
        self._loop = asyncio.get_running_loop()
        self._topics = schema.read_topics(self._reader)
        rows = schema.read_partitions(self._reader)
        self._partitions = {slot: _Partition(slot, self._topics[slot[0]], row) for slot, row in rows.items()}
        self._next_row = 1 + max((partition.durable.row for partition in self._partitions.values()), default=0)
        self._offsets = schema.read_committed(self._reader)
        self._statements: list[schema.Statement] = []
        self._touched: set[Slot] = set()
        self._collecting: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None
        self._hurry = False
        self._failure: LogError | None = None
        self._patience = PATIENCE
        self._clean_soon = asyncio.Event()
        self._cleaning = asyncio.Lock()
        self._cleaner = Cleaner(self._writer)
        self._janitor = self._loop.create_task(self._clean_at_times())

    @classmethod
    def open(cls, path: Path) -> SqliteLog:
        """Open or create the file; LogLockedError where another process writes it. Needs a running event loop."""
        if not path.parent.is_dir():
            raise LogError(f"no folder {path.parent} for {path.name}; four slashes name an absolute path")
        lock = FileLock(path.with_name(path.name + ".lock"))
        try:
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    # -- topics, records, offsets

    def topics(self) -> Mapping[str, TopicConfig]:
        """Topics by name."""
        return self._topics

    def create(self, topic: str, config: TopicConfig) -> None:
        """Add a topic that does not exist yet."""
        check_topic_name(topic)
        if topic in self._topics:
            raise LogError(f"topic {topic!r} exists")
        self._write(*schema.create_statements(topic, config, self._next_row))
        self._topics[topic] = config
        for number in range(config.partitions):
            slot = (topic, number)
            self._partitions[slot] = _Partition(slot, config, schema.Extent(self._next_row + number))
        self._next_row += config.partitions

    def append(
        self, slot: Slot, timestamp: int, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Record:
        """Write one record at the end of a partition."""
        partition = self._partition(slot)
        record = Record(slot[0], slot[1], partition.end, timestamp, key, value, headers)
        packed = schema.pack_headers(headers)
        self._write((schema.INSERT_RECORD, (partition.durable.row, record.offset, timestamp, key, value, packed)))
        partition.tail.append(record)
        partition.end += 1
        self._touched.add(partition.slot)
        return record

    def read(self, slot: Slot, offset: int, limit: int, max_bytes: int) -> Sequence[Record]:
        """Records from `offset` on in order: from the tail in memory, or else from the file."""
        partition = self._partition(slot)
        first = partition.tail.first
        offset = max(offset, partition.durable.base)
        if offset >= partition.end:
            return []
        if first is None or offset < first.offset:
            rows = schema.select_records(self._reader, partition.durable.row, offset, limit)
            records = schema.read_records(rows, slot, max_bytes)
            if records:
                return records
        return partition.tail.read(offset, limit, max_bytes)

    def base(self, slot: Slot) -> int:
        """Offset of the earliest record that may still be held."""
        return self._partition(slot).durable.base

    def end(self, slot: Slot) -> int:
        """Offset the next record will get."""
        return self._partition(slot).end

    def commit(self, group: str, offsets: Mapping[Slot, int]) -> None:
        """Remember how far a group has processed."""
        self._write(*schema.commit_statements(group, offsets.items()))
        self._offsets.setdefault(group, {}).update(offsets)

    def committed(self, group: str) -> Mapping[Slot, int]:
        """Offsets of a group."""
        return self._offsets.get(group, {})

    def _partition(self, slot: Slot) -> _Partition:
        try:
            return self._partitions[slot]
        except KeyError:
            raise UnknownTopicError(f"no partition {slot[1]} of topic {slot[0]!r}") from None

    # -- writing

    @property
    def pending(self) -> asyncio.Future[None] | None:
        """Future of everything written so far."""
        return self._collecting or self._writing

    async def flush(self) -> None:
        """Wait until everything written so far is durable."""
        if self._failure is not None:
            raise self._failure
        pending = self.pending
        if pending is not None:
            self._hurry = True
            self._start_writing()
            await asyncio.shield(pending)

    def _write(self, *statements: schema.Statement) -> None:
        if self._failure is not None:
            raise self._failure
        self._statements.extend(statements)
        if self._collecting is None and statements:
            self._collecting = self._loop.create_future()
            if self._writing is None:
                self._loop.call_later(LINGER, self._start_writing)

    def _start_writing(self) -> None:
        if self._writing is not None or self._collecting is None:
            return
        statements, self._statements = self._statements, []
        touched, self._touched = self._touched, set()
        ends = {slot: self._partitions[slot].end for slot in touched}
        self._writing, self._collecting = self._collecting, None
        self._hurry = False
        work = self._loop.run_in_executor(self._executor, self._transact, statements)
        work.add_done_callback(lambda work: self._written(work.exception(), ends))

    def _written(self, error: BaseException | None, ends: Mapping[Slot, int]) -> None:
        done, self._writing = self._writing, None
        assert done is not None
        if error is not None:
            self._fail(done, error)
            return
        for slot, end in ends.items():
            partition = self._partitions[slot]
            extent = partition.durable
            extent.end = end
            partition.shrink()
            if partition.config.compact and end - extent.cleaned > self._cleaner.dirty_records(extent.row):
                self._clean_soon.set()
        done.set_result(None)
        if self._hurry:
            self._start_writing()
        elif self._collecting is not None:
            self._loop.call_later(LINGER, self._start_writing)

    def _fail(self, done: asyncio.Future[None], error: BaseException) -> None:
        """Refuse everything from now on: what readers of this process have seen is not in the file."""
        self._failure = LogError(f"the log cannot be written: {error}")
        log.error("%s", self._failure)
        for future in (done, self._collecting):
            if future is not None:
                future.set_exception(self._failure)
                future.exception()
        self._collecting = None

    def _transact(self, statements: Sequence[schema.Statement]) -> None:
        """Run the statements in one transaction, again and again while the disk is full or locked."""
        deadline = time.monotonic() + self._patience
        pause = 0.05
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                schema.execute(self._writer, statements)
                self._writer.execute("COMMIT")
            except sqlite3.OperationalError as error:
                with suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                if time.monotonic() > deadline:
                    raise
                log.warning("Writing the log failed, trying again: %s", error)
                time.sleep(pause)
                pause = min(1.0, pause * 2)
            else:
                return

    # -- cleaning

    async def clean(self, now_ms: int) -> None:
        """Delete what retention and compaction allow, a bounded number of rows at a time between other writes."""
        async with self._cleaning:
            for partition in list(self._partitions.values()):
                for step in self._cleaner.steps(partition.config, partition.durable, now_ms):
                    await self._loop.run_in_executor(self._executor, step)

    async def _clean_at_times(self) -> None:
        while True:
            with suppress(TimeoutError):
                # Not wait_for, which in Python 3.11 forgets a cancellation that comes together with the event.
                async with asyncio.timeout(CLEAN_INTERVAL):
                    await self._clean_soon.wait()
            self._clean_soon.clear()
            try:
                await self.clean(time.time_ns() // 1_000_000)
            except sqlite3.Error as error:
                log.warning("Cleaning the log failed, later again: %s", error)

    async def close(self) -> None:
        """Flush, and let go of the file."""
        self._patience = 0.0
        self._janitor.cancel()
        await asyncio.wait({self._janitor})
        try:
            await self.flush()
        finally:
            self.abandon()

    @property
    def is_orphaned(self) -> bool:
        """Whether the event loop it belongs to is gone: what was not durable then is lost."""
        return self._loop.is_closed()

    def abandon(self) -> None:
        """Let go of the file without a flush."""
        self._executor.shutdown(wait=True)
        self._reader.close()
        self._writer.close()
        self._lock.release()
