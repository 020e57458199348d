"""Folded words as few bytes: one for a letter of the text's own script, then deflated.

A letter of an alphabet takes one byte in place of two or three, which deflates to a tenth less and in half the time.
What is written says itself how to read it.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.text.fold import Codes, decoded, encoded

# What a folded text has besides the letters of its script.
_COMMON = " |\n0123456789abcdefghijklmnopqrstuvwxyz"
_ROOM = 256 - len(_COMMON)
# No alphabet lies in a later block of 256 code points, but signs of which there are thousands.
_LAST_BLOCK = 0x2F
_UTF8, _UTF16 = 0, 1
_LEVEL, _RAW = 6, -15


def deflated(codes: Codes) -> bytes:
    """Pack a folded text."""
    kind, start, data = _written(codes)
    return bytes((kind, start)) + zlib.compress(data, _LEVEL, wbits=_RAW)


def inflated(packed: bytes) -> str:
    """Unpack what `deflated` packed."""
    kind, start = packed[0], packed[1]
    data = zlib.decompress(packed[2:], wbits=_RAW)
    if kind == _UTF8:
        return data.decode()
    if kind == _UTF16:
        return data.decode("utf-16-le")
    return decoded(_page(kind, start)[np.frombuffer(data, dtype=np.uint8)])


def _written(codes: Codes) -> tuple[int, int, bytes]:
    """Return a block of 256 code points, the first of it that is written as a byte, and the text written so."""
    last = int(codes.max()) if len(codes) else 0
    if last >= 0x80:
        block = int(np.bincount(codes >> np.uint32(8))[1:].argmax()) + 1 if last >= 0x100 else 0
        if block > _LAST_BLOCK and last < 0x10000:
            return _UTF16, 0, codes.astype("<u2").tobytes()
        if _UTF16 < block <= _LAST_BLOCK:
            start = int(codes[(codes >> np.uint32(8)) == block].min()) & 0xFF
            data = _bytes(block, start).take(codes, mode="clip")
            if data.all():
                return block, start, (data - np.uint8(1)).tobytes()
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
