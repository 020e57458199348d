"""Text whose encoding was lost on the way: question marks for letters, U+FFFD, misread UTF-8 beyond repair."""

from __future__ import annotations

import re
from itertools import islice

from pipeline.text.charsets import Charset, charsets

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


def suspects(text: str) -> tuple[Charset, ...]:
    """Return the charsets in which a normalised text may have been misread, and something of it lost."""
    if text.isascii():
        return ()
    return tuple(charset for charset in charsets() if _broken(charset, text) >= _PAIRS)


def _broken(charset: Charset, text: str) -> int:
    return sum(1 for _ in islice(charset.broken.finditer(text), _CAP))


def misread(text: str, suspected: tuple[Charset, ...]) -> bool:
    """Say whether most of a line is misread in one of the charsets."""
    head = text[:_CAP]
    shown = len(head) - head.count(" ")
    pairs = [_broken(charset, head) for charset in suspected]
    return any(n >= _PAIRS and 2 * n >= _SHARE * shown for n in pairs)
