"""Sentences of a normalised text, also where writers leave no space after the stop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import language_toml, languages
from pipeline.text.characters import MARK

# Stops that end a sentence whatever follows, and the full stop, which has to be looked at.
_STOP = re.compile(
    "(?P<line>\n)|(?P<strong>[۔।॥؟!?。\uff01\uff1f።။…]+[.۔।॥؟!?。\uff01\uff1f።။…]*)|(?P<dot>[.\uff0e]+[۔؟!?]*)"
)
_CLOSERS = "\"')]}»”’\u203a」』\uff09】"
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com|t\.co/)[!-~]+", re.IGNORECASE)
_BEFORE = re.compile(rf"[\w{MARK}]+\Z")
_AFTER = re.compile(rf"[)\]]?\s*[\"'(\[]*([\w{MARK}]+)")
# Words are looked at no further than this.
_REACH = 40


@dataclass(frozen=True, slots=True)
class _Cues:
    abbreviations: frozenset[str]
    letters: frozenset[str]
    before_number: frozenset[str]
    after_ordinal: frozenset[str]


@cache
def _cues() -> _Cues:
    """Read abbreviations, names of letters and words after ordinals from the segment.toml of all languages."""
    tables = [language_toml(code, "segment") for code in languages()]

    def words(key: str) -> frozenset[str]:
        return frozenset(word.casefold() for table in tables for word in table.get(key, ()))

    return _Cues(words("abbreviations"), words("letters"), words("before_number"), words("after_ordinal"))


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return `(start, end)` of the sentences of `text[start:end]`, without the white space around them."""
    end = len(text) if end is None else end
    found: list[tuple[int, int]] = []
    splitter = _Splitter(text, start, end)
    for stop in splitter.boundaries():
        _append(text, start, stop, found)
        start = stop
    _append(text, start, end, found)
    return found


def _append(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


class _Splitter:
    """One pass over a text; quotation marks are counted as it goes, so that a closing one goes with its sentence."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.position, self.end = text, start, end
        self.counted, self.open = start, False
        self.addresses = [m.span() for m in _ADDRESS.finditer(text, start, end)]
        self.addresses.reverse()

    def boundaries(self) -> list[int]:
        """Return where sentences end."""
        found: list[int] = []
        for match in _STOP.finditer(self.text, self.position, self.end):
            if match.start() < self.position or self._in_address(match.start()):
                continue
            if match["line"]:
                self.position = self.counted = match.end()
                self.open = False
            elif self._ends(match):
                self.position = self._close(match.end())
            else:
                continue
            found.append(self.position)
        return found

    def _in_address(self, position: int) -> bool:
        while self.addresses and self.addresses[-1][1] <= position:
            self.addresses.pop()
        return bool(self.addresses) and self.addresses[-1][0] <= position < self.addresses[-1][1] - 1

    def _close(self, position: int) -> int:
        """Take closing quotes and brackets along."""
        text = self.text
        while position < self.end and text[position] in _CLOSERS:
            follows = text[position + 1 : position + 2].isalnum()
            if follows and (text[position] != '"' or not self._quote_is_open(position)):
                break
            position += 1
        return position

    def _quote_is_open(self, position: int) -> bool:
        self.open ^= self.text.count('"', self.counted, position) % 2 == 1
        self.counted = position
        return self.open

    def _ends(self, match: re.Match[str]) -> bool:
        start, end, text = match.start(), match.end(), self.text
        before, after = text[max(start - 1, 0) : start], text[end : end + 1]
        if before.isdigit() and after.isdigit() and end - start == 1:
            return False
        if match["strong"]:
            return self._strong_ends(match[0], start, end, after)
        return self._dot_ends(start, end, after)

    def _strong_ends(self, stop: str, start: int, end: int, after: str) -> bool:
        if stop[-1] in "?!" and after.isascii() and (after.isalnum() or after in "=&/"):
            return not after or after.isupper()
        if stop == "۔":
            return not self._spelled(start, end)
        return stop[-1] not in "?!…" or not self._next_is_small(end)

    def _spelled(self, start: int, end: int) -> bool:
        """Letters spelled out with stops between them: آئی۔ایس۔آئی."""
        letters = _cues().letters
        return self._before(start) in letters and self._after(end) in letters

    def _before(self, position: int) -> str:
        match = _BEFORE.search(self.text[max(position - _REACH, 0) : position])
        return match[0].casefold() if match else ""

    def _after(self, position: int) -> str:
        match = _AFTER.match(self.text[position : position + _REACH])
        return match[1].casefold() if match else ""

    def _next_is_small(self, position: int) -> bool:
        match = _AFTER.match(self.text[position : position + _REACH])
        return match is not None and match[1][0].islower()

    def _dot_ends(self, start: int, end: int, after: str) -> bool:
        if self._next_is_small(end):
            return False
        before = self._before(start)
        if end - start == 1 and before and self._short(before, start, end):
            return False
        if not after or after.isspace() or after in _CLOSERS:
            return True
        return _glued(self.text[max(start - 2, 0) : start], self.text[end : end + 2])

    def _short(self, before: str, start: int, end: int) -> bool:
        """Abbreviations, initials, ordinals."""
        cues = _cues()
        if before in cues.abbreviations or (len(before) == 1 and self.text[start - 1].isupper()):
            return True
        if before in cues.before_number:
            return self._after(end)[:1].isdigit()
        if before.isdigit() and len(before) <= 2:
            return self._after(end) in cues.after_ordinal
        return self._spelled(start, end)


def _glued(before: str, after: str) -> bool:
    """A full stop without a space after it: ends a sentence between letters without case, or as in `end.Next`."""
    if not before or not after or not after[0].isalpha():
        return bool(after) and after[0] in "\"'([" and not before[-1:].isascii()
    if after[0].isupper():
        return len(before) == 2 and before.islower() and (after[1:].islower() or not after[1:].isalnum())
    return not before[-1].isascii() and not after[0].isascii()
