"""The blocks of one partition, at most so many: where there are more, those silent for longest are forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from heapq import heapify, heappop, heappush

from pipeline.linking.block import Block

# More than the pairs of countries that the news of years tell of. A late report of a forgotten block begins anew.
MOST_BLOCKS = 50_000
FORGOTTEN_AT_ONCE = 4


class Blocks(MutableMapping[str, Block]):
    """State of the linking stage, by block key; it says the same in whatever order it was filled."""

    def __init__(self, entries: Mapping[str, Block] | None = None) -> None:
        self._blocks: dict[str, Block] = {}
        self._told: dict[str, int] = {}
        # Days and keys, the earliest first; what `_told` says otherwise is out of date and passed over.
        self._silent: list[tuple[int, str]] = []
        for key, block in (entries or {}).items():
            self[key] = block

    def __getitem__(self, key: str) -> Block:
        return self._blocks[key]

    def __setitem__(self, key: str, block: Block) -> None:
        told = _last_told(block)
        if self._told.get(key) != told:
            self._told[key] = told
            heappush(self._silent, (told, key))
        self._blocks[key] = block
        if len(self._silent) > 2 * len(self._blocks) + FORGOTTEN_AT_ONCE:
            self._silent = [(day, name) for name, day in self._told.items()]
            heapify(self._silent)

    def __delitem__(self, key: str) -> None:
        del self._blocks[key], self._told[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def spare(self, key: str) -> list[str]:
        """Return a few blocks to forget where there are too many, never `key`: those last told of longest ago."""
        spare = min(FORGOTTEN_AT_ONCE, len(self) - MOST_BLOCKS)
        if spare <= 0:
            return []
        found: list[tuple[int, str]] = []
        while len(found) < spare and self._silent:
            told, name = heappop(self._silent)
            if self._told.get(name) == told and (told, name) not in found:
                found.append((told, name))
        for one in found:
            heappush(self._silent, one)
        return [name for _, name in found if name != key]


def _last_told(block: Block) -> int:
    """The latest day (ordinal) on which one of its reports was published, 0 where none is known."""
    return max((r.told or 0 for r in block.reports), default=0)
