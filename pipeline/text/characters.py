"""Character classes that Python's `re` lacks, as strings to put between square brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Above this code point lie no marks, digits or canonical decompositions outside the variation selectors.
_LAST = 0x2FA20
_SELECTORS = range(0xE0100, 0xE01F0)


def ranges(codes: Iterable[int]) -> str:
    """Write code points as the inside of a character class."""
    runs: list[list[int]] = []
    for code in sorted(set(codes)):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{a:08x}" if a == b else f"\\U{a:08x}-\\U{b:08x}" for a, b in runs)


def expand(spans: Iterable[str]) -> list[int]:
    """Read hexadecimal code points and spans of them (`0640`, `064B-0652`)."""
    codes: list[int] = []
    for span in spans:
        first, _, last = span.partition("-")
        codes.extend(range(int(first, 16), int(last or first, 16) + 1))
    return codes


def _scan() -> tuple[list[int], set[int], list[int], dict[int, str]]:
    """One walk over the code points: marks, characters that NFC may join to the one before, NFC changes, digits."""
    marks, joining, unstable, digits = list(_SELECTORS), set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3)), [], {}
    for code in range(0x80, _LAST):
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] == "M":
            marks.append(code)
            if unicodedata.combining(char):
                joining.add(code)
        elif category == "Nd":
            digits[code] = str(unicodedata.decimal(char))
        parts = unicodedata.decomposition(char)
        if parts and parts[0] != "<":
            joining.update(int(part, 16) for part in parts.split()[1:])
            if unicodedata.normalize("NFC", char) != char:
                unstable.append(code)
    return marks, joining, unstable, digits


_marks, _joining, _unstable, DIGITS = _scan()

MARK = ranges(_marks)
"""General category M."""

JOINING = ranges(_joining)
"""Characters that canonical composition or reordering may tie to the one before."""

UNSTABLE = ranges(_unstable)
"""Characters that NFC replaces even when they stand alone."""

WORD = re.compile(rf"[^\W\d_][^\W_]*(?:[{MARK}]+[^\W_]*)*")
"""A letter and all letters, marks and digits after it."""

NUMBER = r"\d+(?:[.,:/]\d+){0,60}"
"""Digits, and further digits behind single signs; no written number has more, and without a bound time is lost."""
