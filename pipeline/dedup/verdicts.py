"""The words for what an article repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.dedup.compare import PASSAGE, Overlap, Pair
from schemas.article import Relation

Word: TypeAlias = Literal["new", "update", "duplicate", "contained"]

NEAR_COPY = 0.88
RELATED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What an article is to the one article it is nearest to, if to any.

    `twins` are all articles that tell the same story from the beginning: the article joins their groups.
    """

    word: Word
    relation: Relation
    of: str | None = None
    overlap: Overlap = Overlap()  # noqa: RUF009 - frozen
    nothing_new: bool = False
    related: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()


NEW = Finding("new", "new")


def revision(pair: Pair) -> Finding:
    """A later text of the same article or page."""
    same = pair.is_same_words
    return _near("duplicate" if same else "update", "same_url_same_text" if same else "revision", pair)


def same_page(pair: Pair) -> Finding:
    """Another article with the same address: the same text, one state of the page read twice, or a later state."""
    if pair.is_same_words or pair.is_later is not False or pair.overlap.containment < NEAR_COPY:
        return revision(pair)
    return _near("duplicate", "altered_copy", pair)


def finding(pairs: Sequence[Pair]) -> Finding:
    """Say what an article is, given everything it shares passages with, nearest first."""
    copies = [pair for pair in pairs if pair.is_copy]
    if not copies:
        related = tuple(pair.old.uri for pair in pairs if pair.in_window and pair.overlap.containment >= PASSAGE)
        return Finding("new", "shares_text" if related else "new", related=related[:RELATED])
    uris = tuple(pair.old.uri for pair in copies)
    return _near(*_words_for(copies[0]), copies[0], uris[1 : RELATED + 1], twins(copies))


def twins(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Return the articles whose groups an article joins."""
    return tuple(pair.old.uri for pair in pairs if pair.is_copy and pair.is_one_story)


def _near(
    word: Word, relation: Relation, pair: Pair, related: tuple[str, ...] = (), twins: tuple[str, ...] = ()
) -> Finding:
    amount = Overlap(1.0, 1.0, 1.0) if pair.is_same_words else pair.overlap
    skip = relation != "contains" and pair.says_nothing_new
    return Finding(word, relation, of=pair.old.uri, overlap=amount, nothing_new=skip, related=related, twins=twins)


def _words_for(pair: Pair) -> tuple[Word, Relation]:
    amount = pair.overlap
    if pair.is_twin:
        return _near_copy(pair)
    if pair.same_site and pair.is_later:
        return "update", "altered_copy"
    return ("contained", "contained_in") if amount.of_new >= amount.of_old else ("contained", "contains")


def _near_copy(pair: Pair) -> tuple[Word, Relation]:
    """Within a site a text that changed much, or came later with a change, is a new state of its story."""
    if pair.is_same_words:
        return "duplicate", "resend" if pair.same_site else "copy"
    much = min(pair.overlap.of_new, pair.overlap.of_old) < NEAR_COPY
    if pair.says_nothing_new and not (much and pair.same_site):
        return "duplicate", "resend" if pair.same_site else "copy"
    changed = much if pair.is_later is None else pair.is_later
    return ("update" if pair.same_site and changed else "duplicate"), "altered_copy"
