"""Case suffixes: cut off known nouns only, with exact offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.suffixes import Suffixes
from pipeline.text.tokens import iter_tokens

BENGALI = Suffixes(
    endings=frozenset({"র", "ের", "কে"}),
    stems=frozenset({"রাশিয়া", "ইরান"}),
    known=frozenset({"রাশিয়া", "ইরান", "বলেছেন"}),
    loose=frozenset({"কে"}),
    fold={},
)


def test_the_longest_suffix_of_a_known_noun_is_cut_off() -> None:
    assert BENGALI.split(["ইরানের", "রাশিয়ার"]) == ["ইরান", "-ের", "রাশিয়া", "-র"]


def test_a_word_of_the_lexicon_and_an_unknown_word_stay_whole() -> None:
    assert BENGALI.split(["বলেছেন", "শহরের"]) == ["বলেছেন", "শহরের"]


def test_a_loose_suffix_is_cut_off_any_word() -> None:
    assert BENGALI.split(["লাভরভকে"]) == ["লাভরভ", "-কে"]


@given(st.lists(st.sampled_from(["রাশিয়ার", "ইরানের", "লাভরভকে", "বলেছেন", "।", "12", "İ"])))
def test_the_parts_of_tokens_are_the_texts_with_their_offsets(words: list[str]) -> None:
    text = " ".join(words)
    tokens = list(iter_tokens(text, 0, len(text)))
    parts = [part for token in tokens for part in BENGALI.parts(token)]
    assert [text[part.start : part.end] for part in parts] == [part.text for part in parts]
    assert [t.removeprefix("-") for t in BENGALI.split([token.text for token in tokens])] == [p.text for p in parts]
