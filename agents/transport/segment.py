"""Records of one partition held in memory, in the order of their offsets; compaction leaves gaps between them."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.transport.log import Record

_OFFSET = attrgetter("offset")


class Segment:
    """An ordered run of records with its size in bytes."""

    __slots__ = ("_records", "size")

    def __init__(self) -> None:
        self._records: list[Record] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def first(self) -> Record | None:
        """The earliest record held."""
        return self._records[0] if self._records else None

    def append(self, record: Record) -> None:
        """Add a record behind all others."""
        self._records.append(record)
        self.size += record.size

    def read(self, offset: int, limit: int, max_bytes: int) -> list[Record]:
        """Records from `offset` on, at most `limit` or about `max_bytes`, at least one if there is one."""
        start = bisect_left(self._records, offset, key=_OFFSET)
        records = self._records[start : start + limit]
        room = max_bytes
        for count, record in enumerate(records):
            room -= record.size
            if room < 0 and count:
                return records[:count]
        return records

    def cut(self, count: int) -> None:
        """Let go of the first `count` records."""
        self.size -= sum(record.size for record in self._records[:count])
        del self._records[:count]

    def excess(self, stays: Callable[[Record, int], bool]) -> int:
        """Count the records at the front until one stays; `stays` gets the record and the bytes from it on."""
        size = self.size
        for count, record in enumerate(self._records):
            if stays(record, size):
                return count
            size -= record.size
        return len(self._records)

    def keep(self, wanted: Callable[[Record], bool]) -> None:
        """Let go of every record that is not wanted."""
        self._records = [record for record in self._records if wanted(record)]
        self.size = sum(record.size for record in self._records)
