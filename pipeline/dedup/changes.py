"""What a later version says that an earlier one did not, sentence by sentence, and the numbers that differ.

Of the earlier version only the folded words are kept: its sentences are given as these. Those of the later version are
given as received, with their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from pipeline.dedup.wording import Wording
from pipeline.text.fold import LINE_END, SENTENCE_END, decoded, fold_lines, fold_spaced
from pipeline.text.sentences import sentences
from schemas.article import Article, Change, NumberChange

MOST, LONGEST = 20, 300
# Fewer letters than this are no sentence: what an abbreviation cut off.
SHORT = 20
# Sentences of which so much is the same are one sentence, changed.
ALIKE = 0.5
COMPARED = 60
# Digits of one number stand together, but for the signs between its groups, which folding leaves out.
_NUMBER = re.compile("[0-9]+(?: [0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence: folded words, and where it stands as received."""

    words: str
    start: int = 0
    end: int = 0

    @property
    def letters(self) -> str:
        return self.words.replace(" ", "")


def changes(article: Article, new: Wording, old: Wording) -> tuple[Change, ...]:
    """Name the sentences that were added, removed or replaced, the headline first; the first twenty."""
    found = [_headline(article, new, old)] if new.title_line != old.title_line else []
    told, before = _told(article), _sentences(old)
    added = [one for one in told if one.letters not in old.body_letters][:COMPARED]
    removed = [one for one in before if one.letters not in new.body_letters][:COMPARED]
    pairs = _pairs(added, removed)
    found += [_change(article, pairs.get(one), one) for one in added]
    replaced = set(pairs.values())
    found += [_change(article, one, None) for one in removed if one not in replaced]
    return tuple(found[:MOST])


def numbers(found: Iterable[Change], article: Article) -> tuple[NumberChange, ...]:
    """Name the numbers that differ in what changed, each beside the one in its place."""
    pairs: list[NumberChange] = []
    for change in found:
        new = _folded(article.received[change.start : change.end]) if change.end else ""
        pairs += _numbers(change.old or "", new)
    return tuple(dict.fromkeys(pairs))[:MOST]


def _told(article: Article) -> list[_Sentence]:
    """Return the sentences of the body as received."""
    text = article.received
    spans = (span for part in article.segments if part.kind == "body" for span in sentences(text, part.start, part.end))
    told = [(text[start:end], start, end) for start, end in spans]
    folded = decoded(fold_lines("", *(sentence for sentence, _, _ in told))).split(LINE_END)[1:-1]
    found = (_Sentence(_words(line), start, end) for line, (_, start, end) in zip(folded, told, strict=True))
    return [one for one in found if one.words]


def _sentences(old: Wording) -> list[_Sentence]:
    """Return the sentences of folded words; what is too short is joined to what follows it."""
    found: list[_Sentence] = []
    kept = ""
    for words in old.body_line.split(SENTENCE_END):
        kept = f"{kept} {words}".strip()
        if len(kept) >= SHORT:
            found.append(_Sentence(kept))
            kept = ""
    return [*found, _Sentence(kept)] if kept else found


def _pairs(added: Sequence[_Sentence], removed: Sequence[_Sentence]) -> dict[_Sentence, _Sentence]:
    """Pair sentences that are alike, each once, the most alike first."""
    ours, theirs = ([one.letters for one in many] for many in (added, removed))
    shares = cdist(ours, theirs, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, dtype=np.float64)
    places = zip(*(axis.tolist() for axis in shares.nonzero()), strict=True)
    found: dict[_Sentence, _Sentence] = {}
    used: set[int] = set()
    for _, i, j in sorted((-shares[i, j], i, j) for i, j in places):
        if added[i] not in found and j not in used:
            found[added[i]] = removed[j]
            used.add(j)
    return found


def _change(article: Article, old: _Sentence | None, new: _Sentence | None) -> Change:
    return Change(
        kind="removed" if new is None else "added" if old is None else "replaced",
        old=old.words[:LONGEST] if old else None,
        new=article.received[new.start : new.end][:LONGEST] if new else None,
        start=new.start if new else None,
        end=new.end if new else None,
    )


def _headline(article: Article, new: Wording, old: Wording) -> Change:
    title = next((part for part in article.segments if part.kind == "title"), None)
    one = _Sentence(new.title_line, title.start, title.end) if title and new.title_line else None
    return _change(article, _Sentence(old.title_line) if old.title_line else None, one)


def _numbers(old: str, new: str) -> list[NumberChange]:
    ours, theirs = (_NUMBER.findall(line) for line in (new, old))
    gone, come = Counter(theirs) - Counter(ours), Counter(ours) - Counter(theirs)
    pairs = zip_longest(_in_order(theirs, gone), _in_order(ours, come))
    return [NumberChange(old=one, new=other) for one, other in pairs]


def _in_order(found: list[str], kept: Counter[str]) -> list[str]:
    return [number for number in dict.fromkeys(found) for _ in range(kept[number])]


def _folded(text: str) -> str:
    return _words(decoded(fold_spaced(text)))


def _words(line: str) -> str:
    return " ".join(line.replace(SENTENCE_END, " ").split())
