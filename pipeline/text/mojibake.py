"""Text whose encoding was lost on the way: question marks for letters, U+FFFD, misread UTF-8 beyond repair."""

from __future__ import annotations

import re

from pipeline.text.charsets import charsets

_MARKS = ("????", "\ufffd\ufffd")
_RUN = re.compile(r"(?:[?\ufffd]{3,}[\s?\ufffd.,!]*)+")
_CAP = 4000
# So many pairs of signs that nobody writes, which are so large a part of a line, make it unreadable.
_PAIRS, _SHARE = 4, 0.2


def lost(text: str) -> tuple[int, int] | None:
    """Return the first run of characters in place of lost letters, None where there is none."""
    if not any(marks in text for marks in _MARKS):
        return None
    match = _RUN.search(text)
    return (match.start(), match.end() - len(match[0]) + len(match[0].rstrip())) if match else None


def misread(text: str) -> bool:
    """Say whether a normalised text is, for the most part, misread UTF-8 of which something was lost."""
    if text.isascii():
        return False
    head = text[:_CAP]
    shown = len(head) - head.count(" ")
    return any((n := len(charset.broken.findall(head))) >= _PAIRS and 2 * n >= _SHARE * shown for charset in charsets())
