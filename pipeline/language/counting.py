"""Counting the trigrams and words of a language, and the tables they are kept in.

A table groups what is equally frequent: `level` is eight times the logarithm of parts in a thousand million, so that
neighbouring levels are an eighth of a nat apart. In trigrams `_` is a space.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.language.detect import clean
from pipeline.language.letters import PLANE, SPACE, SUMMED, Keys, Owners, fold_tables, runs, trigrams, words
from pipeline.language.script import Units, counts, heaviest, units
from pipeline.resources import Row

TRIGRAMS, WORDS = 6000, 6000
# What was seen is counted as so much less often: the rest is for what was not seen.
_DISCOUNT = 0.6
_PARTS, _STEPS = 1e9, 8
Levels = dict[str, int]


@dataclass(slots=True)
class Counted:
    """Levels of trigrams and words, and of those of a reference list; words that a relative does not write."""

    trigrams: Levels = field(default_factory=dict)
    words: Levels = field(default_factory=dict)
    reference: Levels = field(default_factory=dict)
    marks: dict[str, list[str]] = field(default_factory=dict)


def level(part: float) -> int:
    """Return the level of a share of all."""
    return round(_STEPS * float(np.log(part * _PARTS)))


def part(of_level: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the shares that levels stand for."""
    found: NDArray[np.float64] = np.exp(of_level / _STEPS) / _PARTS
    return found


def folded(texts: Sequence[str], script: str) -> tuple[Units, Owners]:
    """Return the letters of texts in one row, words with single spaces between, and whose they are."""
    row = units(" " + "\x00".join(texts) + " ")
    codes = fold_tables()[row.astype(np.int64) + PLANE * SUMMED.index(script)]
    return runs(codes, np.minimum(np.cumsum(row == 0), max(len(texts) - 1, 0)))


def count(texts: Sequence[str], scripts: Iterable[str], at_least: int = 2) -> Counted:
    """Count texts of one language, each in the script it is written in; what is rarer is left out."""
    found = Counted()
    by_script: dict[str, list[str]] = defaultdict(list)
    for text, share in zip(texts, heaviest(counts(texts)), strict=True):
        by_script[share.script].append(clean(text))
    for script in sorted(scripts):
        if by_script[script]:
            codes, owners = folded(by_script[script], script)
            keys, _, number = _commonest(trigrams(codes, owners)[0], TRIGRAMS, at_least)
            found.trigrams.update(_levels(map(_trigram, keys.tolist()), number))
            keys, _, begins = words(codes, owners)
            _, first, number = _commonest(keys, WORDS, at_least)
            found.words.update(_levels((_word(codes, begin) for begin in begins[first].tolist()), number))
    return found


def _commonest(keys: Keys, most: int, at_least: int) -> tuple[Keys, Owners, NDArray[np.float64]]:
    """Return the commonest keys, where each is first, and what share of all it is."""
    unique, first, number = np.unique(keys, return_index=True, return_counts=True)
    kept = np.argsort(-number, kind="stable")[:most]
    kept = kept[number[kept] >= at_least]
    return unique[kept], first[kept], (number[kept] - _DISCOUNT) / max(len(keys), 1)


def _levels(grams: Iterable[str], shares: NDArray[np.float64]) -> Levels:
    return {gram: level(share) for gram, share in zip(grams, shares.tolist(), strict=True) if gram.isprintable()}


def _trigram(key: int) -> str:
    return (
        np.array([key >> 32, key >> 16 & 0xFFFF, key & 0xFFFF], dtype=np.uint16)
        .tobytes()
        .decode("utf-16-le", "replace")
    )


def _word(codes: Units, begin: int) -> str:
    end = begin
    while codes[end] != SPACE:
        end += 1
    return codes[begin:end].tobytes().decode("utf-16-le", "replace")


def lines(levels: Levels, kind: str | None = None) -> str:
    """Return levels as lines of a table, the highest first."""
    grouped: dict[int, list[str]] = defaultdict(list)
    for gram, of in levels.items():
        grouped[of].append(gram.replace(" ", "_"))
    head = f"{kind}\t" if kind else ""
    return "".join(f"{head}{of}\t{' '.join(sorted(grouped[of]))}\n" for of in sorted(grouped, reverse=True))


def read(ngrams: Sequence[Row], reference: Sequence[Row], marks: Sequence[Row] = ()) -> Counted:
    """Read the rows of ngrams.tsv, reference.tsv and marks.tsv."""
    found = Counted()
    kinds: Mapping[str, Levels] = {"trigram": found.trigrams, "word": found.words}
    for kind, of, grams in ngrams:
        kinds[kind].update((gram.replace("_", " "), int(of)) for gram in grams.split(" "))
    for of, grams in reference:
        found.reference.update((gram, int(of)) for gram in grams.split(" "))
    for relative, unlike in marks:
        found.marks.setdefault(relative, []).extend(unlike.split(" "))
    return found
