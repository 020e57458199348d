"""Words of a script without spaces: the longest the lexicon knows, from the left; what is between, in one piece."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipeline.text.characters import MARK, NUMBER
from pipeline.text.normalise import normalise
from pipeline.text.sketch import DENSE_RANGES
from pipeline.text.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Letters of the scripts that write no spaces.
_DENSE = "".join(f"{chr(start)}-{chr(end - 1)}" for start, end in DENSE_RANGES)
_LETTER = rf"[^\W_{_DENSE}]"
_PIECE = re.compile(
    rf"(?P<dense>[{_DENSE}]+)|(?!\d){_LETTER}+(?:[{MARK}]+{_LETTER}*)*|{NUMBER}|[^\s{MARK}][{MARK}]*|[{MARK}]+"
)
_BREAK = re.compile(rf"(?<=[{_DENSE}]) (?=[{_DENSE}])")
# Abbreviations of states beside each other: "中美", "美日韩".
MOST_SHORT = 3
# Words of one letter are parts of too many others.
LONG = 2


@dataclass(frozen=True, slots=True)
class Unspaced:
    """Cuts a text into words.

    `sizes` are the lengths of the words of each phrase the automaton finds: most are one word. A run nobody knows stays
    whole unless all its letters are in `short`, names of one letter.
    """

    automaton: Any
    sizes: tuple[tuple[int, ...], ...]
    short: frozenset[str]
    fold: dict[int, str]

    def texts(self, text: str, start: int, end: int) -> list[str]:
        """Return the texts of the words of `text[start:end]`."""
        return [text[i:j] for i, j in self._spans(text, start, end)]

    def tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        """Yield the words of `text[start:end]` with their offsets."""
        for i, j in self._spans(text, start, end):
            first = text[i]
            yield Token(text[i:j], i, j, "number" if first.isdigit() else "word" if first.isalpha() else "punctuation")

    def sentences(self, text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Cut the sentences of a headline at the spaces that stand in it for commas."""
        for first, end in spans:
            start = first
            for match in _BREAK.finditer(text, first, end):
                yield start, match.start()
                start = match.end()
            yield start, end

    def _spans(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        plain = folded(text[start:end], self.fold)
        found: list[tuple[int, int]] = []
        last = start
        for number, i, j in self.automaton.find_matches_as_indexes(plain):
            first, stop = start + i, start + j
            if first > last:
                self._unknown(plain, start, (last, first), found)
            sizes = self.sizes[number]
            if len(sizes) == 1:
                found.append((first, stop))
            else:
                found += pairwise(accumulate(sizes, initial=first))
            last = stop
        if last < end:
            self._unknown(plain, start, (last, end), found)
        return found

    def _unknown(self, plain: str, start: int, span: tuple[int, int], found: list[tuple[int, int]]) -> None:
        """Add the pieces of what no word of the lexicon covers; most are one letter or sign."""
        first, stop = span
        if stop - first == 1:
            if not plain[first - start].isspace():
                found.append(span)
            return
        for match in _PIECE.finditer(plain, first - start, stop - start):
            i, j = match.span()
            if match["dense"] and j - i <= MOST_SHORT and self.short.issuperset(match[0]):
                found += ((start + k, start + k + 1) for k in range(i, j))
            else:
                found.append((start + i, start + j))


def folded(text: str, fold: dict[int, str]) -> str:
    """Write a text as it is compared, letter for letter."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).translate(fold)


def phrase_words(phrase: str, fold: dict[int, str]) -> tuple[str, ...]:
    """Split a phrase of the language's data where it has spaces, and where its letters change script."""
    plain = normalise(phrase).text.lower().translate(fold)
    parts = (part for piece in plain.split() for part in _joined(piece))
    return tuple(parts)


def _joined(piece: str) -> list[str]:
    """The words of a phrase without spaces; the point between the parts of a name belongs to it."""
    whole = piece.replace("·", "")
    if whole and all(_is_dense(letter) for letter in whole):
        return [piece]
    return [match[0] for match in _PIECE.finditer(piece)]


def _is_dense(letter: str) -> bool:
    return any(start <= ord(letter) < end for start, end in DENSE_RANGES)


def unspaced(
    phrases: Iterable[tuple[str, ...]],
    cuts: Iterable[tuple[str, ...]],
    common: Iterable[str],
    short: frozenset[str],
    fold: dict[int, str],
) -> Unspaced:
    """Make it of the words of a lexicon's phrases, of other words of the language and of the names of one letter.

    `cuts` are found as a whole and then cut; other words that are two of the lexicon's are left out.
    """
    own = {word for phrase in phrases for word in phrase if _is_dense_word(word)}
    plain = [word for word in common if not _made_up(word, own)]
    several = (*_torn(plain, own), *cuts)
    known = {word: (len(word),) for word in (*plain, *own)} | {"".join(cut): tuple(map(len, cut)) for cut in several}
    ordered = sorted(word for word in known if word and word not in short)
    automaton = AhoCorasick(ordered, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA)
    return Unspaced(automaton, tuple(known[word] for word in ordered), short, fold)


def _is_dense_word(word: str) -> bool:
    return bool(word) and all(map(_is_dense, word.replace("·", "")))


def _torn(common: Iterable[str], own: set[str]) -> Iterator[tuple[str, str]]:
    """Yield what a common word would tear apart: "从中" in "从" and "中国"."""
    beginning: dict[str, list[str]] = {}
    for word in sorted(own):
        for size in range(1, len(word)):
            beginning.setdefault(word[:size], []).append(word)
    for word in common:
        if word[0] in own:
            yield from ((word[0], name) for name in beginning.get(word[1:], ()))


def _made_up(word: str, own: set[str]) -> bool:
    """Whether a word is two longer words of the lexicon: "交通部长" is none, "反对党领袖" is."""
    return any(word[:cut] in own and word[cut:] in own for cut in range(LONG, len(word) - LONG + 1))
