"""The tables of trigrams and words, and the evidence of texts for each language: naive Bayes over all of them.

Where langdetect samples n-grams in a random walk, here every trigram and word counts, for all texts of a batch and all
scripts at once: one probe of one table a key, rows of bytes added sixteen bits apart.
"""

from __future__ import annotations

import lzma
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.language.letters import HASH_BITS, PLANE, SPACE, Keys, Owners, fold_tables, hashed, runs, trigrams, words
from pipeline.language.script import Units

Scores = NDArray[np.float32]
Bytes = NDArray[np.uint8]

WIDTH = 48
"""Columns of a row: as many as the most languages of a script, and a multiple of eight."""
SLOT_BITS = 21
FILE = "tables.bin"
_STEPS, _WORD_WEIGHT = 8, 2
_LOW = np.uint64(0x00FF00FF00FF00FF)
_EIGHT = np.uint64(8)
_ROW_BITS = np.uint32(19)
_ROW, _CHECK = np.uint32((1 << 19) - 1), np.uint32((1 << 13) - 1)


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of one script, their priors, and what a trigram or word of unseen text usually gives (nats)."""

    names: tuple[str, ...]
    priors: tuple[float, ...]
    usual: tuple[float, ...]


@dataclass(frozen=True)
class Evidence:
    """A row a text: summed evidence (nats) for each language of its script; how many trigrams and words it is of."""

    scores: Scores
    features: NDArray[np.int64]


@dataclass(frozen=True)
class Tables:
    """Languages by script in the order of SUMMED; hashes of keys, ascending; WIDTH bytes for none, then for each."""

    languages: tuple[Languages, ...]
    hashes: Keys
    rows: Bytes

    def packed(self) -> bytes:
        """Return the tables as bytes, not compressed: a line of JSON, then the arrays."""
        rows = self.rows[1:]
        filled = rows != 0
        columns = np.nonzero(filled)[1].astype(np.uint8)
        head = orjson.dumps(
            {
                "languages": [asdict(languages) for languages in self.languages],
                "rows": len(self.hashes),
                "cells": len(columns),
            }
        )
        steps = np.diff(self.hashes, prepend=np.uint64(0)).astype("<u4").view(np.uint8).reshape(-1, 4)
        numbers = filled.sum(axis=1).astype(np.uint8)
        return b"".join((head, b"\n", steps.T.tobytes(), numbers.tobytes(), columns.tobytes(), rows[filled].tobytes()))

    @cached_property
    def slots(self) -> NDArray[np.uint32]:
        """Return the row of every place, 0 where there is none, and above it the lowest bits of its hash as a check."""
        found = np.zeros(1 << SLOT_BITS, dtype=np.uint32)
        rows = np.arange(1, len(self.hashes) + 1, dtype=np.uint32)
        found[_places(self.hashes)] = self.hashes.astype(np.uint32) << _ROW_BITS | rows
        return found

    @cached_property
    def lanes(self) -> NDArray[np.uint64]:
        """Return the rows with eight columns in each number."""
        return self.rows.view(np.uint64)

    def evidence(self, row: Units, owners: Owners, scripts: NDArray[np.int64]) -> Evidence:
        """Return the evidence of texts whose code units are in one row, NUL between; `scripts` are places in SUMMED."""
        size = len(scripts)
        if not size:
            return Evidence(np.zeros((0, WIDTH), dtype=np.float32), np.zeros(0, dtype=np.int64))
        codes, owners = runs(
            np.pad(fold_tables()[row + scripts[owners] * PLANE], 1, constant_values=SPACE), np.pad(owners, 1, "edge")
        )
        grams, whose = trigrams(codes, owners)
        whole, whose_words, _ = words(codes, owners)
        found = self._summed(grams, whose, size) + _WORD_WEIGHT * self._summed(whole, whose_words, size)
        features = np.bincount(whose, minlength=size) + np.bincount(whose_words, minlength=size)
        return Evidence(found.astype(np.float32) / np.float32(_STEPS), features)

    def _summed(self, keys: Keys, owners: Owners, size: int) -> NDArray[np.int32]:
        """Add the rows of the keys that are known, text by text."""
        hashes = hashed(keys)
        slots = self.slots[_places(hashes)]
        # An empty place may pass the check: its row adds nothing.
        known = np.flatnonzero(slots >> _ROW_BITS == hashes.astype(np.uint32) & _CHECK)
        found = np.zeros((size, WIDTH // 8, 4, 2), dtype=np.int32)
        if len(known):
            lanes, owners = self.lanes[slots[known] & _ROW], owners[known]
            starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
            for odd, part in enumerate((lanes & _LOW, lanes >> _EIGHT & _LOW)):
                sums = np.add.reduceat(part, starts, axis=0)
                found[owners[starts], :, :, odd] = sums.view(np.uint16).reshape(len(starts), -1, 4)
        return found.reshape(size, WIDTH)


def _places(hashes: Keys) -> NDArray[np.int64]:
    return (hashes >> np.uint64(HASH_BITS - SLOT_BITS)).astype(np.int64)


def unpacked(content: bytes) -> Tables:
    """Read what `packed` wrote."""
    line = content[: content.index(b"\n")]
    head: dict[str, Any] = orjson.loads(line)
    count, cells = head["rows"], head["cells"]
    arrays = np.frombuffer(content, dtype=np.uint8, offset=len(line) + 1)
    steps, numbers, columns, values = np.split(arrays, (4 * count, 5 * count, 5 * count + cells))
    hashes = np.cumsum(np.ascontiguousarray(steps.reshape(4, -1).T).view("<u4")[:, 0], dtype=np.uint64)
    rows = np.zeros((count + 1, WIDTH), dtype=np.uint8)
    rows.ravel()[np.repeat(np.arange(1, count + 1, dtype=np.int32) * WIDTH, numbers) + columns] = values
    languages = tuple(
        Languages(tuple(entry["names"]), tuple(entry["priors"]), tuple(entry["usual"])) for entry in head["languages"]
    )
    return Tables(languages, hashes, rows)


def shipped() -> Tables:
    """Read the tables that build.py made; the first line of the file says where they come from."""
    content = (files("pipeline.language") / FILE).read_bytes()
    return unpacked(lzma.decompress(memoryview(content)[content.index(b"\n") + 1 :]))
