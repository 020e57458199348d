"""Frames between the poller and its parsing processes: the length in four bytes, big-endian, then that many bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import asyncio

_LENGTH = struct.Struct(">I")
LARGEST = 256 * 1024 * 1024


def framed(data: bytes) -> bytes:
    """Put the length before the data."""
    return _LENGTH.pack(len(data)) + data


def read_frame(source: BinaryIO) -> bytes | None:
    """Read a frame; None at the end of the stream."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = source.read(length)
    return data if len(data) == length else None


async def receive_frame(source: asyncio.StreamReader) -> bytes:
    """Read a frame.

    Raises:
        asyncio.IncompleteReadError: the other side is gone.
        ValueError: the frame is larger than any answer can be.
    """
    (length,) = _LENGTH.unpack(await source.readexactly(_LENGTH.size))
    if length > LARGEST:
        raise ValueError(f"a frame of {length} bytes")
    return await source.readexactly(length)
