"""What each part of an article as received is: its own text, or one of the things that pages glue to it.

Nothing is thrown away: every character that is no white space lies in exactly one piece. A line is taken from the
body only on a sign (a cue word, bullets, a headline that the next paragraph repeats), never for being odd.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.text.lines import lines
from pipeline.text.normalise import Normalised, normalise
from pipeline.text.outline import Part, outline
from schemas.article import SegmentKind, received

# Pieces of one kind that follow each other are joined in an article of more lines than this.
_MANY = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """`[start, end)` of the article as received, and what it is."""

    kind: SegmentKind
    start: int
    end: int


def segment(title: str | None, text: str) -> tuple[Piece, ...]:
    """Return the pieces of an article in order; offsets are into `schemas.article.received(title, text)`."""
    whole = received(title, text)
    return pieces(whole, title, normalise(whole, len(whole) - len(text)))


def pieces(whole: str, title: str | None, body: Normalised) -> tuple[Piece, ...]:
    """Return the pieces of an article whose text (all after the title and its line end) is already normalised."""
    parts = outline(body, title)
    if len(parts) > _MANY:
        parts = _joined(parts)
    cuts: list[tuple[SegmentKind, int]] = [("title", 0)] if title else []
    cuts.append(("filler", body.offset))
    cuts.extend((part.kind, body.span(part.start, part.end)[0]) for part in parts)
    return tuple(_cut(whole, cuts))


def _cut(whole: str, cuts: list[tuple[SegmentKind, int]]) -> Iterable[Piece]:
    """Cut at every offset; what is before the first cut goes with it, white space goes nowhere."""
    merged: list[tuple[SegmentKind, int]] = []
    for kind, start in cuts:
        # Signs without letters before the first line (a tag, a zero-width space) belong to the line.
        if merged and (start <= merged[-1][1] or (merged[-1][0] == "filler" and _is_lead_in(merged, cuts))):
            merged[-1] = (kind, merged[-1][1])
        else:
            merged.append((kind, start))
    for (kind, start), end in zip(merged, [*(s for _, s in merged[1:]), len(whole)], strict=True):
        left, right = _trim(whole, start, end)
        if left < right:
            yield Piece(kind, left, right)


def _is_lead_in(merged: list[tuple[SegmentKind, int]], cuts: list[tuple[SegmentKind, int]]) -> bool:
    lead = 1 if cuts[0][0] == "title" and cuts[0][1] == 0 and len(cuts) > 1 else 0
    return len(merged) - 1 == lead and merged[-1] == cuts[lead]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _joined(parts: list[Part]) -> list[Part]:
    """Join neighbours of one kind; what is left over after that many is the last kind's."""
    found: list[Part] = []
    for part in parts:
        if found and (found[-1].kind == part.kind or len(found) >= _MANY):
            found[-1] = Part(found[-1].kind, found[-1].start, part.end)
        else:
            found.append(part)
    return found


__all__ = ["Piece", "lines", "pieces", "segment"]
