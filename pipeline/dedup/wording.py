"""The folded words of an article, as kept beside its sketch for reading both texts side by side."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.text.fold import LINE_END, SENTENCE_END
from pipeline.text.folded import folded as fold_article
from pipeline.text.folded import has_dense, words
from pipeline.text.pages import decompressed
from schemas.article import Article

HEAD_LETTERS = 50
HEAD_NGRAM = 4
DENSE_WORD = 2
_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True)
class Wording:
    """The folded headline, and the folded body with a mark after each sentence; words are told apart when asked for.

    In scripts without spaces a word is one character. `whole` is False when the body was too long to be kept to its
    end.
    """

    title_line: str
    body_line: str
    whole: bool = True
    dateline: str = ""

    @cached_property
    def title(self) -> tuple[str, ...]:
        """The words of the headline."""
        return words(self.title_line)

    @cached_property
    def title_letters(self) -> str:
        """The headline without any spaces."""
        return self.title_line.replace(" ", "")

    @cached_property
    def marked(self) -> tuple[str, ...]:
        """The words of the body, with a mark after each sentence."""
        return words(self.body_line)

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The words of the body."""
        return words(self.body_line.replace(SENTENCE_END, " "))

    @cached_property
    def body_letters(self) -> str:
        """The body without any spaces."""
        return self.body_line.replace(" ", "").replace(SENTENCE_END, "")

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the body, without any spaces."""
        return tuple(filter(None, self.body_line.replace(" ", "").split(SENTENCE_END)))

    @cached_property
    def is_dense(self) -> bool:
        """Whether most words are single characters."""
        letters = len(self.body_letters)
        # What is no letter parts words.
        most = 1 + len(self.body_line) - letters
        if letters >= DENSE_WORD * most and not has_dense(self.body_line):
            return False
        return letters < DENSE_WORD * len(self.body)

    @cached_property
    def letters(self) -> str:
        """Headline and body without any spaces."""
        return self.title_letters + self.body_letters

    @cached_property
    def numbers(self) -> Counter[str]:
        """How often each number occurs."""
        return self.title_numbers + Counter(_NUMBER.findall(self.body_line))

    @cached_property
    def title_numbers(self) -> Counter[str]:
        """How often each number occurs in the headline."""
        return Counter(_NUMBER.findall(self.title_line))

    @property
    def head(self) -> str:
        """The first 50 letters, headline first."""
        return self.letters[:HEAD_LETTERS]


@dataclass(frozen=True)
class Folded:
    """The words of an article as the first stage folded them, not yet unpacked."""

    text_key: str
    packed: bytes

    @cached_property
    def wording(self) -> Wording:
        """The words."""
        return expanded(self.packed)


def folded(article: Article) -> Folded:
    """Return what the first stage folded of an article, or fold it here."""
    if article.words is not None:
        return Folded(article.text_key, article.words)
    found = fold_article(article.title, article.segments, article.received)
    return Folded(found.text_key, found.packed)


def wording(article: Article) -> Wording:
    """Read the words of an article's headline and body segments."""
    return folded(article).wording


@lru_cache(maxsize=64)
def expanded(packed: bytes) -> Wording:
    """Unpack the `packed` words of an article."""
    title, body, rest, before, _ = decompressed(packed).split(LINE_END)
    headline = " ".join(title.replace(SENTENCE_END, " ").split())
    # A space before a mark says nothing.
    return Wording(headline, body.replace(f" {SENTENCE_END}", SENTENCE_END).strip(), not rest, before)


def head_share(one: Wording, other: Wording) -> float:
    """Return the share of the 4-grams of the first text's head that the second text has, 0 to 1."""
    head = one.head
    if len(head) >= HEAD_NGRAM and head in other.letters:
        return 1.0
    ngrams = [head[i : i + HEAD_NGRAM] for i in range(len(head) - HEAD_NGRAM + 1)]
    return sum(ngram in other.letters for ngram in ngrams) / len(ngrams) if ngrams else 0.0
