"""Which passages of an article are the site's and not the story's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.text.repeats.passages import Passage
from pipeline.text.repeats.sightings import Sighting
from pipeline.text.repeats.subject import Headline, weight
from pipeline.text.segment import Piece

# The site's own is what was under so many headlines, among at least so many articles since it first appeared, and
# the more often the smaller the part of them is that held it: 6 where every second did, 15 where every fifth.
_HEADLINES, _AMONG, _EVIDENCE = 5, 8, 3.0
# So many passages in a row that first appeared in different articles and came again since are a list of other stories.
_LISTED, _HEADLINES_LISTED = 3, 2
# Beside a passage of the site's less will do.
_HEADLINES_BESIDE, _SHARE_BESIDE = 3, 0.3
_LONG, _GAP = 30, 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage, and how other articles of the site showed it."""

    passage: Passage
    sighting: Sighting | None

    @property
    def is_repeated(self) -> bool:
        """Whether the site repeats it."""
        seen = self.sighting
        return (
            seen is not None
            and seen.headlines >= _HEADLINES
            and seen.since >= _AMONG
            and seen.headlines * seen.share >= _EVIDENCE
        )

    @property
    def is_repeated_beside(self) -> bool:
        """Whether the site repeats it, if it repeats the passage before or behind it."""
        seen = self.sighting
        return seen is not None and seen.headlines >= _HEADLINES_BESIDE and seen.share >= _SHARE_BESIDE

    @property
    def is_listed(self) -> bool:
        """Whether it may be part of a list of other stories."""
        seen = self.sighting
        return seen is not None and seen.headlines >= _HEADLINES_LISTED and not self.passage.opening

    @property
    def is_long(self) -> bool:
        """Whether its words say enough to be told by."""
        return weight(self.passage.text) >= _LONG


def boilerplate(readings: Sequence[Reading], headline: Headline) -> list[tuple[int, int]]:
    """Return what of an article is the site's: `[start, end)` as received, without white space around it."""
    marks = _sure(readings, headline)
    _mark_lists(readings, marks)
    if not any(marks):
        return []
    _spread(readings, marks, range(1, len(marks)), -1)
    _spread(readings, marks, range(len(marks) - 2, -1, -1), 1)
    _fill(readings, marks)
    if all(mark or reading.passage.opening for mark, reading in zip(marks, readings, strict=True)):
        # Nothing else is left: no story opens here.
        marks = [mark or reading.is_repeated for mark, reading in zip(marks, readings, strict=True)]
    return list(_spans(readings, marks))


def _sure(readings: Iterable[Reading], headline: Headline) -> list[bool]:
    """Mark what is repeated; where the story may open, also behind what was marked, not what the headline is about."""
    marks: list[bool] = []
    leading = True
    for reading in readings:
        opening = leading or reading.passage.opening
        found = reading.is_repeated and reading.is_long
        marks.append(found and not (opening and headline.is_subject_of(reading.passage.text)))
        leading = leading and marks[-1]
    return marks


def _mark_lists(readings: Sequence[Reading], marks: list[bool]) -> None:
    """Mark lists of other stories, whose parts differ in age; those of a copy or a quotation are of one age."""
    start = 0
    for end in range(len(readings) + 1):
        if end < len(readings) and readings[end].is_listed:
            continue
        run = readings[start:end]
        if len({one.sighting.first for one in run if one.sighting and one.is_long}) >= _LISTED:
            marks[start:end] = [True] * len(run)
        start = end + 1


def _spread(readings: Sequence[Reading], marks: list[bool], order: Iterable[int], step: int) -> None:
    for place in order:
        if marks[place + step] and not readings[place].passage.opening:
            marks[place] = marks[place] or readings[place].is_repeated_beside


def _fill(readings: Sequence[Reading], marks: list[bool]) -> None:
    """Take along what is short, or was seen before, between two passages of the site's."""
    last = len(marks)
    for place in [place for place, mark in enumerate(marks) if mark]:
        gap = range(last + 1, place)
        if len(gap) <= _GAP and all(readings[i].sighting or not readings[i].is_long for i in gap):
            marks[last + 1 : place] = [True] * len(gap)
        last = place


def _spans(readings: Sequence[Reading], marks: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Join neighbours."""
    start: int | None = None
    end = 0
    for reading, mark in zip(readings, marks, strict=True):
        passage, text = reading.passage, reading.passage.text
        if mark:
            start = passage.end - len(text.lstrip()) if start is None else start
            end = passage.start + len(text.rstrip())
        elif start is not None:
            yield start, end
            start = None
    if start is not None:
        yield start, end


def relabelled(pieces: Iterable[Piece], spans: Sequence[tuple[int, int]], received: str) -> tuple[Piece, ...]:
    """Cut boilerplate out of the body pieces; every character that is no white space stays in one piece."""
    return tuple(
        part for piece in pieces for part in (_parts(piece, spans, received) if piece.kind == "body" else (piece,))
    )


def _parts(piece: Piece, spans: Sequence[tuple[int, int]], received: str) -> Iterator[Piece]:
    place = piece.start
    for start, end in spans:
        first, last = max(start, piece.start), min(end, piece.end)
        if first < last:
            yield from _trimmed(Piece("body", place, first), received)
            yield from _trimmed(Piece("boilerplate", first, last), received)
            place = last
    yield from _trimmed(Piece("body", place, piece.end), received)


def _trimmed(piece: Piece, received: str) -> Iterator[Piece]:
    text = received[piece.start : piece.end]
    if text.strip():
        yield Piece(piece.kind, piece.end - len(text.lstrip()), piece.start + len(text.rstrip()))
