"""Conjunctions and prepositions that are written together with the word behind them, taken apart: Arabic "وبروسيا"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

# Shorter words are not taken apart.
SHORTEST = 4


@dataclass(frozen=True)
class Clitics:
    """Classes of clitics as compared, of each of which a word may have one; `known` are the words of the language.

    `article` and what it is behind a clitic of the same letter: "ال" is "ل" in "للرئيس".
    """

    classes: tuple[tuple[str, ...], ...]
    article: tuple[str, ...]
    known: frozenset[str]
    fold: dict[int, str]

    def sizes(self, text: str) -> tuple[int, ...]:
        """How many characters each clitic of a word has; none where what is left is no word of the language."""
        plain = text.lower().translate(self.fold)
        return self._cut(plain, 0) if len(plain) >= SHORTEST and len(plain) == len(text) else ()

    def _cut(self, plain: str, number: int) -> tuple[int, ...]:
        if plain in self.known or number >= len(self.classes):
            return ()
        for clitic in self.classes[number]:
            rest = plain.removeprefix(clitic)
            if rest != plain and (rest in self.known or self._contracted(clitic, rest)):
                return (len(clitic),)
            if rest != plain and (more := self._cut(rest, number + 1)):
                return (len(clitic), *more)
        return self._cut(plain, number + 1)

    def _contracted(self, clitic: str, rest: str) -> bool:
        """Whether what follows a clitic is a word with a shortened article."""
        whole, short = self.article
        return clitic == short and rest.startswith(short) and whole + rest.removeprefix(short) in self.known

    def split(self, texts: list[str]) -> list[str]:
        """Cut the texts of tokens."""
        found: list[str] = []
        for text in texts:
            start = 0
            for size in self.sizes(text):
                found.append(text[start : start + size])
                start += size
            found.append(text[start:])
        return found

    def parts(self, token: Token) -> Iterator[Token]:
        """Yield a token, or its clitics and the rest."""
        start = token.start
        for size in self.sizes(token.text):
            at = start - token.start
            yield Token(token.text[at : at + size], start, start + size, token.kind)
            start += size
        yield Token(token.text[start - token.start :], start, token.end, token.kind)
