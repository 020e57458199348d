"""Packed entries in blocks of consecutive numbers: a full block is one run of bytes, with what changed beside it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

BLOCK = 1024
# A block of which so much has changed is written anew.
MOST_CHANGED = BLOCK // 4
# What Python takes for a run of bytes by itself.
LOOSE = 41


class _Block:
    """Up to 1,024 entries; None for one that is gone."""

    __slots__ = ("changed", "data", "ends", "left", "open")

    def __init__(self) -> None:
        self.open: list[bytes | None] | None = []
        self.data, self.ends, self.left = b"", array("I"), 0
        self.changed: dict[int, bytes | None] = {}

    def add(self, data: bytes) -> None:
        """Put one more entry in; with the last the block is closed."""
        if self.open is not None:
            self.open.append(data)
            self.left += 1
            if len(self.open) == BLOCK:
                self._close(self.open)

    def get(self, row: int) -> bytes | None:
        """Return an entry."""
        if self.open is not None:
            return self.open[row]
        if row in self.changed:
            return self.changed[row]
        return self.data[self.ends[row - 1] if row else 0 : self.ends[row]] or None

    def set(self, row: int, data: bytes | None) -> None:
        """Change an entry, or take it out."""
        self.left -= data is None
        if self.open is not None:
            self.open[row] = data
            return
        self.changed[row] = data
        if len(self.changed) > MOST_CHANGED:
            self._close([self.get(row) for row in range(BLOCK)])

    @property
    def size(self) -> int:
        """Bytes held."""
        loose = [*self.changed.values(), *(self.open or ())]
        return len(self.data) + 4 * len(self.ends) + sum(LOOSE + len(data or b"") for data in loose)

    def _close(self, entries: list[bytes | None]) -> None:
        self.open, self.changed = None, {}
        self.data, self.ends, end = b"".join(data or b"" for data in entries), array("I"), 0
        for data in entries:
            end += len(data or b"")
            self.ends.append(end)


class Blocks:
    """Packed entries by number; a number (below 2^32 - 2) is never given twice."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}
        self._next = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks.values():
            rows = len(block.ends if block.open is None else block.open)
            yield from (data for row in range(rows) if (data := block.get(row)) is not None)

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(block.size for block in self._blocks.values())

    def add(self, data: bytes) -> int:
        """Keep an entry under the next number and return that."""
        place, self._next = self._next, self._next + 1
        self._blocks.setdefault(place // BLOCK, _Block()).add(data)
        self._count += 1
        return place

    def get(self, place: int) -> bytes | None:
        """Return an entry, None when it is gone."""
        block = self._blocks.get(place // BLOCK)
        return None if block is None else block.get(place % BLOCK)

    def replace(self, place: int, data: bytes) -> None:
        """Keep another state of an entry."""
        self._blocks[place // BLOCK].set(place % BLOCK, data)

    def discard(self, place: int) -> None:
        """Forget an entry, and the block with its last."""
        block = self._blocks[place // BLOCK]
        block.set(place % BLOCK, None)
        self._count -= 1
        if not block.left and block.open is None:
            del self._blocks[place // BLOCK]
