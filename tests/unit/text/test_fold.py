import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.fold import compatible, fold, fold_words

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élysée", "elysee"),
        ("\u06a9\u06cc\u0627", "\u0643\u064a\u0627"),
        ("صدرِ مملکت", "صدر مملکت"),
        ("می‌رود", "میرود"),
        ("ہـــم", "ہم"),
        ("آئے", "ا\u0653ی\u0654ے"),
        ("फ़िल्म", "फिल्म"),
        ("۱۲۳ ١٢٣ १२३", "123123123"),
        ("ﻻ", "لا"),
        ("ＡＢＣ１", "abc1"),
        ("Ёлка", "елка"),
        ("ﬁn", "fin"),
        ("re-spaced, text.", "ReSpaced text"),
    ],
)
def test_spellings_of_one_word_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("की", "का"), ("کر", "کڑ"), ("12", "13"), ("서울", "시울"), ("কো", "কে")])
def test_different_words_stay_different(one, other):
    assert fold(one) != fold(other)


def test_only_letters_vowel_signs_and_digits_remain():
    assert fold("A, b!\u200b\u200f\x00 9 – «ہ» 👍\ufe0f") == "ab9ہ"


def test_a_lone_surrogate_is_left_out():
    assert fold("a\ud800b") == "ab"


def test_a_long_run_of_marks_costs_no_quadratic_time():
    assert fold("x" + "\u0301\u0316" * 200_000) == "x"


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=("L", "M", "N"), max_codepoint=0xFFFF), max_size=20))
def test_the_normal_form_of_the_input_does_not_matter(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


MARKED = st.text(st.sampled_from("ab1 .…|\nكیंि়्াोा゙ﾞｶ가가ﷺ½\u0301\u0323\u0653\u0654\u0f71\u0e38"), max_size=60)


@given(st.one_of(ANY_TEXT, MARKED))
def test_folding_letter_by_letter_gives_what_folding_in_nfkc_gives(text):
    assert fold(text) == fold(compatible(text))
    assert fold_words(text) == fold_words(compatible(text))


def test_marks_beyond_thirty_in_a_row_are_left_out_on_every_path():
    assert fold("क" + "्" * 40 + "ष") == "क" + "्" * 30 + "ष"
