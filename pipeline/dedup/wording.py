"""The folded words of an article, as kept beside its sketch for reading both texts side by side."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

from pipeline.text.body import body_text
from pipeline.text.fold import SENTENCE_END, fold_words
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
    def text_key(self) -> str:
        """A hash of the body's letters, of the headline's where there is no body; nothing for nothing."""
        letters = self.body_letters or "".join(self.title)
        return blake2b(letters.encode(), digest_size=KEY_BYTES).hexdigest() if letters else ""

    @property
    def head(self) -> str:
        """The first 50 letters, headline first."""
        return self.letters[:HEAD_LETTERS]


def wording(article: Article) -> Wording:
    """Read the words of an article's headline and body segments."""
    title = article.title or "\n".join(
        article.received[segment.start : segment.end] for segment in article.segments if segment.kind == "title"
    )
    body = body_text(article.segments, article.received)
    words = _words(body[:CHARACTERS_READ])
    whole = len(body) <= CHARACTERS_READ and len(words) <= WORDS_KEPT
    headline = tuple(word for word in _words(title[:CHARACTERS_READ])[:WORDS_KEPT] if word != SENTENCE_END)
    return Wording(headline, words[:WORDS_KEPT], whole)


def compressed(words: Wording) -> bytes:
    """Pack a wording; `expanded` reads it."""
    lines = (" ".join(words.title), " ".join(words.marked), "" if words.whole else "cut")
    return zlib.compress("\n".join(lines).encode(), 6)


@lru_cache(maxsize=64)
def expanded(data: bytes) -> Wording:
    """Unpack what `compressed` packed."""
    title, body, mark = zlib.decompress(data).decode().split("\n")
    return Wording(tuple(title.split()), tuple(body.split()), not mark)


def head_share(one: Wording, other: Wording) -> float:
    """Return the share of the 4-grams of the first text's head that the second text has, 0 to 1."""
    head = one.head
    ngrams = [head[i : i + HEAD_NGRAM] for i in range(len(head) - HEAD_NGRAM + 1)]
    return sum(ngram in other.letters for ngram in ngrams) / len(ngrams) if ngrams else 0.0


def _words(text: str) -> tuple[str, ...]:
    words = fold_words(text)
    joined = " ".join(words)
    return tuple(_DENSE_OR_WORD.findall(joined)) if _DENSE.search(joined) else tuple(words)
