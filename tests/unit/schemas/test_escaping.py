from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from schemas.escaping import header_value, reversible_value, unescape, visible
from tests.strategies import any_text, texts


@given(text=texts)
def test_unescaping_undoes_escaping(text):
    assert unescape(reversible_value(text, 10_000)) == text


@given(text=any_text, limit=st.integers(0, 300))
def test_a_value_is_bounded_and_utf8(text, limit):
    for value in (header_value(text, limit), reversible_value(text, limit)):
        assert len(value) <= limit
        value.decode("utf-8")


@given(text=any_text, limit=st.integers(0, 300))
def test_a_cut_value_is_a_prefix(text, limit):
    assert reversible_value(text, 10_000).startswith(reversible_value(text, limit))


@given(value=st.binary(max_size=100))
def test_any_bytes_unescape(value):
    assert isinstance(unescape(value), str)


@given(text=any_text, limit=st.integers(0, 300))
def test_what_is_shown_can_neither_forge_nor_turn_a_line(text, limit):
    shown = visible(text, limit)
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(shown) <= 6 * (limit + 1)


def test_what_is_shown_keeps_the_letters_and_marks_of_all_scripts():
    assert visible("خبر\u200f: می\u200cرود क्\u200dष") == "خبر\u200f: می\u200cرود क्\u200dष"
    assert visible("\x1b[2J\u202eevil\ud800", 9) == "\\u001b[2J\\u202eevil…"
