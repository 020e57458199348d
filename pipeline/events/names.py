"""Keys of person names that are equal across scripts: the consonants of a name in classes of like sound."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.text.sounds import CONSONANTS, DOUBLED, skeleton

# Classes that scripts do not keep apart share one sign in the key.
MERGED = str.maketrans({"f": "p", "z": "j", "S": "s", "g": "k", "c": "s"})
# Python counts no combining mark among the letters, and no script of India is written without.
_NO_LETTERS = re.compile(r"[^\w\u0300-\u036f\u064b-\u065f\u0900-\u109f\u1780-\u17d3]+")
_NASAL = re.compile("n(?=[pbmf])")


@lru_cache(maxsize=1 << 15)
def word_key(word: str) -> str:
    """Return the consonants of one word, in merged classes; a word of vowels alone keeps them."""
    sounds = skeleton(word)
    bare = "".join(c for c in sounds if c in CONSONANTS and c != "h")
    # Inside a word f is often a transcribed v, which other scripts write as a vowel: Lavrov, Khorev.
    bare = bare[:1] + bare[1:].replace("f", "")
    return DOUBLED.sub(r"\1", _NASAL.sub("m", bare).translate(MERGED)) or sounds


def person_key(name: str) -> str:
    """Return the key of a person's name: the key of its last word, the part every source prints."""
    parts = [word for word in _NO_LETTERS.split(name) if word]
    if len(parts) > 1 and not CONSONANTS & set(skeleton(parts[-1])) - {"h"}:
        return word_key(parts[-2] + parts[-1])
    return word_key(parts[-1]) if parts else ""
