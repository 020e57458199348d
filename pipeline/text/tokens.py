"""Tokens of a normalised text: words, numbers, and every other character that is no white space by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pipeline.text.characters import MARK, NUMBER, WORD

TokenKind = Literal["word", "number", "punctuation"]
_TOKEN = re.compile(rf"(?P<word>{WORD.pattern})|(?P<number>{NUMBER})|(?P<punctuation>[^\s{MARK}][{MARK}]*|[{MARK}]+)")

_TEXT = re.compile(rf"{WORD.pattern}|{NUMBER}|[^\s{MARK}][{MARK}]*|[{MARK}]+")


class Token(NamedTuple):
    """A token: `text[start:end]` of the text it was read from. A tuple, as there are hundreds to an article."""

    text: str
    start: int
    end: int
    kind: TokenKind = "word"


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Split `text[start:end]` into tokens; words are letters and marks (F16 is one word, 16th a number and a word)."""
    return list(iter_tokens(text, start, len(text) if end is None else end))


def token_texts(text: str, start: int, end: int) -> list[str]:
    """Return only the texts of the tokens, which is much faster."""
    found: list[str] = _TEXT.findall(text, start, end)
    return found


def iter_tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of `text[start:end]` one by one."""
    for match in _TOKEN.finditer(text, start, end):
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # the three groups bear the kinds' names
        yield Token(match[0], *match.span(), kind)
