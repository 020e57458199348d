"""The folded words of an article, as kept beside its sketch for reading both texts side by side."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from pipeline.dedup.pages import deflated, inflated
from pipeline.text.body import body_text
from pipeline.text.fold import SENTENCE_END, Codes, decoded, encoded, fold_spaced, words_of
from pipeline.text.sketch import DENSE_RANGES
from schemas.article import Article

WORDS_KEPT = 8000
CHARACTERS_READ = 60_000
HEAD_LETTERS = 50
HEAD_NGRAM = 4
DENSE_WORD = 2
KEY_BYTES = 8
_NUMBER = re.compile("[0-9]+")
_RANGES = "".join(f"{chr(start)}-{chr(end - 1)}" for start, end in DENSE_RANGES)
_DENSE = re.compile(f"[{_RANGES}]")
_DENSE_OR_WORD = re.compile(f"[{_RANGES}]|[^ {_RANGES}]+")


@dataclass(frozen=True)
class Wording:
    """Words of the headline and of the body; in scripts without spaces a word is one character.

    `marked` are the words of the body with a mark after each sentence. `whole` is False when the body was too long
    to be kept to its end.
    """

    title: tuple[str, ...]
    marked: tuple[str, ...]
    whole: bool = True

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The words of the body."""
        return tuple(word for word in self.marked if word != SENTENCE_END)

    @cached_property
    def body_letters(self) -> str:
        """The body without any spaces."""
        return "".join(self.marked).replace(SENTENCE_END, "")

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the body, without any spaces."""
        return tuple(sentence for sentence in "".join(self.marked).split(SENTENCE_END) if sentence)

    @property
    def is_dense(self) -> bool:
        """Whether most words are single characters."""
        return len(self.body_letters) < DENSE_WORD * len(self.body)

    @cached_property
    def letters(self) -> str:
        """Headline and body without any spaces."""
        return "".join(self.title) + self.body_letters

    @cached_property
    def numbers(self) -> Counter[str]:
        """How often each number occurs."""
        return Counter(_NUMBER.findall(" ".join(self.title + self.body)))

    @cached_property
    def title_numbers(self) -> Counter[str]:
        """How often each number occurs in the headline."""
        return Counter(_NUMBER.findall(" ".join(self.title)))

    @property
    def head(self) -> str:
        """The first 50 letters, headline first."""
        return self.letters[:HEAD_LETTERS]


@dataclass(frozen=True)
class Folded:
    """Headline and body of an article as read for the first time, words not yet told apart."""

    title: Codes
    body: Codes
    whole: bool = True

    @cached_property
    def wording(self) -> Wording:
        """The words."""
        return _wording(decoded(self.title), decoded(self.body), self.whole)

    @property
    def packed(self) -> bytes:
        """The words as `expanded` reads them."""
        mark = _LINE if self.whole else _CUT
        return deflated(np.concatenate((self.title, _LINE, self.body, mark)))

    @property
    def text_key(self) -> str:
        """A hash of the body's letters, of the headline's where there is no body; nothing for nothing."""
        letters = _letters(self.body) or _letters(self.title)
        return blake2b(letters.encode(), digest_size=KEY_BYTES).hexdigest() if letters else ""


_LINE, _CUT = encoded("\n"), encoded("\ncut")


def folded(article: Article) -> Folded:
    """Read an article's headline and body segments."""
    title = article.title or "\n".join(
        article.received[segment.start : segment.end] for segment in article.segments if segment.kind == "title"
    )
    body = body_text(article.segments, article.received)
    words, whole = _kept(body)
    return Folded(_kept(title)[0], words, whole)


def wording(article: Article) -> Wording:
    """Read the words of an article's headline and body segments."""
    return folded(article).wording


@lru_cache(maxsize=64)
def expanded(packed: bytes) -> Wording:
    """Unpack the `packed` words of an article."""
    title, body, mark = inflated(packed).split("\n")
    return _wording(title, body, not mark)


def head_share(one: Wording, other: Wording) -> float:
    """Return the share of the 4-grams of the first text's head that the second text has, 0 to 1."""
    head = one.head
    ngrams = [head[i : i + HEAD_NGRAM] for i in range(len(head) - HEAD_NGRAM + 1)]
    return sum(ngram in other.letters for ngram in ngrams) / len(ngrams) if ngrams else 0.0


def _wording(title: str, body: str, whole: bool) -> Wording:  # noqa: FBT001 - as in the record it makes
    headline = tuple(word for word in _words(title) if word != SENTENCE_END)
    return Wording(headline, _words(body), whole)


def _kept(text: str) -> tuple[Codes, bool]:
    """Fold as much of a text as is kept, and say whether that is all of it."""
    spaced = fold_spaced(text[:CHARACTERS_READ])
    if len(spaced) <= WORDS_KEPT:
        return spaced, len(text) <= CHARACTERS_READ
    words = _words(decoded(spaced))
    whole = len(text) <= CHARACTERS_READ and len(words) <= WORDS_KEPT
    return (spaced if len(words) <= WORDS_KEPT else encoded(" ".join(words[:WORDS_KEPT]))), whole


def _letters(spaced: Codes) -> str:
    return decoded(spaced).replace(" ", "").replace(SENTENCE_END, "")


def _words(spaced: str) -> tuple[str, ...]:
    words = words_of(spaced)
    joined = " ".join(words)
    return tuple(_DENSE_OR_WORD.findall(joined)) if _DENSE.search(joined) else tuple(words)
