from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.escaping import header_value, reversible_value, unescape
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
