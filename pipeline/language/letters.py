"""Letters as numbers: what every code unit counts as in a script, and the keys of trigrams and words.

A key is 64 bits: three letters packed, or a polynomial of the letters of a word with the highest bit set.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.language.script import SCRIPTS, Units, table

Keys = NDArray[np.uint64]
Owners = NDArray[np.int64]

SUMMED = ("Latn", "Cyrl", "Arab", "Deva")
"""Scripts with more than one language; the others decide alone."""
SPACE = 0x20
PLANE = 0x10000

_LONGEST_WORD = 40
_WORD_BIT = np.uint64(1 << 63)
_POWERS = np.array([pow(0x100000001B3, n, 1 << 64) for n in range(_LONGEST_WORD)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)
HASH_BITS = 40
# Signs inside words that are skipped: vowel signs of Arabic, tatweel, joiners, soft hyphen, stress marks.
_SKIPPED = [*range(0x064B, 0x0660), 0x0640, 0x200B, 0x200C, 0x200D, 0x00AD, 0x0300, 0x0301]
# langdetect's profiles do not tell these apart: commas below and cedillas, vowels of Vietnamese with two signs.
_SAME = {0x0219: 0x015F, 0x0218: 0x015F, 0x021B: 0x0163, 0x021A: 0x0163}
_VIETNAMESE, _VIETNAMESE_AS = range(0x1EA0, 0x1F00), 0x1EC3


def fold_table(script: str) -> Units:
    """Return what every code unit counts as: a small letter of the script, or a space; 0 is skipped."""
    own = SCRIPTS.index(script)
    found = np.full(PLANE, SPACE, dtype=np.uint16)
    for code in np.flatnonzero(table() == own).tolist():
        found[code] = ord(chr(code).lower()[0])
    if script == "Deva":
        signs = [c for c in range(0x0900, 0x0980) if not chr(c).isalnum() and c not in (0x0964, 0x0965, 0x0970)]
        found[signs] = signs
    if script == "Latn":
        found[_VIETNAMESE] = _VIETNAMESE_AS
    for code, same in _SAME.items():
        if table()[code] == own:
            found[code] = same
    found[_SKIPPED] = 0
    return found


@cache
def fold_tables() -> Units:
    """Return the tables of all SUMMED scripts, one behind the other."""
    found = np.concatenate([fold_table(script) for script in SUMMED])
    found.flags.writeable = False
    return found


def runs(codes: Units, owners: Owners) -> tuple[Units, Owners]:
    """Drop what is skipped and all but one of the spaces in a row."""
    keep = codes != 0
    codes, owners = codes[keep], owners[keep]
    space = codes == SPACE
    keep = np.ones(len(codes), dtype=bool)
    keep[1:] = ~(space[1:] & space[:-1])
    return codes[keep], owners[keep]


def trigrams(codes: Units, owners: Owners) -> tuple[Keys, Owners]:
    """Return the keys of all trigrams with a letter in the middle, and whose they are; words have spaces around."""
    one = codes.astype(np.uint64)
    keys = one[:-2] << np.uint64(32)
    keys |= one[1:-1] << np.uint64(16)
    keys |= one[2:]
    inner = codes[1:-1] != SPACE
    return keys[inner], owners[1:-1][inner]


def words(codes: Units, owners: Owners) -> tuple[Keys, Owners, Owners]:
    """Return the keys of all words, whose they are, and where they begin."""
    places = np.flatnonzero(codes != SPACE)
    if not len(places):
        none = np.zeros(0, dtype=np.int64)
        return np.zeros(0, dtype=np.uint64), none, none
    first = np.flatnonzero(np.concatenate(([True], np.diff(places) > 1)))
    lengths = np.diff(np.append(first, len(places)))
    within = np.minimum(np.arange(len(places)) - np.repeat(first, lengths), _LONGEST_WORD - 1)
    keys = np.add.reduceat(codes[places] * _POWERS[within], first) | _WORD_BIT
    begins = places[first]
    return keys, owners[begins], begins


def hashed(keys: Keys) -> Keys:
    """Return keys as HASH_BITS bits, evenly spread."""
    found: Keys = (keys * _MIX) >> np.uint64(64 - HASH_BITS)
    return found
