"""Runs of combining marks, cut where no writing has more: putting them in order takes quadratic time otherwise."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# The longest run of the Stream-Safe Text Format (Unicode Standard Annex 15).
MARKS_IN_A_ROW = 30


def composed(text: str) -> str:
    """Return a text in NFC, in linear time; of a run of more than 30 combining marks the rest is left out."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _runs().sub(_cut, text))


def _cut(match: re.Match[str]) -> str:
    return match[0][:MARKS_IN_A_ROW]


@cache
def _runs() -> re.Pattern[str]:
    """Match runs that are too long, of characters that are marks or come apart into marks alone."""
    marks = [
        char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(unicodedata.normalize("NFD", char)[0])
    ]
    return re.compile(f"[{''.join(marks)}]{{{MARKS_IN_A_ROW + 1},}}")
