"""The folded words of an article, as kept beside its sketch for reading both texts side by side."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from pipeline.dedup.pages import compressed, decompressed
from pipeline.text.body import body_text
from pipeline.text.fold import LINE_END, SENTENCE_END, Codes, decoded, encoded, fold_lines, words_of
from pipeline.text.sketch import DENSE_RANGES
from schemas.article import Article

WORDS_KEPT = 8000
DATELINE = 1000
CHARACTERS_READ = 60_000
HEAD_LETTERS = 50
HEAD_NGRAM = 4
DENSE_WORD = 2
KEY_BYTES = 8
# In the last line, of a body that was not kept to its end.
_CUT = "cut"
_NUMBER = re.compile("[0-9]+")
_RANGES = "".join(f"{chr(start)}-{chr(end - 1)}" for start, end in DENSE_RANGES)
_DENSE = re.compile(f"[{_RANGES}]")
_DENSE_OR_WORD = re.compile(f"[{_RANGES}]|[^ {_RANGES}]+")


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
        return _words(self.title_line)

    @cached_property
    def marked(self) -> tuple[str, ...]:
        """The words of the body, with a mark after each sentence."""
        return _words(self.body_line)

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The words of the body."""
        return _words(self.body_line.replace(SENTENCE_END, " "))

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
        return len(self.body_letters) < DENSE_WORD * len(self.body)

    @cached_property
    def letters(self) -> str:
        """Headline and body without any spaces."""
        return self.title_line.replace(" ", "") + self.body_letters

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
    """Headline and body of an article as read for the first time, a line each; what stands for the rest; the dateline.

    Words are not yet told apart.
    """

    codes: Codes

    @cached_property
    def wording(self) -> Wording:
        """The words."""
        return _wording(decoded(self.codes))

    @property
    def packed(self) -> bytes:
        """The words as `expanded` reads them."""
        return compressed(self.codes)

    @property
    def text_key(self) -> str:
        """A hash of the body's letters, of the headline's where there is no body; nothing for nothing."""
        title, body = (self.codes == ord(LINE_END)).nonzero()[0][:2].tolist()
        letters = _letters(self.codes[title:body]) or _letters(self.codes[:title])
        return blake2b(letters, digest_size=KEY_BYTES).hexdigest() if letters else ""


def folded(article: Article) -> Folded:
    """Read an article's headline and body segments."""
    title = article.title or "\n".join(
        article.received[segment.start : segment.end] for segment in article.segments if segment.kind == "title"
    )
    body = body_text(article.segments, article.received)
    cut = len(body) > CHARACTERS_READ
    codes = fold_lines(title[:CHARACTERS_READ], body[:CHARACTERS_READ], _CUT if cut else "", dateline(article))
    return Folded(codes if len(codes) <= WORDS_KEPT else _shortened(codes))


def dateline(article: Article) -> str:
    """Return what stands before the body, as received."""
    found = (article.received[one.start : one.end] for one in article.segments if one.kind == "dateline")
    return " ".join(found)[:DATELINE]


def wording(article: Article) -> Wording:
    """Read the words of an article's headline and body segments."""
    return folded(article).wording


@lru_cache(maxsize=64)
def expanded(packed: bytes) -> Wording:
    """Unpack the `packed` words of an article."""
    return _wording(decompressed(packed))


def head_share(one: Wording, other: Wording) -> float:
    """Return the share of the 4-grams of the first text's head that the second text has, 0 to 1."""
    head = one.head
    if len(head) >= HEAD_NGRAM and head in other.letters:
        return 1.0
    ngrams = [head[i : i + HEAD_NGRAM] for i in range(len(head) - HEAD_NGRAM + 1)]
    return sum(ngram in other.letters for ngram in ngrams) / len(ngrams) if ngrams else 0.0


def _wording(text: str) -> Wording:
    title, body, rest, before, _ = text.split(LINE_END)
    headline = " ".join(title.replace(SENTENCE_END, " ").split())
    # A space before a mark says nothing.
    return Wording(headline, body.replace(f" {SENTENCE_END}", SENTENCE_END).strip(), not rest, before)


def _shortened(codes: Codes) -> Codes:
    """Keep the first words of a headline and of a body."""
    title, body, rest, before, _ = decoded(codes).split(LINE_END)
    headline, words = _words(title), _words(body)
    whole = not rest and len(words) <= WORDS_KEPT
    kept = (" ".join(words[:WORDS_KEPT]) for words in (headline, words))
    return encoded(LINE_END.join((*kept, "" if whole else _CUT, before, "")))


def _letters(codes: Codes) -> bytes:
    """Write the letters alone, in two bytes each where that is enough."""
    narrow = codes.astype("<u2") if len(codes) and np.maximum.reduce(codes) < 1 << 16 else codes
    return narrow.compress((narrow > ord(" ")) & (narrow != ord(SENTENCE_END))).tobytes()


def _words(spaced: str) -> tuple[str, ...]:
    words = words_of(spaced)
    if spaced.isascii() or not _DENSE.search(spaced):
        return tuple(words)
    return tuple(_DENSE_OR_WORD.findall(" ".join(words)))
