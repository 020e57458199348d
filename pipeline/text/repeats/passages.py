"""Passages: the sentences of an article's body as they are counted, by a hash of their characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zlib import crc32

from pipeline.text.segment import Piece

_STOPS = re.compile("[\n.!?…۔؟।॥。\uff01\uff1f]+[\"'”’»)\\]」』]*")
# These may stand inside a word or a number; they end a passage before white space only.
_INSIDE = frozenset(".!?…")
_SHORTEST = 6
_OPENING = 3
# Of a long article the beginning and the end are counted.
_FIRST, _LAST = 16, 80


class Passage(NamedTuple):
    """`[start, end)` of the article as received; `opening` says that it is one of the first in the body's first line.

    `digest` is None where the passage is too short to tell anything or lies in the middle of a long article. The
    first sentences of a body have other digests than the same words elsewhere: the places where other pages show a
    story's opening are not counted against the story itself.
    """

    start: int
    end: int
    text: str
    opening: bool
    digest: int | None


def passages(received: str, pieces: Iterable[Piece]) -> list[Passage]:
    """Return the passages of the body pieces, in order; all that is no white space lies in one."""
    cut = [(a, b, line) for line, piece in enumerate(pieces) if piece.kind == "body" for a, b in _cut(received, piece)]
    uncounted = range(_FIRST, len(cut) - _LAST)
    found: list[Passage] = []
    for place, (start, end, line) in enumerate(cut):
        opening, text = line == cut[0][2] and place < _OPENING, received[start:end]
        found.append(Passage(start, end, text, opening, None if place in uncounted else _digest(text, int(opening))))
    return found


def _cut(received: str, piece: Piece) -> Iterator[tuple[int, int]]:
    start = piece.start
    for match in _STOPS.finditer(received, piece.start, piece.end):
        end = match.end()
        if (
            received[match.start()] in _INSIDE
            and end < piece.end
            and not received[end].isspace()
            and "\n" not in match[0]
        ):
            continue
        if not received[start:end].isspace():
            yield start, end
        start = end
    if start < piece.end:
        yield start, piece.end


def _digest(text: str, seed: int) -> int | None:
    """Hash a passage; one that was spaced out anew is the same."""
    text = text.strip()
    if "  " in text or "\t" in text:
        text = " ".join(text.split())
    return crc32(text.encode("utf-8", "surrogatepass"), seed) if len(text) >= _SHORTEST else None
