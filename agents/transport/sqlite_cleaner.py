"""Retention and compaction of a log in SQLite, in steps small enough to run between writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from agents.transport.log import TopicConfig
    from agents.transport.sqlite_schema import Extent

STEP_ROWS = 2_000
DIRTY_RECORDS = 1_000


class Cleaner:
    """Makes the steps that clean a partition; each is one transaction, to be run in the thread of the writer."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._clean_rows: dict[int, int] = {}

    def dirty_records(self, row: int) -> int:
        """Records that may come after a cleaning before the next one: as many as it left, but not too few.

        Each cleaning reads what the last one left and what came since, so a record is read twice on average.
        """
        return max(DIRTY_RECORDS, self._clean_rows.get(row, 0))

    def steps(self, config: TopicConfig, extent: Extent, now_ms: int) -> Iterator[Callable[[], None]]:
        """Yield the steps that retention and compaction ask for; each must have run before the next is asked for."""
        if config.retention_ms is not None or config.retention_bytes is not None:
            retention = _Retention(self._database, config, extent, now_ms)
            while not retention.done:
                yield retention.step
        if config.compact and extent.end - extent.cleaned > self.dirty_records(extent.row):
            compaction = _Compaction(self._database, extent, now_ms - config.tombstone_ms)
            yield compaction.scan
            while not compaction.done:
                yield compaction.step
            self._clean_rows[extent.row] = compaction.kept


class _Retention:
    """Deletes the records before the first one that may stay, and moves the base there."""

    def __init__(self, database: sqlite3.Connection, config: TopicConfig, extent: Extent, now_ms: int) -> None:
        self._database, self._config, self._extent = database, config, extent
        self._oldest = -1 if config.retention_ms is None else now_ms - config.retention_ms
        self.done = False

    def step(self) -> None:
        """Delete up to STEP_ROWS records."""
        rows = self._database.execute(
            "SELECT offset, timestamp FROM record WHERE partition = ? AND offset < ? ORDER BY offset LIMIT ?",
            (self._extent.row, self._extent.end, STEP_ROWS),
        ).fetchall()
        surplus = self._surplus()
        base = None
        for count, (offset, timestamp) in enumerate(rows):
            if count >= surplus and timestamp >= self._oldest:
                base = offset
                break
        self.done = base is not None or len(rows) < STEP_ROWS
        if not rows or base == rows[0][0]:
            return
        base = base if base is not None else rows[-1][0] + 1
        row = self._extent.row
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("DELETE FROM record WHERE partition = ? AND offset < ?", (row, base))
            self._database.execute("UPDATE partition SET base = ? WHERE id = ?", (base, row))
        self._extent.base = base

    def _surplus(self) -> int:
        """Records at the front that are beyond retention.bytes, as far as the mean size of a record tells."""
        if self._config.retention_bytes is None:
            return 0
        count, size = self._database.execute(
            "SELECT count(*), total(ifnull(length(key), 0) + ifnull(length(value), 0)) FROM record WHERE partition = ?",
            (self._extent.row,),
        ).fetchone()
        excess = size - self._config.retention_bytes
        return int(excess / (size / count)) if excess > 0 and count else 0


class _Compaction:
    """Deletes records whose key came again before `end`, and tombstones older than `oldest`; never the last record.

    As Kafka's log cleaner does it: the keys that came since the last cleaning are read into a map, then the
    partition is walked once from its beginning.
    """

    def __init__(self, database: sqlite3.Connection, extent: Extent, oldest: int) -> None:
        self._database, self._extent, self._oldest = database, extent, oldest
        self._latest: dict[bytes, int] = {}
        self._at, self._end = extent.base, extent.end
        self.kept = 0
        self.done = False

    def scan(self) -> None:
        """Read the last offset of every key that came since the last cleaning."""
        self._latest = dict(
            self._database.execute(
                "SELECT key, offset FROM record WHERE partition = ? AND offset >= ? AND offset < ?"
                " AND key IS NOT NULL ORDER BY offset",
                (self._extent.row, self._extent.cleaned, self._end),
            )
        )

    def step(self) -> None:
        """Look at STEP_ROWS records and delete those that may go."""
        rows = self._database.execute(
            "SELECT id, offset, key, value IS NULL AND timestamp < ? FROM record"
            " WHERE partition = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?",
            (self._oldest, self._extent.row, self._at, self._end, STEP_ROWS),
        ).fetchall()
        last = self._end - 1
        gone = [(row,) for row, offset, key, dead in rows if offset < max(self._latest.get(key, -1), dead and last)]
        self.kept += len(rows) - len(gone)
        self._at = rows[-1][1] + 1 if rows else self._end
        self.done = len(rows) < STEP_ROWS
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("DELETE FROM record WHERE id = ?", gone)
            if self.done:
                self._database.execute("UPDATE partition SET cleaned = ? WHERE id = ?", (self._end, self._extent.row))
        if self.done:
            self._extent.cleaned = self._end
