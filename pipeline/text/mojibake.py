"""Text whose encoding was lost on the way: question marks for letters, U+FFFD, UTF-8 read as cp1252."""

from __future__ import annotations

import re

_MARKS = ("????", "\ufffd\ufffd")
_RUN = re.compile(r"(?:[?\ufffd]{3,}[\s?\ufffd.,!]*)+")
# A UTF-8 lead byte of a two or three byte sequence, as cp1252 shows it, with a continuation byte.
_PAIR = re.compile(
    "[\u00c2-\u00df\u00e0-\u00ef][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    "\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_CAP = 4000


def lost(text: str) -> tuple[int, int] | None:
    """Return the first run of characters in place of lost letters, None where there is none."""
    if not any(marks in text for marks in _MARKS):
        return None
    match = _RUN.search(text)
    return (match.start(), match.end() - len(match[0]) + len(match[0].rstrip())) if match else None


def misread(text: str) -> bool:
    """Say whether a text is UTF-8 of another script read as cp1252 or Latin-1, as far as one can be certain."""
    head = text[:_CAP]
    pairs = len(_PAIR.findall(head))
    if pairs < 4 or pairs * 2 < 0.3 * len(head.replace(" ", "")):
        return False
    return repaired(head) is not None


def repaired(text: str) -> str | None:
    """Return what a misread text says, None when it is no misread text."""
    for encoding in ("cp1252", "latin-1"):
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        # A cut at either end may break one character; more losses mean it was something else.
        repaired_text = data.decode("utf-8", "replace")
        if repaired_text.count("\ufffd") <= 2:
            return repaired_text
    return None
