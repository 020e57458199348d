import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.script import SCRIPTS, counts, heaviest, told_by_script


def script(text: str) -> str:
    return heaviest(counts([text]))[0].script


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reuters", "Latn"), ("Рейтер", "Cyrl"), ("وزیراعظم", "Arab"), ("मंत्री", "Deva"), ("মন্ত্রী", "Beng"),
        ("新华社", "Hani"), ("首相は会談した", "Kana"), ("대통령", "Hang"), ("รัฐมนตรี", "Thai"), ("", "Zyyy"), ("123 !", "Zyyy"),
    ],
)  # fmt: skip
def test_the_script_is_counted(text: str, expected: str) -> None:
    assert script(text) == expected


def test_names_in_latin_letters_do_not_win() -> None:
    assert script("ایپل نے iPhone SE متعارف") == "Arab"


def test_letters_of_one_language_tell_it() -> None:
    assert told_by_script("Beng", "মন্ত্ৰী") == "as"
    assert told_by_script("Beng", "মন্ত্রী") == "bn"
    assert told_by_script("Latn", "x") is None


@given(st.text())
def test_any_text_has_counts(text: str) -> None:
    found = counts([text, text[:3]])
    assert found.shape == (2, len(SCRIPTS))
    assert all(0 <= share.share <= 1 for share in heaviest(found))
