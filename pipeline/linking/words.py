"""Words: what the evidence of a report says besides its parties, its place and its verb.

They are compared within one language alone: two reports that share none of them hardly tell of one deed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from pipeline.resources import language_toml, languages
from pipeline.text.fold import SENTENCE_END, fold_words

# Letters by which words are compared: what follows is inflection more often than not.
STEM = 5
SHORTEST = 3
# What grammar.toml lists under these is said of any deed; its other verbs are not.
IDLE = ("closed", "conjunctions", "cases", "auxiliaries", "verbs", "connectives", "words", "speech")
# From here on scripts write without spaces, and two letters say what elsewhere a word does.
UNSPACED, PAIR = "\u2e80", 2


@lru_cache(maxsize=1 << 13)
def content_words(language: str, evidence: str, *named: str) -> frozenset[str]:
    """The stems of the words of a text that are neither grammar nor among the words named."""
    said = set(_stems(evidence)) - _grammar(language)
    return frozenset(said.difference(*map(_stems, named)))


@lru_cache(maxsize=1 << 13)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(_stemmed(text))


def _stemmed(text: str) -> Iterator[str]:
    for word in fold_words(text):
        if word[0] >= UNSPACED:
            yield from (word[at : at + PAIR] for at in range(len(word) - 1))
        elif len(word) >= SHORTEST and word != SENTENCE_END:
            yield word[:STEM]


@cache
def _grammar(language: str) -> frozenset[str]:
    """The stems of a language's articles, pronouns, case marks, auxiliaries, light verbs and verbs of speech."""
    if language not in languages():
        return frozenset()
    grammar = language_toml(language, "grammar")
    return frozenset(stem for name in IDLE for phrase in _phrases(grammar.get(name)) for stem in _stems(phrase))


def _phrases(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for value in table.values():
            yield from _phrases(value)
    elif isinstance(table, list):
        for value in table:
            yield from _phrases(value)
