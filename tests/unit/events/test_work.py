"""The work of the coder grows with the length of an article and with nothing else: calls are counted, not seconds."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.events.chart import LONGEST_SENTENCE, chart
from pipeline.events.lexicon import lexicon
from pipeline.events.stage import extract
from pipeline.text.normalise import normalise
from pipeline.text.tokens import token_texts, tokens
from tests.lang.examples import Example, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.article import JudgedArticle

SHORT, TIMES = 4_000, 5
# Twice the calls for a character at five times the length would be 2 * TIMES.
MOST = 2 * TIMES
UNITS = {
    "en": [
        '("«[',
        "China, ",
        "China ",
        "talks ",
        "China met with Iran and ",
        "the president of Iran ",
        "that China ",
        "a",
    ],
    "ur": ["(", "،", "ایران، ", "بات چیت ", "نے چین سے ملاقات کی اور ", "ایران کے صدر ", "کہ ", "وزیر ", "روس اور "],
    "hi": ["(", "ईरान, ", "बातचीत ", "ने चीन से मुलाकात की और ", "ईरान के राष्ट्रपति ", "कि "],
}
SHAPES = [(language, unit) for language, units in UNITS.items() for unit in units]
NAMES = ["ka", "ro", "ti", "mun", "zel", "bar", "vish", "lo", "pe", "gur"]


def article(language: str, text: str) -> JudgedArticle:
    """An article of one segment: nothing of it is left out as a list or a repeat."""
    one = judged(Example(language, text, ()))
    segments = (replace(one.article.segments[0], kind="body", start=0, end=len(one.article.received)),)
    return replace(one, article=replace(one.article, segments=segments))


def calls(language: str, text: str) -> int:
    """Count the calls of functions, those written in C among them, that coding a text takes."""
    known, count = article(language, text), 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        extract(known, {})
    finally:
        sys.setprofile(before)
    return count


def grows(language: str, write: Callable[[int], str]) -> float:
    """How many times more calls a text TIMES as long takes."""
    calls(language, write(100))
    return calls(language, write(SHORT * TIMES)) / calls(language, write(SHORT))


def invented(size: int) -> str:
    """News of ever new names, so that everything an article remembers fills up."""
    chance = random.Random(7)

    def name() -> str:
        return " ".join("".join(chance.choices(NAMES, k=3)).capitalize() for _ in range(2))

    parts = [f"President {name()} of China met with Foreign Minister {name()} of Iran on Monday. " for _ in range(size)]
    return "".join(parts[: size // 50])[:size]


@pytest.mark.parametrize(("language", "unit"), SHAPES)
def test_one_thing_said_over_and_over_takes_linear_time(language: str, unit: str) -> None:
    assert grows(language, lambda size: unit * (size // len(unit))) < MOST


@pytest.mark.parametrize("language", sorted(UNITS))
def test_random_characters_take_linear_time(language: str) -> None:
    chance = random.Random(5)
    codes = [*range(32, 0x250), *range(0x600, 0x700), *range(0x900, 0x980), 0xD800, 0x4E00, 0x1F600]
    assert grows(language, lambda size: "".join(chr(chance.choice(codes)) for _ in range(size))) < MOST


def test_new_names_in_every_sentence_take_linear_time() -> None:
    assert grows("en", invented) < MOST


def test_a_sentence_without_stops_is_read_in_pieces() -> None:
    known = lexicon("en")
    assert known is not None
    one = chart(normalise("China met with Iran and " * 200), 0, "body", known)
    assert max(end - start for start, end in one.sentences) <= LONGEST_SENTENCE


@pytest.mark.parametrize("text", ["", "Iran's envoy, 3.5 km!", "ایران۔اور", "a\u0301 \u0301", "12th"])
def test_the_texts_of_tokens_are_those_of_tokens(text: str) -> None:
    assert token_texts(text, 0, len(text)) == [token.text for token in tokens(text)]
