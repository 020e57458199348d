"""Places of articles by 32-bit fingerprints of their names: some thirteen bytes a name, where a dict takes 200."""

from __future__ import annotations

from array import array
from functools import lru_cache
from hashlib import blake2b

import numpy as np

BYTES = 4
_EMPTY, _GONE = 0xFFFFFFFF, 0xFFFFFFFE
_LEAST = 64
_FULL, _GROWTH = 0.75, 1.15


@lru_cache(maxsize=64)
def fingerprint(kind: str, name: str) -> int:
    """Return the fingerprint of a name among names of a kind; whoever finds something by it compares the names."""
    data = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=BYTES, person=kind.encode()).digest(), "big")


class Fingerprints:
    """A hash table with open addressing; a fingerprint may have several places (below 2^32 - 2)."""

    __slots__ = ("_filled", "_keys", "_places", "_used")

    def __init__(self) -> None:
        self._resize(_LEAST)

    def __len__(self) -> int:
        return self._used

    @property
    def size(self) -> int:
        """Bytes held."""
        return (self._keys.itemsize + self._places.itemsize) * len(self._keys)

    def find(self, key: int) -> list[int]:
        """Return the places under a fingerprint."""
        slots = self._slots(key)
        return [self._places[slot] for slot in slots] if slots else slots

    def add(self, key: int, place: int, most: int | None = None) -> None:
        """Put a place under a fingerprint, unless `most` places are there."""
        if self._filled >= _FULL * len(self._keys):
            self._grow()
        self._insert(key, place, most)

    def remove(self, key: int, place: int) -> None:
        """Take a place from under a fingerprint, if it is there."""
        for slot in self._slots(key):
            if self._places[slot] == place:
                self._places[slot] = _GONE
                self._used -= 1
                return

    def _slots(self, key: int) -> list[int]:
        keys, places, found = self._keys, self._places, []
        slot = key % len(keys)
        while (place := places[slot]) != _EMPTY:
            if keys[slot] == key and place != _GONE:
                found.append(slot)
            slot = slot + 1 if slot + 1 < len(keys) else 0
        return found

    def _insert(self, key: int, place: int, most: int | None = None) -> None:
        keys, places = self._keys, self._places
        slot, found = key % len(keys), 0
        while (other := places[slot]) != _EMPTY:
            found += keys[slot] == key and other != _GONE
            if found == most:
                return
            slot = slot + 1 if slot + 1 < len(keys) else 0
        keys[slot], places[slot] = key, place
        self._filled += 1
        self._used += 1

    def _grow(self) -> None:
        """Make room for a seventh more than is left without what was taken out."""
        keys, places = (np.frombuffer(one, dtype=np.uint32) for one in (self._keys, self._places))
        kept = places < _GONE
        keys, places = keys[kept], places[kept]
        self._resize(max(_LEAST, int(len(keys) * _GROWTH / _FULL) + 1))
        slots = keys % np.uint32(len(self._keys))
        order = np.argsort(slots, kind="stable")
        # Each takes its own slot, or the first one behind those before it; a few at the end begin again at 0.
        steps = np.arange(len(order))
        taken = np.maximum.accumulate(slots[order] - steps) + steps
        fit = int(taken.searchsorted(len(self._keys)))
        np.frombuffer(self._keys, dtype=np.uint32)[taken[:fit]] = keys[order[:fit]]
        np.frombuffer(self._places, dtype=np.uint32)[taken[:fit]] = places[order[:fit]]
        self._filled = self._used = fit
        for key, place in zip(keys[order[fit:]].tolist(), places[order[fit:]].tolist(), strict=True):
            self._insert(key, place)

    def _resize(self, slots: int) -> None:
        self._keys, self._places = array("I", bytes(4 * slots)), array("I", b"\xff" * 4 * slots)
        self._filled = self._used = 0
