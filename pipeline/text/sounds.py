"""What a name sounds like, whatever script it is written in, and how alike two names sound.

Letters stand for classes of sound (knowledge/sounds.toml): those of the Arabic and Devanagari scripts by table, other
scripts through anyascii. Likeness is an edit distance over the classes in which vowels weigh little and classes that
scripts mix up are cheap to exchange, after Zobel & Dart (1996), "Phonetic string matching".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from anyascii import anyascii

from pipeline.resources import knowledge_toml

CONSONANTS = frozenset("bdhjklmnprstzfgcS")
# Letters of a name that are compared; what is longer is no name.
LONGEST = 80
NUKTA = "\u093c"
DOUBLED = re.compile(r"(.)\1+")
_BETWEEN = re.compile(r"[\s\-'’]+")


class Sounds(NamedTuple):
    """Letters of the Arabic and Devanagari scripts to classes, and Latin spellings, longest first."""

    letters: dict[str, str]
    latin: dict[str, str]
    spelling: re.Pattern[str]

    def of_latin(self, word: str) -> str:
        """Replace the spellings of a word in Latin letters."""
        return self.spelling.sub(lambda match: self.latin[match[0]], word)


@cache
def _sounds(*, fine: bool) -> Sounds:
    """Read the tables; the fine ones know the vowels and the soft letters too."""
    table = knowledge_toml("sounds")
    scripts = ("arabic", "devanagari", *(("devanagari_vowels",) if fine else ()))
    letters = {char: sound for name in scripts for sound, chars in table[name].items() for char in chars}
    latin = {**table["latin"], **(table["latin_fine"] if fine else {})}
    longest_first = sorted(latin, key=lambda old: (-len(old), old))
    return Sounds(letters, latin, re.compile("|".join(longest_first)))


@lru_cache(maxsize=1 << 15)
def skeleton(word: str) -> str:
    """Return the sound classes of a word, its vowels as A, W, Y; of Devanagari without the vowels' signs."""
    plain = unicodedata.normalize("NFC", word[:LONGEST])
    known = _sounds(fine=False)
    if _by_table(plain):
        return DOUBLED.sub(r"\1", _lettered(plain, known))
    latin = known.of_latin(anyascii(plain).lower())
    return DOUBLED.sub(r"\1", "".join(c if c in CONSONANTS or c in "WY" else "A" for c in latin if c.isalpha()))


@lru_cache(maxsize=1 << 15)
def pronounced(name: str) -> str:
    """Return the sound classes of a name, its words joined, vowels included."""
    return "".join(_pronounced(word) for word in _BETWEEN.split(unicodedata.normalize("NFC", name[:LONGEST])))


def _pronounced(word: str) -> str:
    known = _sounds(fine=True)
    if _by_table(word):
        return DOUBLED.sub(r"\1", _lettered(word, known))
    return DOUBLED.sub(r"\1", "".join(c for c in known.of_latin(anyascii(word).lower()) if c.isalpha()))


def _by_table(word: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" or "\u0900" <= c <= "\u097f" for c in word)


def _lettered(word: str, known: Sounds) -> str:
    """Map letters by table; the nukta makes another letter of the one before."""
    nukta = knowledge_toml("sounds")["nukta"]
    out: list[str] = []
    for char in unicodedata.normalize("NFD", word) if "\u0900" <= word[:1] <= "\u097f" else word:
        if char == NUKTA and out:
            out[-1] = nukta.get(out[-1], out[-1])
        elif char in known.letters:
            out.append(known.letters[char])
    return "".join(out)


@cache
def _costs() -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Read what leaving out a class costs, and what exchanging two does where it is less than leaving out both."""
    table = knowledge_toml("sounds")
    pairs = {(a, b): float(cost) for cost, found in table["exchange"].items() for a, b in found}
    return table["weight"], pairs | {(b, a): cost for (a, b), cost in pairs.items()}


def likeness(one: str, other: str) -> float:
    """Return how alike two names sound, 0 (nothing in common, or no letters) to 1.

    Above 0.8 two names of persons are one in nearly all cases; short ones need a second ground.
    """
    left, right = pronounced(one), pronounced(other)
    if not left or not right:
        return 0.0
    weights, exchange = _costs()
    kept = [(c, weights.get(c, 1.0)) for c in right]
    row = [0.0]
    for _, weight in kept:
        row.append(row[-1] + weight)
    whole = row[-1]
    for c in left:
        lost = weights.get(c, 1.0)
        whole += lost
        row = _next_row((c, lost), kept, row, exchange)
    return 1.0 - row[-1] / whole


def _next_row(
    left: tuple[str, float],
    right: list[tuple[str, float]],
    row: list[float],
    exchange: dict[tuple[str, str], float],
) -> list[float]:
    """One row of the edit distance (Wagner & Fischer 1974), of classes with what leaving them out costs."""
    c, lost = left
    new = [row[0] + lost]
    for j, (d, kept) in enumerate(right):
        swap = 0.0 if c == d else exchange.get((c, d), lost + kept)
        new.append(min(row[j] + swap, row[j + 1] + lost, new[j] + kept))
    return new
