from __future__ import annotations

import pytest

from pipeline.events.chart import chart
from pipeline.events.lexicon import lexicon
from pipeline.events.predicates import group_at
from pipeline.text.normalise import normalise

CASES = [
    ("ur", "ملاقات کی ۔", "past", True),
    ("ur", "ملاقات کریں گے ۔", "future", True),
    ("ur", "ملاقات کر رہے ہیں ۔", "progressive", True),
    ("ur", "ملاقات کی گئی ۔", "passive", True),
    ("ur", "ملاقات کرنی چاہیے ۔", "need", True),
    ("ur", "ملاقات کر سکتے ہیں ۔", "possible", True),
    ("ur", "ملاقات کرتے ہوئے", "participle", False),
    ("ur", "گرفتار کر لیا گیا ۔", "passive", True),
    ("ur", "گرفتار کرلیا ۔", "past", True),
    ("ur", "ملاقات ہوگئی ۔", "past", True),
    ("ur", "ملاقات کرے ۔", "subjunctive", True),
    ("ur", "ملاقات کرنا", "infinitive", False),
    ("hi", "मुलाकात की ।", "past", True),
    ("hi", "मुलाकात करेंगे ।", "future", True),
    ("hi", "मुलाकात की गई ।", "passive", True),
    ("hi", "मुलाकात कर रहे हैं ।", "progressive", True),
    ("hi", "मुलाकात करनी चाहिए ।", "need", True),
    ("hi", "गिरफ्तार कर लिया गया ।", "passive", True),
    ("hi", "मुलाकात करते हुए", "participle", False),
]


@pytest.mark.parametrize(("code", "text", "tense", "finite"), CASES)
def test_the_auxiliaries_decide_the_tense(code: str, text: str, tense: str, *, finite: bool) -> None:
    known = lexicon(code)
    assert known is not None
    one = chart(normalise(text), 0, "body", known)
    group = group_at(one, 1, len(one.tokens))
    assert group is not None
    assert (group.tense, group.finite) == (tense, finite)


def test_a_genitive_after_an_infinitive_is_no_verb() -> None:
    known = lexicon("ur")
    assert known is not None
    one = chart(normalise("مذاکرات شروع کرنے کی ، منظوری"), 0, "body", known)
    assert group_at(one, 3, len(one.tokens)) is None


def test_a_negation_is_part_of_the_group() -> None:
    known = lexicon("hi")
    assert known is not None
    one = chart(normalise("मुलाकात नहीं की ।"), 0, "body", known)
    group = group_at(one, 2, len(one.tokens))
    assert group is not None
    assert group.negated
