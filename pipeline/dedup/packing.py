"""Entries as bytes: a window of a million articles has to fit into memory, and few entries are read again."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

from pipeline.dedup.state import Decision, Seen
from schemas import codec
from schemas.article import Verdict

_LENGTHS = struct.Struct("<IH")
_TYPICAL = Seen(
    uri="https://www.",
    site="news.com",
    time=1_700_000_000,
    published=1_700_000_000,
    arrived=1_700_000_000,
    canonical_url="news.com/news/2024/",
    group="https://www.",
    carriers=("news.com",),
    decisions=(
        Decision(
            version=1,
            text_sha256="",
            verdict=Verdict(verdict="new", relation="new", group="https://www.", carriers=("news.com",)),
        ),
    ),
)
_DICTIONARY = codec.encode(_TYPICAL)


def packed_entry(entry: Seen) -> bytes:
    """Pack an entry; the wording is compressed already and stays as it is."""
    packer = zlib.compressobj(level=6, wbits=-15, memLevel=5, zdict=_DICTIONARY)
    head = packer.compress(codec.encode(replace(entry, sketch=b"", wording=b""))) + packer.flush()
    return _LENGTHS.pack(len(head), len(entry.sketch)) + head + entry.sketch + entry.wording


def unpacked_entry(data: bytes) -> Seen:
    """Unpack what `packed_entry` packed."""
    length, sketch = _LENGTHS.unpack_from(data)
    start = _LENGTHS.size + length
    head = zlib.decompressobj(wbits=-15, zdict=_DICTIONARY).decompress(data[_LENGTHS.size : start])
    entry = codec.decode(Seen, head)
    return replace(entry, sketch=data[start : start + sketch], wording=data[start + sketch :])
