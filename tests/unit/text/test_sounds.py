"""Names across scripts: spellings of one name sound alike, names of different people do not."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.resources import knowledge_toml
from pipeline.text.sounds import CONSONANTS, likeness, pronounced

ONE = 0.8
SPELLINGS = [
    ("لاوروف", "लावरोव", "Lavrov", "Лавров"),
    ("قریشی", "कुरैशी", "Qureshi", "Куреши"),
    ("بھٹو", "भुट्टो", "Bhutto"),
    ("زیلنسکی", "ज़ेलेंस्की", "Zelensky", "Зеленский"),
    ("میکرون", "मैक्रों", "Macron", "Макрон"),
    ("خامنہ ای", "ख़ामेनेई", "Khamenei"),
    ("شولز", "शोल्ज़", "Scholz"),
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda s: s[2])
def test_the_spellings_of_one_name_are_alike(spellings: tuple[str, ...]) -> None:
    for one, other in combinations(spellings, 2):
        assert likeness(one, other) >= ONE, (one, other)


def test_names_of_different_people_are_less_alike_than_spellings_of_one() -> None:
    for left, right in combinations(SPELLINGS, 2):
        assert max(likeness(a, b) for a in left for b in right) < ONE


@given(st.text(max_size=100), st.text(max_size=100))
def test_likeness_is_symmetric_bounded_and_whole_for_a_name_and_itself(one: str, other: str) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, one) == (1.0 if pronounced(one) else 0.0)


def test_every_letter_stands_for_a_known_class_and_only_one() -> None:
    table = knowledge_toml("sounds")
    for script in ("arabic", "devanagari", "devanagari_vowels"):
        letters = "".join(table[script].values())
        assert len(letters) == len(set(letters)), script
        assert set(table[script]) <= CONSONANTS | set("AWY")
    spelled = {char for name in ("latin", "latin_fine") for sound in table[name].values() for char in sound}
    assert spelled <= CONSONANTS | set("AWY")
