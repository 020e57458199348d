"""Case suffixes cut off the nouns a lexicon knows, so that they stand behind them as case markers do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.text.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

# What marks a suffix among the case markers of grammar.toml, and the token made of one.
MARK = "-"
SHORTEST_STEM = 2


@dataclass(frozen=True)
class Suffixes:
    """Suffixes as compared, without the mark, and the last words of names and offices they may be written with.

    Words in `known` are words of the language as they stand. `loose` suffixes are cut off words nobody knows too.
    `objects` are those of objects.
    """

    endings: frozenset[str]
    stems: frozenset[str]
    known: frozenset[str]
    loose: frozenset[str]
    fold: dict[int, str]
    objects: frozenset[str] = frozenset()

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the suffixes, the longest first."""
        return tuple(sorted({len(ending) for ending in self.endings}, reverse=True))

    def cut(self, text: str) -> int:
        """How many characters at the end of a word are its suffix, 0 where it has none."""
        plain = text.lower().translate(self.fold)
        if plain in self.known:
            return 0
        for size in self.sizes:
            stem, ending = plain[:-size], plain[-size:]
            if len(stem) < SHORTEST_STEM or ending not in self.endings:
                continue
            if stem in self.stems or ending in self.loose:
                return size
        return 0

    def may_be_object(self, plain: str) -> bool:
        """Whether a known word as compared is also another one with the suffix of an object."""
        return any(plain[:-size] in self.stems and plain[-size:] in self.objects for size in self.sizes)

    def split(self, texts: list[str]) -> list[str]:
        """Cut the texts of tokens; a suffix begins with the mark."""
        found: list[str] = []
        for text in texts:
            size = self.cut(text)
            found += (text[:-size], MARK + text[-size:]) if size else (text,)
        return found

    def parts(self, token: Token) -> Iterator[Token]:
        """Yield a token, or its stem and its suffix."""
        size = self.cut(token.text)
        if not size:
            yield token
            return
        middle = token.end - size
        yield Token(token.text[:-size], token.start, middle, token.kind)
        yield Token(token.text[-size:], middle, token.end, token.kind)
