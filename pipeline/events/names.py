"""Keys of person names that are equal across scripts: the consonants of a name in classes of like sound.

After the skeleton of the Arabic and Devanagari letters to classes of sound; other scripts go through anyascii.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Letters to sound classes. A is any vowel carrier, W and Y are vowels or consonants; all three leave the key.
ARABIC = {
    "t": "تطٹةۃ", "s": "ثسص", "h": "حہهھۀە", "z": "ذزضظژ", "k": "قکكخ", "g": "گغ", "d": "دڈ", "b": "ب", "p": "پ",
    "j": "ج", "c": "چ", "r": "رڑ", "S": "ش", "f": "ف", "l": "ل", "m": "م", "n": "نںڻ", "W": "وؤ",
    "Y": "یيىےئ", "A": "اآأإعءٱ",
}  # fmt: skip
DEVANAGARI = {
    "k": "कख", "g": "गघ", "c": "चछ", "j": "जझ", "t": "तटथठ", "d": "दडधढ", "n": "नणङञंँ",
    "p": "प", "f": "फ", "b": "बभ", "m": "म", "Y": "य", "r": "रऋ", "l": "लळ", "W": "व", "S": "शष", "s": "स", "h": "ह",
}  # fmt: skip
NUKTA = "\u093c"
# Latin spellings, longest first.
LATIN = (
    ("tsch", "c"), ("sch", "S"), ("shch", "S"), ("kh", "k"), ("gh", "g"), ("zh", "z"), ("sh", "S"), ("ch", "c"),
    ("ph", "f"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("ck", "k"), ("qu", "k"), ("ts", "s"), ("x", "ks"), ("q", "k"),
    ("w", "W"),
    ("v", "W"), ("y", "Y"), ("c", "k"),
)  # fmt: skip
# Classes that scripts do not keep apart share one sign in the key.
MERGED = str.maketrans({"f": "p", "z": "j", "S": "s", "g": "k", "c": "s"})
_TABLE = {letter: sound for table in (ARABIC, DEVANAGARI) for sound, letters in table.items() for letter in letters}
_LATIN = re.compile("|".join(old for old, _ in sorted(LATIN, key=lambda pair: -len(pair[0]))))
_NEW = dict(LATIN)
_CONSONANTS = frozenset("bdhjklmnprstzfgcS")
_NASAL = re.compile("n(?=[pbmf])")
_DOUBLED = re.compile(r"(.)\1+")
LONGEST = 80


@lru_cache(maxsize=1 << 15)
def skeleton(word: str) -> str:
    """Return the sound classes of a word, vowel carriers included as A, W, Y."""
    plain = unicodedata.normalize("NFC", word[:LONGEST])
    if any("\u0600" <= c <= "\u06ff" or "\u0900" <= c <= "\u097f" for c in plain):
        return _DOUBLED.sub(r"\1", _indic(plain))
    latin = _LATIN.sub(lambda match: _NEW[match[0]], anyascii(plain).lower())
    return _DOUBLED.sub(r"\1", "".join(c if c in _CONSONANTS or c in "WY" else "A" for c in latin if c.isalpha()))


def _indic(word: str) -> str:
    """Map letters by table; the nukta makes another letter of the one before."""
    decomposed = unicodedata.normalize("NFD", word) if "\u0900" <= word[0] <= "\u097f" else word
    out: list[str] = []
    for char in decomposed:
        if char == NUKTA and out:
            out[-1] = {"j": "z", "d": "r"}.get(out[-1], out[-1])
        elif char in _TABLE:
            out.append(_TABLE[char])
    return "".join(out)


@lru_cache(maxsize=1 << 15)
def word_key(word: str) -> str:
    """Return the consonants of one word, in merged classes; a word of vowels alone keeps them."""
    sounds = skeleton(word)
    bare = "".join(c for c in sounds if c in _CONSONANTS and c != "h")
    # Inside a word f is often a transcribed v, which other scripts write as a vowel: Lavrov, Khorev.
    bare = bare[:1] + bare[1:].replace("f", "")
    return _DOUBLED.sub(r"\1", _NASAL.sub("m", bare).translate(MERGED)) or sounds


def person_key(name: str) -> str:
    """Return the key of a person's name: the key of its last word, the part every source prints."""
    parts = [word for word in re.split(r"[^\w\u0300-\u036f\u0900-\u097f\u064b-\u065f]+", name) if word]
    if len(parts) > 1 and not _CONSONANTS & set(skeleton(parts[-1])) - {"h"}:
        return word_key(parts[-2] + parts[-1])
    return word_key(parts[-1]) if parts else ""
