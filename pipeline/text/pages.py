"""Folded words as few bytes: one for a letter of the text's own script, then compressed.

A letter of an alphabet takes one byte in place of two or three, which compresses better and in less time.
What is written says itself how to read it.
"""

from __future__ import annotations

from functools import lru_cache
from threading import local

import numpy as np
from numpy.typing import NDArray
from zstandard import (
    DICT_TYPE_RAWCONTENT,
    FORMAT_ZSTD1_MAGICLESS,
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
    ZstdDecompressor,
)

from pipeline.text.fold import Codes, decoded, encoded

# What a folded text has besides the letters of its script.
_COMMON = " |\n0123456789abcdefghijklmnopqrstuvwxyz"
_ROOM = 256 - len(_COMMON)
# No alphabet lies in a later block of 256 code points, but signs of which there are thousands.
_LAST_BLOCK = 0x2F
_UTF8, _UTF16 = 0, 1
# Tables for texts of so many bytes stay in the cache of a processor.
_LEVEL, _TYPICAL_BYTES = 3, 8192


class Zstandard(local):
    """Zstandard's contexts for short texts like those of a dictionary; no two threads may use the same at once."""

    def __init__(self, dictionary: bytes = b"") -> None:
        known = ZstdCompressionDict(dictionary, dict_type=DICT_TYPE_RAWCONTENT) if dictionary else None
        parameters = ZstdCompressionParameters.from_level(
            _LEVEL, source_size=_TYPICAL_BYTES, format=FORMAT_ZSTD1_MAGICLESS
        )
        self.compress = ZstdCompressor(compression_params=parameters, dict_data=known).compress
        self.decompress = ZstdDecompressor(format=FORMAT_ZSTD1_MAGICLESS, dict_data=known).decompress


_WORDS = Zstandard()


def compressed(codes: Codes) -> bytes:
    """Pack a folded text."""
    kind, start, data = _written(codes)
    return bytes((kind, start)) + _WORDS.compress(data)


def decompressed(packed: bytes) -> str:
    """Unpack what `compressed` packed."""
    kind, start = packed[0], packed[1]
    data = _WORDS.decompress(packed[2:])
    if kind == _UTF8:
        return data.decode()
    if kind == _UTF16:
        return data.decode("utf-16-le")
    return decoded(_page(kind, start)[np.frombuffer(data, dtype=np.uint8)])


def _written(codes: Codes) -> tuple[int, int, bytes]:
    """Return a block of 256 code points, the first of it that is written as a byte, and the text written so."""
    last = int(np.maximum.reduce(codes, initial=0))
    if last < 0x80:
        return _UTF8, 0, codes.astype(np.uint8).tobytes()
    block = int(np.bincount(codes >> np.uint32(8))[1:].argmax()) + 1 if last >= 0x100 else 0
    if block > _LAST_BLOCK and last < 0x10000:
        return _UTF16, 0, codes.astype("<u2").tobytes()
    if _UTF16 < block <= _LAST_BLOCK:
        # What lies before the block wraps around to the largest numbers.
        start = int(np.minimum.reduce(codes - np.uint32(block << 8)))
        data = _bytes(block, start).take(codes, mode="clip")
        if np.minimum.reduce(data):
            data -= np.uint8(1)
            return block, start, data.tobytes()
    return _UTF8, 0, decoded(codes).encode()


@lru_cache(maxsize=64)
def _page(block: int, start: int) -> Codes:
    """Return the code point of every byte."""
    first = (block << 8) + start
    return np.concatenate((encoded(_COMMON), np.arange(first, first + _ROOM, dtype=np.uint32)))


@lru_cache(maxsize=64)
def _bytes(block: int, start: int) -> NDArray[np.uint8]:
    """Return the byte of every code point and one more, 0 for those that have none; the last stands for all beyond."""
    table = np.zeros((block + 2) << 8, dtype=np.uint8)
    room = min(_ROOM - 1, 0x100 - start)
    page = _page(block, start)[: len(_COMMON) + room]
    table[page] = np.arange(1, len(page) + 1, dtype=np.uint8)
    return table
