"""What an article says as it is compared: folded once, for its sketch and for reading it beside another.

It stands in lines: headline; body, with a mark after each sentence; what was left out of it; dateline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from pipeline.text.body import body_text
from pipeline.text.fold import LINE_END, SENTENCE_END, Codes, decoded, encoded, fold_codes, fold_lines, words_of
from pipeline.text.pages import compressed
from pipeline.text.sketch import DENSE_RANGES, Sketch, sketch_of
from schemas.article import Segment

WORDS_KEPT = 8000
DATELINE = 1000
CHARACTERS_READ = 60_000
KEY_BYTES = 8
# In its line, of a body that was not kept to its end.
_CUT = "cut"
_RANGES = "".join(f"{chr(start)}-{chr(end - 1)}" for start, end in DENSE_RANGES)
_DENSE = re.compile(f"[{_RANGES}]")
_DENSE_OR_WORD = re.compile(f"[{_RANGES}]|[^ {_RANGES}]+")


@dataclass(frozen=True)
class Folded:
    """The lines of an article, as far as they are kept, and the letters of its whole body."""

    lines: Codes
    letters: Codes

    @property
    def packed(self) -> bytes:
        """The lines as `pipeline.text.pages` unpacks them."""
        return compressed(self.lines)

    @property
    def sketch(self) -> Sketch:
        """The sketch of the body."""
        return sketch_of(self.letters)

    @cached_property
    def text_key(self) -> str:
        """A hash of the body's letters, of the headline's where there is no body; nothing for nothing."""
        letters = self.letters if len(self.letters) else _letters(self.lines[: _ends(self.lines)[0]])
        if not len(letters):
            return ""
        narrow = letters.astype("<u2") if np.maximum.reduce(letters) < 1 << 16 else letters
        return blake2b(narrow.tobytes(), digest_size=KEY_BYTES).hexdigest()


def folded(title: str | None, segments: tuple[Segment, ...], received: str) -> Folded:
    """Read an article's headline, body and dateline; its title is among the segments where it is not given apart."""
    headline = title or "\n".join(received[one.start : one.end] for one in segments if one.kind == "title")
    return read(headline, body_text(segments, received), dateline(segments, received))


def read(headline: str, body: str, before: str) -> Folded:
    """Fold headline, body and dateline."""
    cut = len(body) > CHARACTERS_READ
    lines = fold_lines(headline[:CHARACTERS_READ], body[:CHARACTERS_READ], _CUT if cut else "", before)
    letters = fold_codes(body) if cut else _letters(lines[slice(*_ends(lines)[:2])])
    return Folded(lines if len(lines) <= WORDS_KEPT else _shortened(lines), letters)


def dateline(segments: Iterable[Segment], received: str) -> str:
    """Return what stands before the body, as received."""
    return " ".join(received[one.start : one.end] for one in segments if one.kind == "dateline")[:DATELINE]


def words(line: str) -> tuple[str, ...]:
    """Return the words of a folded line; in scripts without spaces a word is one character."""
    found = words_of(line)
    if not has_dense(line):
        return tuple(found)
    return tuple(_DENSE_OR_WORD.findall(" ".join(found)))


def has_dense(line: str) -> bool:
    """Say whether a character of a folded line is a word of its own."""
    if line.isascii():
        return False
    units = np.frombuffer(line.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    return int(np.maximum.reduce(units)) >= DENSE_RANGES[0][0] and _DENSE.search(line) is not None


def _shortened(lines: Codes) -> Codes:
    """Keep the first words of a headline and of a body."""
    title, body, rest, before, _ = decoded(lines).split(LINE_END)
    headline, text = words(title), words(body)
    whole = not rest and len(text) <= WORDS_KEPT
    kept = (" ".join(line[:WORDS_KEPT]) for line in (headline, text))
    return encoded(LINE_END.join((*kept, "" if whole else _CUT, before, "")))


def _ends(lines: Codes) -> list[int]:
    """Return where lines end."""
    ends: list[int] = (lines == ord(LINE_END)).nonzero()[0].tolist()
    return ends


def _letters(line: Codes) -> Codes:
    return line.compress((line > ord(" ")) & (line != ord(SENTENCE_END)))
