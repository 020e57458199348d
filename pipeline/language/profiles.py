"""N-gram profiles of languages, and the evidence of a text for each: naive Bayes over all its n-grams.

The counts are langdetect's own (from Wikipedia), and ours for languages it lacks. Where langdetect samples n-grams in
a random walk, here every n-gram counts, so that the answer is exact, repeatable and some thirty times cheaper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.language.factory import profile_texts
from pipeline.language.script import SCRIPTS, Units, table, units
from pipeline.resources import language_rows, language_toml, languages

Keys = NDArray[np.uint64]
Scores = NDArray[np.float32]

SUMMED = ("Latn", "Cyrl", "Arab", "Deva")
"""Scripts with more than one language; the others decide alone."""

# Probability given to an n-gram that a language has not shown.
_ALPHA = 4e-5
# What langdetect's counts weigh beside ours, where there are both.
_THEIRS = 0.3
_SCRIPT_SHARE = 0.2
_WORD = 4
_BITS = 18
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPACE = 0x20
# Whole words: evidence counts this much, an unseen word has this probability, letters beyond the longest share a place.
_WORD_WEIGHT, _WORD_ALPHA, _LONGEST_WORD = 2.0, 1e-4, 40
_WORD_BIT = np.uint64(1 << 63)
_POWERS = np.array([pow(0x100000001B3, n, 1 << 64) for n in range(_LONGEST_WORD)], dtype=np.uint64)
# Signs inside words that are skipped: vowel signs of Arabic, tatweel, joiners, soft hyphen, stress marks.
_SKIPPED = [*range(0x064B, 0x0660), 0x0640, 0x200B, 0x200C, 0x200D, 0x00AD, 0x0300, 0x0301]
# langdetect's profiles do not tell these apart: Persian and Arabic yeh, commas below and cedillas.
_SAME = {0x06CC: 0x064A, 0x0219: 0x015F, 0x0218: 0x015F, 0x021B: 0x0163, 0x021A: 0x0163}
_VIETNAMESE, _VIETNAMESE_AS = range(0x1EA0, 0x1F00), 0x1EC3
_NAMES = {"zh-cn": "zh", "zh-tw": "zh"}


@dataclass(frozen=True)
class Evidence:
    """A row a text: summed evidence (nats) for each language; how many n-grams are known; letters and their signs."""

    scores: Scores
    features: NDArray[np.int64]
    letters: NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """The languages of one script, their priors, and the evidence (nats) of n-grams; row 0 is for none."""

    languages: tuple[str, ...]
    priors: Scores
    fold: Units
    slots: NDArray[np.int32]
    keys: Keys
    rows: Scores

    def evidence(self, texts: Sequence[str]) -> Evidence:
        """Return the evidence of every text, whose n-grams are taken together."""
        codes, owners = self._letters(texts)
        found = np.zeros((len(texts), len(self.languages)), dtype=np.float32)
        letters = np.bincount(owners[codes != _SPACE], minlength=len(texts))
        keys, owners = _grams(codes, owners)
        slots = self.slots[_places(keys)]
        known = (slots > 0) & (self.keys[slots] == keys)
        slots, owners = slots[known], owners[known]
        features = np.bincount(owners, minlength=len(texts))
        order = np.argsort(owners, kind="stable")
        present = np.flatnonzero(features)
        if len(present):
            starts = np.concatenate(([0], np.cumsum(features[present])[:-1]))
            found[present] = np.add.reduceat(self.rows[slots[order]], starts, axis=0)
        return Evidence(found, features, letters)

    def _letters(self, texts: Sequence[str]) -> tuple[Units, NDArray[np.int64]]:
        """Fold texts into one row of words with single spaces between, and tell whose each letter is."""
        parts = [units(text) for text in texts]
        gap = np.full(1, _SPACE, dtype=np.uint16)
        codes = self.fold[np.concatenate([piece for part in parts for piece in (gap, part)] + [gap])]
        owners = np.repeat(np.arange(len(parts)), [len(part) + 1 for part in parts])
        owners = np.append(owners, len(parts) - 1)
        keep = codes != 0
        codes, owners = codes[keep], owners[keep]
        keep = np.ones(len(codes), dtype=bool)
        keep[1:] = (codes[1:] != _SPACE) | (codes[:-1] != _SPACE)
        return codes[keep], owners[keep]


def _grams(codes: Units, owners: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """Return the keys of the one to three letters long n-grams and whose they are; a space is only at their ends."""
    one = codes.astype(np.uint64)
    two = one[:-1] << np.uint64(16) | one[1:]
    three = two[:-1] << np.uint64(16) | one[2:]
    # The letter that is no space says whose an n-gram is; in a trigram that is the middle one.
    whose_two = np.where(codes[:-1] == _SPACE, owners[1:], owners[:-1])
    words, whose_words = _words(codes, owners)
    return (
        np.concatenate((one, two, three, words)),
        np.concatenate((owners, whose_two, owners[1:-1], whose_words)),
    )


def _words(codes: Units, owners: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """Return the keys of whole words, polynomials of their letters with the highest bit set, and whose they are."""
    places = np.flatnonzero(codes != _SPACE)
    if not len(places):
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    letters = codes[places].astype(np.uint64)
    first = np.flatnonzero(np.concatenate(([True], np.diff(places) > 1)))
    lengths = np.diff(np.append(first, len(places)))
    within = np.minimum(np.arange(len(places)) - np.repeat(first, lengths), _LONGEST_WORD - 1)
    return np.add.reduceat(letters * _POWERS[within], first) | _WORD_BIT, owners[places[first]]


def _places(keys: Keys) -> NDArray[np.int64]:
    return ((keys * _MIX) >> np.uint64(64 - _BITS)).astype(np.int64)


def candidates(script: str) -> tuple[str, ...]:
    """Return the languages that have a profile in a script, sorted."""
    return tuple(sorted(name for name, own in _scripts().items() if script in own))


@cache
def profile_table(script: str) -> Table:
    """Build the table of a script; where two n-grams share a place the more telling one has it."""
    names, fold = candidates(script), fold_table(script)
    profiles = _profiles()
    parts = [_folded(profiles[name], fold) for name in names]
    keys, inverse = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    columns = np.repeat(np.arange(len(names)), [len(part[0]) for part in parts])
    rows = np.zeros((len(keys), len(names)), dtype=np.float32)
    np.add.at(rows, (inverse, columns), np.concatenate([part[1] for part in parts]).astype(np.float32))
    words = (keys & _WORD_BIT) != 0
    rows /= np.where(words, np.float32(_WORD_ALPHA), np.float32(_ALPHA))[:, None]
    np.log1p(rows, out=rows)
    rows[words] *= np.float32(_WORD_WEIGHT)
    order = np.argsort(rows.max(axis=1) - rows.mean(axis=1), kind="stable")
    slots = np.zeros(1 << _BITS, dtype=np.int32)
    slots[_places(keys[order])] = np.arange(1, len(keys) + 1)
    return Table(
        languages=names,
        priors=np.array([_prior(name) for name in names], dtype=np.float32),
        fold=fold,
        slots=slots,
        keys=np.concatenate((np.zeros(1, dtype=np.uint64), keys[order])),
        rows=np.concatenate((np.zeros((1, len(names)), dtype=np.float32), rows[order])),
    )


def _prior(name: str) -> float:
    return float(language_toml(name, "meta").get("prior", 0.0))


def load_tables() -> None:
    """Build the tables of all scripts, and let go of what they were built from."""
    for script in SUMMED:
        profile_table(script)
    _profiles.cache_clear()


@dataclass(frozen=True)
class _Kind:
    """N-grams of one length, or whole words, of a language: strings and probabilities."""

    grams: list[str]
    values: list[float]


_Counts = dict[int, _Kind]
"""By length; whole words are under 4."""


@cache
def _profiles() -> dict[str, _Counts]:
    """Return for every language its n-grams and their probability among those of their length."""
    found: dict[str, _Counts] = {}
    for text in profile_texts():
        profile = orjson.loads(text)
        name = _NAMES.get(profile["name"], profile["name"])
        weight = _THEIRS / (2 if name != profile["name"] else 1)
        _add(found.setdefault(name, _empty()), _theirs(profile, weight))
    for code in languages():
        # Past the cache of the resources: the rows are read once, and are many.
        if rows := language_rows.__wrapped__(code, "ngrams"):
            _add(found.setdefault(code, _empty()), _own(rows))
    return found


def _empty() -> _Counts:
    return {length: _Kind([], []) for length in (1, 2, 3, _WORD)}


def _add(counts: _Counts, grams: Iterable[tuple[str, float]]) -> None:
    for gram, value in grams:
        kind = counts[min(len(gram), _WORD)]
        kind.grams.append(gram)
        kind.values.append(value)


def _theirs(profile: dict[str, Any], weight: float) -> Iterable[tuple[str, float]]:
    """Read a profile of langdetect; a language of two profiles gets half of either."""
    totals = [0, *profile["n_words"]]
    return ((g, weight * n / totals[len(g)]) for g, n in profile["freq"].items() if len(g) <= 3 and g.isprintable())


def _own(rows: Sequence[tuple[str, ...]]) -> Iterable[tuple[str, float]]:
    """Read lang/<code>/ngrams.tsv: n-gram or `_word_`, `_` for a space, and how many of a million of its kind it is."""
    return ((gram.replace("_", " "), int(parts) / 1e6) for gram, parts in rows)


@cache
def _scripts() -> dict[str, frozenset[str]]:
    """Return the scripts of every language: those that many of its single letters are of."""
    found: dict[str, frozenset[str]] = {}
    for name, profile in _profiles().items():
        kind = profile[1]
        codes = table()[units("".join(kind.grams))]
        if len(codes) == len(kind.grams):
            weights = np.bincount(codes, weights=kind.values, minlength=len(SCRIPTS))[2:]
            found[name] = frozenset(
                s for s, n in zip(SCRIPTS[2:], weights, strict=True) if n > _SCRIPT_SHARE * weights.sum()
            )
    return found


def _folded(profile: _Counts, fold: Units) -> tuple[Keys, NDArray[np.float64]]:
    """Return keys and probabilities of the n-grams and words that are all of the script, of those in it."""
    keys: list[Keys] = []
    values: list[NDArray[np.float64]] = []
    for length in (1, 2, 3):
        given = units("".join(profile[length].grams)).reshape(-1, length)
        codes = fold[given].astype(np.uint64)
        good = ((codes != _SPACE) | (given == _SPACE)).all(axis=1) & (codes != 0).all(axis=1)
        good &= (codes != _SPACE).any(axis=1)
        key = np.zeros(len(codes), dtype=np.uint64)
        for column in range(length):
            key = key << np.uint64(16) | codes[:, column]
        keys.append(key[good])
        values.append(np.array(profile[length].values)[good])
    if words := profile[_WORD].grams:
        row = fold[units("".join(words))]
        owners = np.repeat(np.arange(len(words)), [len(word) for word in words])
        key, whose = _words(row[row != 0], owners[row != 0])
        once = np.bincount(whose, minlength=len(words))[whose] == 1
        keys.append(key[once])
        values.append(np.array(profile[_WORD].values)[whose[once]])
    return np.concatenate(keys), np.concatenate(values) / values[0].sum()


def fold_table(script: str) -> Units:
    """Return what every code unit counts as: a small letter of the script, or a space; 0 is skipped."""
    own = SCRIPTS.index(script)
    found = np.full(0x10000, _SPACE, dtype=np.uint16)
    for code in np.flatnonzero(table() == own).tolist():
        found[code] = ord(chr(code).lower()[0])
    if script == "Deva":
        signs = [c for c in range(0x0900, 0x0980) if not chr(c).isalnum() and c not in (0x0964, 0x0965, 0x0970)]
        found[signs] = signs
    if script == "Latn":
        found[_VIETNAMESE] = _VIETNAMESE_AS
    for code, same in _SAME.items():
        if table()[code] == own:
            found[code] = same
    found[_SKIPPED] = 0
    return found
