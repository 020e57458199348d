"""Counting the n-grams and words that lang/<code>/ngrams.tsv holds, from texts of one language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.language.detect import clean
from pipeline.language.profiles import fold_table
from pipeline.language.script import units

_AT_LEAST = 2


def ngram_rows(texts: Iterable[str], script: str, most: int, most_words: int) -> list[tuple[str, int]]:
    """Return the commonest n-grams of one to three letters and words, and how many of a million of their kind they are.

    A space is written `_`; letters of other scripts count as spaces, as they do when a text is scored.
    """
    letters = fold_table(script)
    counted: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    whole: Counter[str] = Counter()
    for text in texts:
        codes = letters[units(clean(text))]
        words = codes[codes != 0].tobytes().decode("utf-16-le", "replace").split()
        for word in words:
            padded = f" {word} "
            whole[padded] += 1
            for length, counts in enumerate(counted, start=1):
                counts.update(padded[i : i + length] for i in range(len(padded) - length + 1))
    rows: list[tuple[int, str]] = []
    for counts in counted:
        total = sum(count for gram, count in counts.items() if gram.strip())
        rows += [(c * 1_000_000 // total, g) for g, c in counts.items() if c >= _AT_LEAST and g.strip()]
    kept = sorted(rows, key=lambda row: (-row[0] / (1 if len(row[1]) == 3 else 4), row[1]))[:most]
    kept += [
        (c * 1_000_000 // whole.total(), w) for w, c in whole.most_common(most_words) if c >= _AT_LEAST and len(w) > 3
    ]
    return sorted(((gram.replace(" ", "_"), parts) for parts, gram in kept if parts), key=lambda r: (len(r[0]), r[0]))
