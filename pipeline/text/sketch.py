"""Near-duplicate sketch: a sample of hashed character n-grams from which containment can be read.

FracMinHash (Irber et al. 2022): every n-gram whose hash lies in the lowest 1/32 is kept, so that two sketches
taken apart estimate how much of either text is in the other, whatever their lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.text.fold import Codes, fold_codes

SPARSE_NGRAM, DENSE_NGRAM = 14, 6
DENSE_SHARE = 0.4
AT_LEAST = 24
RATE_BITS = 5
# Sampled hashes (below 2^59) take the lower half of 32 bits, the others, kept for short texts alone, the upper
# half: order is kept, and the sampled ones have 31 bits to differ in.
SAMPLED = 1 << (64 - RATE_BITS)
SAMPLED_SHIFT, OTHER_SHIFT = 64 - RATE_BITS - 31, 33
COMPLETE_BELOW = 1 << 31

Number = TypeVar("Number", np.uint32, np.uint64)
_MULTIPLIER = 0x9E3779B97F4A7C15
# Thai and Lao; kana, bopomofo, Hangul and Han; Hangul syllables; compatibility and further Han.
DENSE_RANGES = (
    (0x0E00, 0x0F00),
    (0x1100, 0x1200),
    (0x3040, 0xA000),
    (0xAC00, 0xD7B0),
    (0xF900, 0xFB00),
    (0x20000, 0x40000),
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """Sorted unique 32-bit hashes of a text, and the length of its folded form in letters."""

    hashes: tuple[int, ...]
    letters: int


def sketch(text: str) -> Sketch:
    """Return the sketch of `text`; a text shorter than one n-gram has no hashes."""
    return sketch_of(fold_codes(text))


def sketch_of(codes: Codes) -> Sketch:
    """Return the sketch of a folded text."""
    ngram = DENSE_NGRAM if is_dense(codes) else SPARSE_NGRAM
    return Sketch(tuple(_sample(ngram_hashes(codes, ngram)).tolist()), len(codes))


def is_dense(codes: Codes) -> bool:
    """Say whether most letters are of scripts that write a word in a few characters, without spaces."""
    if not len(codes) or int(codes.max()) < DENSE_RANGES[0][0]:
        return False
    dense = int(np.count_nonzero(_dense().take(codes, mode="clip")))
    return dense > DENSE_SHARE * len(codes)


@cache
def _dense() -> NDArray[np.bool_]:
    """Say of every code point whether it is of such a script; the last entry stands for all beyond."""
    table = np.zeros(DENSE_RANGES[-1][1] + 1, dtype=np.bool_)
    for start, end in DENSE_RANGES:
        table[start:end] = True
    return table


def ngram_hashes(codes: Codes, ngram: int) -> NDArray[np.uint64]:
    """Return a 64-bit hash of every window of `ngram` code points, in order."""
    if len(codes) < ngram:
        return np.empty(0, dtype=np.uint64)
    doubled, width, covered = _mix(codes.astype(np.uint64)), 1, 0
    total: NDArray[np.uint64] | None = None
    while True:
        power = np.uint64(pow(_MULTIPLIER, width, 1 << 64))
        if ngram & width:
            part = doubled[covered : covered + len(codes) - ngram + 1]
            if total is None:
                total = part.copy()
            else:
                total *= power
                total += part
            covered += width
            if covered == ngram:
                return _mix(total)
        longer = doubled[:-width] * power
        longer += doubled[width:]
        doubled, width = longer, 2 * width


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of each value, in place (finaliser of splitmix64, Steele et al. 2014)."""
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def _sample(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    # Few are sampled: their places are found faster than a mask is applied.
    sampled = _unique(hashes.take((hashes < np.uint64(SAMPLED)).nonzero()[0]))
    if len(sampled) >= AT_LEAST:
        return _unique((sampled >> np.uint64(SAMPLED_SHIFT)).astype(np.uint32))
    sampled = _unique(hashes)[:AT_LEAST]
    low = sampled >> np.uint64(SAMPLED_SHIFT)
    high = np.uint64(COMPLETE_BELOW) + ((sampled - np.uint64(SAMPLED)) >> np.uint64(OTHER_SHIFT))
    return _unique(np.where(sampled < np.uint64(SAMPLED), low, high).astype(np.uint32))


def _unique(values: NDArray[Number]) -> NDArray[Number]:
    """Sort values in place and return each once: a fifth of the time of `numpy.unique` for a few dozen."""
    values.sort()
    other = values[1:] != values[:-1]
    if np.count_nonzero(other) == len(other):
        return values
    once: NDArray[Number] = values[np.concatenate((_FIRST, other))]
    return once


_FIRST = np.ones(1, dtype=np.bool_)
