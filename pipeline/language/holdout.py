"""Keeping texts apart: none to be measured with may share a passage with one that tables are built from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pipeline.language.script import units

# Texts that have this many characters in a row in common are not apart.
PASSAGE = 30
_PRIME = 0x100000001B3


def part_of(text: str, parts: int) -> int:
    """Return which of so many parts a text belongs to: a hash of its letters decides."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) % parts


def apart(texts: Sequence[str], measured: Iterable[str]) -> list[bool]:
    """Return for every text whether it shares no passage with any of the measured ones."""
    held = {text.lower() for text in measured}
    windows = [_passages(text) for text in held]
    known = np.unique(np.concatenate(windows)) if windows else np.zeros(0, dtype=np.uint64)
    found = []
    for text in texts:
        own = _passages(text.lower())
        places = np.minimum(np.searchsorted(known, own), max(len(known) - 1, 0))
        found.append(text.lower() not in held and not (len(known) and bool((known[places] == own).any())))
    return found


def _passages(text: str) -> NDArray[np.uint64]:
    """Return a rolling hash of every passage of a text; none if the text is shorter than one."""
    row = units(text).astype(np.uint64)
    if len(row) < PASSAGE:
        return np.zeros(0, dtype=np.uint64)
    powers = np.cumprod(np.full(len(row), _PRIME, dtype=np.uint64))
    inverse = np.cumprod(np.full(len(row), pow(_PRIME, -1, 1 << 64), dtype=np.uint64))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(row * powers)))
    found: NDArray[np.uint64] = (sums[PASSAGE:] - sums[:-PASSAGE]) * inverse[: len(row) - PASSAGE + 1]
    return found
