from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.tokens import tokens


def test_a_word_is_letters_and_marks() -> None:
    assert [t.text for t in tokens("हिंदी की मंत्री ने")] == ["हिंदी", "की", "मंत्री", "ने"]
    assert [t.text for t in tokens("پاک روس، ملاقات۔کیا")] == ["پاک", "روس", "،", "ملاقات", "۔", "کیا"]


def test_numbers_and_signs_are_tokens_of_their_own() -> None:
    found = tokens("F16: 3.5 million, 16th 'x'")
    assert [t.text for t in found] == ["F16", ":", "3.5", "million", ",", "16", "th", "'", "x", "'"]
    assert [t.kind for t in found[:4]] == ["word", "punctuation", "number", "word"]


@given(st.text(max_size=80))
def test_tokens_hold_every_sign_in_order(text: str) -> None:
    found = tokens(text)
    assert all(text[t.start : t.end] == t.text for t in found)
    assert "".join(t.text for t in found) == "".join(text.split())
