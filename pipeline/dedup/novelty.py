"""Whether a near-copy says anything that the older text does not: only then may its extraction be skipped.

The test errs on the side of extraction: one changed number, name or negation must never be skipped, so nothing is
forgiven between the first and the last common passage, not even another spelling.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from pipeline.dedup.wording import Wording

COMMON_RUN = 6
AGENCY_WORDS = 8

Words = tuple[str, ...]


class _Run(NamedTuple):
    """Words common to both texts, `[start, end)` in the old and in the new."""

    old: int
    old_end: int
    new: int
    new_end: int


def nothing_new(new: Wording, old: Wording) -> bool:
    """Say whether everything `new` says stands in `old`."""
    if (new.title, new.marked) == (old.title, old.marked):
        return new.whole and old.whole
    if not (new.whole and old.whole and new.body) or new.numbers - old.numbers:
        return False
    return _repeats_headline(new, old) and _repeats_body(new, old)


def numbers_replaced(new: Wording, old: Wording) -> bool:
    """Say whether each text has a number that the other lacks, as a template filled again has."""
    return bool(new.numbers - old.numbers and old.numbers - new.numbers)


def _repeats_headline(new: Wording, old: Wording) -> bool:
    return not new.title or _joined(new.title) in f"{_joined(old.title)}\n{_joined(old.body)}"


def _repeats_body(new: Wording, old: Wording) -> bool:
    return _repeats_sentences(new, old) or _repeats_passages(new.body, old.body)


def _repeats_sentences(new: Wording, old: Wording) -> bool:
    """Whether all sentences stand in the old text, in whatever order."""
    known = set(old.sentences)
    return all(sentence in known for sentence in new.sentences)


def _repeats_passages(new: Words, old: Words) -> bool:
    """Whether the texts can be laid side by side so that nothing in the new one is left over."""
    runs = _long_runs(new, old)
    if not runs:
        return "".join(new) in "".join(old)
    first, last = runs[0], runs[-1]
    return (
        _is_front(old[: first.old], new[: first.new], old)
        and _is_tail(old[last.old_end :], new[last.new_end :], old)
        and all(_is_gap(old[a.old_end : b.old], new[a.new_end : b.new], old) for a, b in pairwise(runs))
    )


def _long_runs(new: Words, old: Words) -> list[_Run]:
    """Align both texts; runs shorter than six words are left to the gaps."""
    opcodes = Indel.opcodes(old, new)
    runs = (_Run(op.src_start, op.src_end, op.dest_start, op.dest_end) for op in opcodes if op.tag == "equal")
    return [run for run in runs if run.new_end - run.new >= COMMON_RUN]


def _is_front(old: Words, new: Words, whole: Words) -> bool:
    """Words before all that is common: as in a gap, or an agency's name put there."""
    return (not old and len(new) <= AGENCY_WORDS) or _is_gap(old, new, whole)


def _is_tail(old: Words, new: Words, whole: Words) -> bool:
    """Words after all that is common: as in a gap, or the word in which the text was cut off."""
    cut = len(new) == 1 and len(old) > COMMON_RUN and old[0].startswith(new[0])
    return cut or _is_gap(old, new, whole)


def _is_gap(old: Words, new: Words, whole: Words) -> bool:
    """Words between two common runs: nothing, or a passage left out, moved, or spaced otherwise.

    Less than a passage must not be missing either: it may be a negation.
    """
    if not new:
        return not old or len(old) >= COMMON_RUN
    return _says_the_same(old, new, whole)


def _says_the_same(old: Words, new: Words, whole: Words) -> bool:
    if "".join(old) == "".join(new):
        return True
    moved = len(new) >= COMMON_RUN and _joined(new) in _joined(whole)
    return moved and (not old or len(old) >= COMMON_RUN)


def _joined(words: Words) -> str:
    return f" {' '.join(words)} "
