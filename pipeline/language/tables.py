"""Making the tables that texts are scored with, of langdetect's profiles, our counts and reference lists of words.

For every trigram and word a table has a row: for each language of its script, eight times the logarithm of how much
likelier it is there than what was never seen. Naive Bayes sums them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.language.counting import Counted, folded, level, part
from pipeline.language.factory import profile_texts
from pipeline.language.letters import HASH_BITS, PLANE, SPACE, SUMMED, Keys, fold_tables, hashed, trigrams, words
from pipeline.language.profiles import SLOT_BITS, WIDTH, Languages, Tables
from pipeline.language.script import SCRIPTS, table, units
from pipeline.resources import language_toml

Shares = NDArray[np.float64]

# A trigram or word that was never seen is this likely.
_ALPHA = 1e-6
_STEPS, _MOST = 8, 127
# What the counts of langdetect and of the reference list weigh beside ours.
_THEIRS, _REFERENCE_TRIGRAMS, _REFERENCE_WORDS = 0.3, 1.0, 1.5
_ROWS = {"Latn": 220_000, "Cyrl": 80_000, "Arab": 70_000, "Deva": 40_000}
# A word that a language writes and its relative does not is at least this likely in the one.
_MARK = 3e-4
# Words counted in so many languages and on no reference list are names, and tell of what texts are about.
_NAMED_IN = 3
# The evidence of a feature where it was not measured, in nats.
_USUAL = 6.5
# A language is written in a script that this share of its trigrams is in.
_SCRIPT_SHARE, _LEAST_PROFILE = 0.2, 2000
_NAMES = {"zh-cn": "zh", "zh-tw": "zh"}
_ARABIC_YEH, _PERSIAN_YEH = 0x064A, 0x06CC


@dataclass(frozen=True, slots=True)
class _Column:
    """The trigrams and words of a language in one script: keys, and shares that sum up to about one.

    `marks` has by relative the keys of the words that the relative does not write.
    """

    trigrams: tuple[Keys, Shares]
    words: tuple[Keys, Shares]
    marks: Mapping[str, Keys]


def compiled(counted: Mapping[str, Counted], usual: Mapping[tuple[str, str], float]) -> Tables:
    """Make the tables of all scripts."""
    languages, hashes, rows = [], [], []
    counted = _without_names(counted)
    for script in SUMMED:
        columns = {name: _column(name, counted.get(name, Counted()), script) for name in sorted({*counted, *_theirs()})}
        names = tuple(name for name, column in columns.items() if column)
        keys, values = _rows(script, names, [column for column in columns.values() if column])
        languages.append(
            Languages(
                names,
                tuple(float(language_toml(name, "meta").get("prior", 0.0)) for name in names),
                tuple(usual.get((name, script), _USUAL) for name in names),
            )
        )
        hashes.append(hashed(keys))
        rows.append(np.pad(values, ((0, 0), (0, WIDTH - len(names)))))
    return Tables(tuple(languages), *_placed(np.concatenate(hashes), np.concatenate(rows)))


def _placed(hashes: Keys, rows: NDArray[np.uint8]) -> tuple[Keys, NDArray[np.uint8]]:
    """Keep one row for a place, the one that tells languages apart best; in the order of places."""
    telling = rows.max(axis=1).astype(np.int64) * WIDTH - rows.sum(axis=1, dtype=np.int64)
    order = np.lexsort((hashes, -telling))
    _, first = np.unique(hashes[order] >> np.uint64(HASH_BITS - SLOT_BITS), return_index=True)
    kept = order[first]
    return hashes[kept], np.concatenate((np.zeros((1, WIDTH), dtype=np.uint8), rows[kept]))


def _rows(script: str, names: Sequence[str], columns: Sequence[_Column]) -> tuple[Keys, NDArray[np.uint8]]:
    """Return the keys of a script and their rows, a column a language."""
    parts = [(j, *kind) for j, column in enumerate(columns) for kind in (column.trigrams, column.words)]
    keys, inverse = np.unique(np.concatenate([part[1] for part in parts]), return_inverse=True)
    column = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])
    shares = np.zeros((len(keys), len(names)))
    np.add.at(shares, (inverse, column), np.concatenate([part[2] for part in parts]))
    _pool(shares, keys >> np.uint64(63) == 0, names)
    for marked in (column.marks for column in columns):
        for relative, marks in marked.items():
            if relative in names:
                shares[np.searchsorted(keys, marks), names.index(relative)] = 0.0
    kept = np.sort(np.argsort(-shares.max(axis=1), kind="stable")[: _ROWS[script]])
    values = np.rint(_STEPS * np.log1p(shares[kept] / _ALPHA)).clip(0, _MOST).astype(np.uint8)
    return keys[kept], values


def _pool(shares: Shares, are_trigrams: NDArray[np.bool_], names: Sequence[str]) -> None:
    """Give languages that share their trigrams the mean of them: only words tell those apart."""
    for j, name in enumerate(names):
        others = [names.index(n) for n in language_toml(name, "meta").get("trigrams_with", []) if n in names]
        if others:
            mean = shares[:, [j, *others]].mean(axis=1)
            for column in (j, *others):
                shares[are_trigrams, column] = mean[are_trigrams]


def _column(name: str, counted: Counted, script: str) -> _Column | None:
    """Mix the sources of a language, or return None if it is not written in the script."""
    own, own_share = _own(counted.trigrams, script)
    theirs, their_share = _theirs_folded(name, script)
    if max(own_share, their_share) < _SCRIPT_SHARE:
        return None
    words_here = _of_words(counted.words, script)
    reference = _of_words(counted.reference, script)
    spelled = _spelled(counted.reference, script)
    weight = float(language_toml(name, "meta").get("own_words", 1.0))
    mixed = _mixed([(words_here, weight), (reference, _REFERENCE_WORDS)])
    marks = {
        relative: _of_words(dict.fromkeys(unlike, level(_MARK)), script) for relative, unlike in counted.marks.items()
    }
    return _Column(
        _mixed([(own, 1.0), (theirs, _THEIRS), (spelled, _REFERENCE_TRIGRAMS)]),
        _joined([mixed, *marks.values()]),
        {relative: keys for relative, (keys, _) in marks.items()},
    )


def _without_names(counted: Mapping[str, Counted]) -> dict[str, Counted]:
    """Return the counts without the words that are names."""
    number = Counter(word for own in counted.values() for word in own.words)
    listed = {word for own in counted.values() for word in own.reference}
    names = {word for word, languages in number.items() if languages >= _NAMED_IN} - listed
    return {
        code: replace(own, words={word: of for word, of in own.words.items() if word not in names})
        for code, own in counted.items()
    }


def _mixed(sources: Sequence[tuple[tuple[Keys, Shares], float]]) -> tuple[Keys, Shares]:
    """Return the weighted mean of the sources that there are."""
    present = [(source, weight) for source, weight in sources if len(source[0])]
    total = sum(weight for _, weight in present)
    if not present:
        return np.zeros(0, dtype=np.uint64), np.zeros(0)
    return _joined([(keys, shares * (weight / total)) for (keys, shares), weight in present])


def _joined(sources: Sequence[tuple[Keys, Shares]]) -> tuple[Keys, Shares]:
    return np.concatenate([keys for keys, _ in sources]), np.concatenate([shares for _, shares in sources])


def _own(levels: Mapping[str, int], script: str) -> tuple[tuple[Keys, Shares], float]:
    """Return our trigrams that are all of a script, as shares of those, and what share of all they are."""
    return _keys(list(levels), part(np.array(list(levels.values()), dtype=np.int64)), script)


def _keys(grams: Sequence[str], shares: Shares, script: str) -> tuple[tuple[Keys, Shares], float]:
    given = units("".join(grams)).reshape(-1, 3)
    codes = fold_tables()[given.astype(np.int64) + PLANE * SUMMED.index(script)].astype(np.uint64)
    good = ((codes != SPACE) | (given == SPACE)).all(axis=1) & (codes != 0).all(axis=1) & (codes[:, 1] != SPACE)
    codes, found = codes[good], shares[good]
    keys = codes[:, 0] << np.uint64(32) | codes[:, 1] << np.uint64(16) | codes[:, 2]
    total = float(found.sum())
    return (keys, found / max(total, 1e-9)), total / max(float(shares.sum()), 1e-9)


def _of_words(levels: Mapping[str, int], script: str) -> tuple[Keys, Shares]:
    """Return the words of a script and their shares; a word that folds to two is left out."""
    kept = [word for word in levels if _in_script(word, script)]
    if not kept:
        return np.zeros(0, dtype=np.uint64), np.zeros(0)
    keys, owners, _ = words(*folded(kept, script))
    shares = part(np.array([levels[word] for word in kept], dtype=np.int64))
    once = np.bincount(owners, minlength=len(kept))[owners] == 1
    total = float(shares.sum())
    return keys[once], (shares / max(total, 1.0) if total > 1 else shares)[owners[once]]


def _spelled(levels: Mapping[str, int], script: str) -> tuple[Keys, Shares]:
    """Return the trigrams of words, as shares of them all."""
    kept = [word for word in levels if _in_script(word, script)]
    if not kept:
        return np.zeros(0, dtype=np.uint64), np.zeros(0)
    keys, owners = trigrams(*folded(kept, script))
    unique, inverse = np.unique(keys, return_inverse=True)
    weights = part(np.array([levels[word] for word in kept], dtype=np.int64))[owners]
    found = np.bincount(inverse, weights=weights)
    return unique, found / found.sum()


def _in_script(word: str, script: str) -> bool:
    return SCRIPTS[int(table()[ord(word[0]) & 0xFFFF])] == script


@cache
def _theirs() -> dict[str, dict[str, float]]:
    """Return the trigrams of langdetect's profiles with their counts; a language of two profiles has both."""
    found: dict[str, dict[str, float]] = {}
    for text in profile_texts():
        profile: dict[str, Any] = orjson.loads(text)
        own = found.setdefault(_NAMES.get(profile["name"], profile["name"]), {})
        for gram, number in profile["freq"].items():
            if len(gram) == 3 and gram.isprintable() and max(gram) <= "\uffff":
                own[gram] = own.get(gram, 0.0) + number
    return found


def _theirs_folded(name: str, script: str) -> tuple[tuple[Keys, Shares], float]:
    """Return langdetect's trigrams of a language in a script; in them all Persian yehs are Arabic ones."""
    profile = _theirs().get(name, {})
    grams = list(profile)
    if script == "Arab" and name != "ar":
        grams = [gram.replace(chr(_ARABIC_YEH), chr(_PERSIAN_YEH)) for gram in grams]
    found, share = _keys(grams, np.array(list(profile.values()), dtype=np.float64), script)
    return (found, share) if share * sum(profile.values()) >= _LEAST_PROFILE else ((found[0][:0], found[1][:0]), 0.0)
