"""Whether a near-copy says anything that the older text does not: only then may its extraction be skipped.

The test errs on the side of extraction. It is passed by what can be laid out of passages of the older text, letter by
letter, each a run of whole sentences; the last may be cut off. Whatever else was put in, taken out, or replaced may be
a number, a name or a negation. Letters are compared without spaces, which copies lose; numbers are not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, groupby

from pipeline.dedup.edges import Edges
from pipeline.dedup.wording import Wording
from pipeline.text.fold import SENTENCE_END

# Letters of the shortest passage that may have been moved, as a shorter one may be a line of a list or part of an
# abbreviation, and of the shortest that may be missing, as a shorter one may be `No.`. Scripts without spaces say as
# much in fewer letters.
PASSAGE, DENSE_PASSAGE = 30, 12
LEFT_OUT, DENSE_LEFT_OUT = 6, 3
# A text in more pieces than this, or with more sentences that begin alike, is extracted once more rather than read on.
PASSAGES, ALIKE, KEY = 64, 8, 8
CUT_OFF = f"{SENTENCE_END}0123456789"
_NUMBER = re.compile("[0-9]+")


def nothing_new(new: Wording, old: Wording, edges: Edges | None = None) -> bool:
    """Say whether everything `new` says stands in `old`; `edges` are those of the new text."""
    around = edges or Edges()
    if not (new.whole and old.whole and _repeats_dateline(new, old, around)):
        return False
    if (new.title_line, new.body_line) == (old.title_line, old.body_line):
        return True
    if not new.body_line or not _repeats_headline(new, old):
        return False
    layout = _Layout(new, old, around)
    return any(layout.is_laid_out(*edge) for edge in _beginnings(new, old, around))


def numbers_replaced(new: Wording, old: Wording) -> bool:
    """Say whether each text has a number that the other lacks, as a template filled again has."""
    return bool(new.numbers - old.numbers and old.numbers - new.numbers)


def _repeats_dateline(new: Wording, old: Wording, edges: Edges) -> bool:
    """Whether place, date and agency are the older ones, or were put before a text that had none."""
    one, other = _plain(new.dateline), _plain(old.dateline)
    return one == other or not one or not (other or edges.denies or _numbers(new.dateline) - old.numbers)


def _beginnings(new: Wording, old: Wording, edges: Edges) -> Iterator[tuple[str, int]]:
    """Yield the letters to be found in the old text, and where they begin: with the dateline, or after the agency."""
    yield new.body_letters, 0
    if not old.dateline and edges.agency:
        yield new.body_letters, len(edges.agency)
    if new.dateline:
        yield _plain(new.dateline) + new.body_letters, 0


def _repeats_headline(new: Wording, old: Wording) -> bool:
    """Whether the headline is the older one, or a sentence of the older text; a part of either may lack the `not`."""
    title = new.title_letters
    return (
        not title or (title == old.title_letters and new.title_numbers == old.title_numbers) or title in old.sentences
    )


def _numbers(line: str) -> Counter[str]:
    """How often each number occurs in a folded line."""
    return Counter(_NUMBER.findall(line))


def _plain(line: str) -> str:
    """Return the letters of a folded line."""
    return line.replace(" ", "").replace(SENTENCE_END, "")


class _Layout:
    """A new text beside the sentences of an older one, which are findable by how they begin."""

    def __init__(self, new: Wording, old: Wording, edges: Edges) -> None:
        self.new, self.old, self.edges = new, old, edges
        # Headline and dateline may have been taken for the beginning of the text in one of both, and may be missing.
        before = [part for part in (old.title_letters, _plain(old.dateline)) if part]
        self.before, parts = len(before), (*before, *old.sentences)
        self.letters = "".join(parts)
        self.starts = [0, *accumulate(map(len, parts))]
        self.passage, self.left_out = (DENSE_PASSAGE, DENSE_LEFT_OUT) if old.is_dense else (PASSAGE, LEFT_OUT)
        self.by_key: dict[str, list[int]] = {}
        for number, start in enumerate(self.starts[:-1]):
            alike = self.by_key.setdefault(self.letters[start : start + KEY], [])
            if len(alike) < ALIKE:
                alike.append(number)

    def is_laid_out(self, letters: str, at: int) -> bool:
        """Whether the letters from a place on are all from the old text."""
        kept = set(range(self.before))
        for _ in range(PASSAGES):
            first, shared = self._longest(letters, at)
            end = self.starts[first] + shared
            after = bisect_right(self.starts, end) - 1
            if at + shared == len(letters):
                return self._is_passage(at, first, end) and self._may_end({*kept, *range(first, after)}, end)
            if after == first or not self._is_passage(at, first, self.starts[after]):
                break
            kept.update(range(first, after))
            at += self.starts[after] - self.starts[first]
        return False

    def _is_passage(self, at: int, first: int, end: int) -> bool:
        """Whether what stands from a sentence on, and now at `at`, is enough to be taken from its place."""
        length = end - self.starts[first]
        if length >= self.passage or (at == 0 and first <= self.before):
            return True
        return length >= self.left_out and self.letters[self.starts[first] : end] in self.edges.stopped

    def _longest(self, new: str, at: int) -> tuple[int, int]:
        """Return the sentence from which on most letters of `new[at:]` follow, and how many."""
        alike = self.by_key.get(new[at : at + KEY], ())
        return max(
            ((number, _shared(new, at, self.letters, self.starts[number])) for number in alike),
            key=_amount,
            default=(0, 0),
        )

    def _may_end(self, kept: set[int], end: int) -> bool:
        """Judge the end of the text, and what is missing: that must be more than a word or two."""
        after = bisect_right(self.starts, end) - 1
        if self.starts[after] == end:
            return self._may_be_missing(kept) and self._has_numbers(self.new.body_line)
        # Cut off, maybe in the middle of a word or a number.
        cut = self.edges.cut or not self.new.body_line.endswith(SENTENCE_END)
        enough = len(self.letters) - end >= self.passage and self._may_be_missing({*kept, after})
        return cut and enough and self._has_numbers(self.new.body_line.rstrip(CUT_OFF))

    def _has_numbers(self, line: str) -> bool:
        return not _numbers(line) - self.old.numbers - _numbers(self.old.dateline)

    def _may_be_missing(self, kept: set[int]) -> bool:
        return all(length >= self.left_out for length in self._gaps(kept))

    def _gaps(self, kept: set[int]) -> Iterator[int]:
        """Yield the letters of every run of sentences that is missing."""
        for present, run in groupby(range(len(self.starts) - 1), kept.__contains__):
            if not present:
                yield sum(self.starts[number + 1] - self.starts[number] for number in run)


def _amount(found: tuple[int, int]) -> tuple[int, int]:
    return found[1], -found[0]


def _shared(one: str, at: int, other: str, start: int) -> int:
    """Return how many letters from `at` and `start` on are the same, in linear time."""
    low, high = 0, min(len(one) - at, len(other) - start)
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[start + low : start + middle], at + low):
            low = middle
        else:
            high = middle - 1
    return low
