"""Articles for measuring dedup: the real ones of the throughput corpus, and any number of new ones made of them.

A made article has the lengths of a real one. Its sentences come from two articles of one language, in turn; every
third word (in scripts without spaces every fourth character) is replaced by one of a third article. So hardly any
n-gram is known to the index, while lengths, letters and repeated names stay those of real text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pipeline.language.detect import backend
from schemas.article import Article
from tests.eval.dedup_pairs import made, read

SITES = 400
START = datetime(2024, 1, 1, tzinfo=UTC)
# A language with fewer articles has too few words to make others of.
LEAST_ARTICLES = 100
SPARSE_STEP, DENSE_STEP = 3, 4
_SENTENCE = re.compile(r"(?<=[.!?۔।؟。！？\n])\s*")


def real(most: int | None = None) -> list[Article]:
    """Return the articles of the corpus as the first stage makes them."""
    lines = read("throughput/articles.jsonl.gz", most)
    return [made(line, f"https://paper{place % SITES}.example/{place}") for place, line in enumerate(lines)]


class Maker:
    """Makes articles that are like those of one language."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines
        texts = [line["text"] for line in lines]
        spaced = sum(text.count(" ") for text in texts) * 15 > sum(map(len, texts))
        self.gap, self.step = (" ", SPARSE_STEP) if spaced else ("", DENSE_STEP)
        self.sentences = [[parts for one in _SENTENCE.split(text) if (parts := self._parts(one))] for text in texts]

    def _parts(self, sentence: str) -> list[str]:
        return sentence.split(" ") if self.gap else list(sentence)

    def text(self, chance: random.Random, length: int) -> str:
        """Return a text of about so many characters."""
        one, other, third = (chance.choice(self.sentences) for _ in range(3))
        words, texts, made_of = [word for sentence in third for word in sentence], (one, other), list[str]()
        while length > 0:
            sentence = list(chance.choice(texts[len(made_of) % 2]))
            for place in range(chance.randrange(self.step), len(sentence), self.step):
                sentence[place] = chance.choice(words)
            made_of.append(self.gap.join(sentence))
            length -= len(made_of[-1]) + len(self.gap)
        return self.gap.join(made_of)

    def line(self, chance: random.Random) -> dict[str, Any]:
        """Return an article as a line of input."""
        like = chance.choice(self.lines)
        title = like.get("title")
        return {
            "title": self.text(chance, len(title))[: len(title) + 20] if title else None,
            "text": self.text(chance, len(like["text"])),
        }


@cache
def makers() -> tuple[tuple[Maker, ...], tuple[int, ...]]:
    """Return a maker a language, and how many real articles each stands for."""
    by_language: dict[str, list[dict[str, Any]]] = {}
    lines = read("throughput/articles.jsonl.gz")
    for line, found in zip(lines, backend().detect([line["text"][:400] for line in lines]), strict=True):
        by_language.setdefault(found.language, []).append(line)
    kept = [lines for _, lines in sorted(by_language.items()) if len(lines) >= LEAST_ARTICLES]
    return tuple(map(Maker, kept)), tuple(map(len, kept))


def invented(count: int, hours: float, seed: int = 1) -> Iterator[Article]:
    """Yield new articles, arriving evenly over so many hours."""
    chance = random.Random(seed)
    some, weights = makers()
    for place in range(count):
        line = chance.choices(some, weights)[0].line(chance)
        line["url"] = f"https://paper{place % SITES}.example/news/2024/{place}"
        line["published"] = (START + timedelta(hours=hours * place / count)).isoformat()
        yield made(line, line["url"])
