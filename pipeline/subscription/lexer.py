"""The words of a filter with their places: conditions, brackets, and, or, not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST = 4096
OPERATORS = ("!=", "!~", ">=", "<=", "==", "=", "~", ">", "<")
QUOTES = "\"'"
KEYWORDS = frozenset({"and", "or", "not"})
_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"[A-Za-z_]+")
_BARE = re.compile(r"[^\s(),]+")


class WhereError(ValueError):
    """A filter cannot be understood.

    Attributes:
        reason: what is wrong.
        text: the filter as given.
        position: the character at which it is wrong, from 0.
    """

    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(f"{reason} (at character {position + 1} of the filter)")
        self.reason = reason
        self.text = text
        self.position = position


@dataclass(frozen=True, slots=True)
class Word:
    """A value of a condition, or a bracket or keyword; `position` counts characters from 0."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Term:
    """A condition as written: `field operator value, value...`."""

    field: str
    operator: str
    values: tuple[Word, ...]
    position: int


Token = Term | Word


def tokens(text: str) -> Iterator[Token]:
    """Yield conditions as Terms; brackets and keywords, in lower case, as Words.

    Raises:
        WhereError: something is none of these.
    """
    if len(text) > LONGEST:
        raise WhereError(f"longer than {LONGEST} characters", text, LONGEST)
    at = _skip(text, 0)
    while at < len(text):
        token, end = _token(text, at)
        yield token
        at = _skip(text, end)


def _token(text: str, at: int) -> tuple[Token, int]:
    if text[at] in "()":
        return Word(text[at], at), at + 1
    match = _FIELD.match(text, at)
    if match is None:
        raise WhereError(f"{text[at]!r} begins no condition; write FIELD=VALUE", text, at)
    name, after = match[0].lower(), _skip(text, match.end())
    operator = next((sign for sign in OPERATORS if text.startswith(sign, after)), None)
    if operator is None:
        if name in KEYWORDS:
            return Word(name, at), match.end()
        raise WhereError(f"{match[0]!r} is followed by none of {' '.join(OPERATORS)}", text, min(after, len(text)))
    values, end = _values(text, _skip(text, after + len(operator)))
    return Term(name, "=" if operator == "==" else operator, values, at), end


def _values(text: str, at: int) -> tuple[tuple[Word, ...], int]:
    """Read values separated by commas."""
    values: list[Word] = []
    while True:
        value, end = _quoted(text, at) if text[at : at + 1] in ('"', "'") else _bare(text, at)
        values.append(value)
        comma = _skip(text, end)
        if text[comma : comma + 1] != ",":
            return tuple(values), end
        at = _skip(text, comma + 1)


def _bare(text: str, at: int) -> tuple[Word, int]:
    match = _BARE.match(text, at)
    if match is None:
        raise WhereError("a value is missing", text, at)
    return Word(match[0], at), match.end()


def _quoted(text: str, at: int) -> tuple[Word, int]:
    """Read a value in quotation marks; a backslash takes the next character as it is."""
    quote: Literal['"', "'"] = '"' if text[at] == '"' else "'"
    out: list[str] = []
    place = at + 1
    while place < len(text):
        if text[place] == quote:
            return Word("".join(out), at), place + 1
        if text[place] == "\\":
            place += 1
        out.append(text[place : place + 1])
        place += 1
    raise WhereError(f"the {quote} is not closed", text, at)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
