"""What headlines of verb-final languages leave out or turn round."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import told


@pytest.mark.parametrize(
    ("language", "title", "events"),
    [
        ("hi", "ईरान के राष्ट्रपति ने तुर्की के विदेश मंत्री से की मुलाकात", ["CONSULT IRN+TUR>-"]),
        ("hi", "रूस ने ओडेसा पर दागी तीन मिसाइलें", ["ASSAULT/heavy-weapons RUS>UKR"]),
        ("ur", "ایرانی صدر کا عراقی وزیراعظم کو فون، تعلقات پر بات ہوگی", ["CONSULT/phone IRN+IRQ>-"]),
        ("ur", "مصر، اردن کا عراق سے سرحد بند کرنے کا مطالبہ", ["REQUEST EGY+JOR>IRQ"]),
    ],
)
def test_a_headline_is_read_though_its_verb_is_missing_or_comes_first(
    language: str, title: str, events: list[str]
) -> None:
    assert told(language, "", title=title) == events


def test_what_stands_before_a_question_of_a_headline_is_told() -> None:
    assert told("ur", "", title="چین کی جاپان کو دھمکی؛ امریکا کیا کرے گا؟") == ["THREATEN CHN>JPN"]
    assert told("ur", "", title="کیا چین نے جاپان کو دھمکی دی؟") == []


def test_a_genitive_before_the_verb_form_is_no_verb() -> None:
    assert told("hi", "", title="ईरान के राष्ट्रपति की यात्रा की तैयारी") == []


def test_two_halves_of_a_headline_tell_one_attack() -> None:
    assert told("ur", "", title="صنعا پر اسرائیلی بمباری، 12 یمنی ہلاک") == ["ASSAULT/aerial ISR>YEM"]


def test_the_subject_of_a_headline_may_stand_behind_its_verb() -> None:
    assert told("hi", "", title="ट्रंप के बयान पर भड़का चीन") == ["ACCUSE/disapprove CHN>USA"]
    assert told("hi", "", title="घर से भागे आरोपी की तलाश") == []


def test_a_subject_may_stand_before_a_relative_clause() -> None:
    text = "जापान, जिसने समझौता तोड़ा था, ने रूस की आलोचना की।"
    assert told("hi", text) == ["ACCUSE/disapprove JPN>RUS"]
