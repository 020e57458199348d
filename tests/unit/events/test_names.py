from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.names import person_key

SAME = [
    ("سرگئی لاوروف", "सर्गेई लावरोव", "Sergei Lavrov", "Сергей Лавров", "سرگئی لاروف"),
    ("پیوٹن", "पुतिन", "Vladimir Putin", "Путин"),
    ("شاہ محمود قریشی", "शाह महमूद कुरैशी", "Shah Mahmood Qureshi"),
    ("قمر جاوید باجوہ", "कमर जावेद बाजवा", "Qamar Javed Bajwa"),
    ("نریندر مودی", "नरेंद्र मोदी", "Narendra Modi"),
    ("ڈونلڈ ٹرمپ", "डोनाल्ड ट्रंप", "डोनाल्ड ट्रम्प", "Donald Trump"),
    ("زیلنسکی", "ज़ेलेंस्की", "Zelensky"),
    ("البرٹ خوریف", "अल्बर्ट खोरेव", "Albert Khorev"),
    ("بنیامین نیتن یاہو", "बेंजामिन नेतन्याहू", "Benjamin Netanyahu"),
    ("خواجہ آصف", "ख्वाजा आसिफ", "Khawaja Asif"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda s: s[-1])
def test_a_name_has_one_key_in_all_scripts(spellings: tuple[str, ...]) -> None:
    assert len({person_key(name) for name in spellings}) == 1


def test_different_surnames_have_different_keys() -> None:
    names = [row[0] for row in SAME]
    assert len({person_key(name) for name in names}) == len(names)


@given(st.text(max_size=40))
def test_any_text_has_a_key_and_always_the_same(text: str) -> None:
    assert person_key(text) == person_key(text)


def test_no_letters_have_no_key() -> None:
    assert person_key("…") == ""
