"""Evidence in its context: an article's text around the evidence, cut into runs that say what they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.event import Mention

Mark = Literal["evidence", "trigger", "actor", "recipient", "quantity"]
# Code points shown before and after a piece of evidence, and in all.
CONTEXT = 220
LIMIT = 4_000
HEADLINE = 200
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Range:
    """Code points `[start, end)` of the article as received, and what stands there."""

    start: int
    end: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with everything that it is."""

    text: str
    marks: tuple[Mark, ...] = ()


Passage = list[Run]


def passages(mention: Mention, text: str | None) -> list[Passage]:
    """Return the evidence of a mention with what stands around it; alone where the text is missing or another one."""
    ranges = _ranges(mention)
    if text is None or any(text[span.start : span.end] != span.text for span in mention.evidence):
        return [_runs(span.text[:LIMIT], span.start, ranges) for span in mention.evidence]
    return [_in_context(text, start, end, ranges) for start, end in _windows(mention, text)]


def headline(mention: Mention, text: str | None) -> str | None:
    """Return the first line of an article, if it is one of its own: short, and the evidence stands below it."""
    first, newline, _ = (text or "").partition("\n")
    below = all(span.start >= len(first) for span in mention.evidence)
    return first.strip() if newline and below and 0 < len(first.strip()) <= HEADLINE else None


def _ranges(mention: Mention) -> list[Range]:
    ranges = [Range(span.start, span.end, "evidence") for span in mention.evidence]
    ranges.append(Range(mention.trigger.start, mention.trigger.end, "trigger"))
    ranges += [Range(actor.start, actor.end, "actor") for actor in mention.actors]
    ranges += [Range(actor.start, actor.end, "recipient") for actor in mention.recipients]
    ranges += [Range(one.start, one.end, "quantity") for one in mention.quantities]
    return ranges


def _windows(mention: Mention, text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches to show: evidence with its context, joined where they meet, up to the limit."""
    stretches: list[tuple[int, int]] = []
    for span in sorted(mention.evidence, key=lambda span: span.start):
        start, end = _wider(text, span.start, span.end)
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    room = LIMIT
    for start, end in stretches:
        if room > 0:
            yield start, min(end, start + room)
        room -= end - start


def _wider(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a range by the context, to whole words where there are any."""
    first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if first > 0:
        cut = text.find(" ", first, start)
        first = cut + 1 if cut >= 0 else first
    if last < len(text):
        cut = text.rfind(" ", end, last)
        last = cut if cut >= 0 else last
    return first, last


def _in_context(text: str, start: int, end: int, ranges: Sequence[Range]) -> Passage:
    runs = _runs(text[start:end], start, ranges)
    before = [Run(ELLIPSIS)] if start > 0 else []
    behind = [Run(ELLIPSIS)] if end < len(text) else []
    return [*before, *runs, *behind]


def _runs(text: str, offset: int, ranges: Sequence[Range]) -> Passage:
    """Cut a text that begins at `offset` wherever a range begins or ends."""
    end = offset + len(text)
    inside = [one for one in ranges if one.start < end and one.end > offset]
    bounds = sorted({offset, end, *(min(max(at, offset), end) for one in inside for at in (one.start, one.end))})
    runs: Passage = []
    for first, last in pairwise(bounds):
        marks = dict.fromkeys(one.mark for one in inside if one.start <= first and one.end >= last)
        runs.append(Run(text[first - offset : last - offset], tuple(marks)))
    return runs
