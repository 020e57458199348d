from __future__ import annotations

import pytest

from pipeline.events.chart import chart
from pipeline.events.dates import anchor, dates_in
from pipeline.events.lexicon import lexicon
from pipeline.text.normalise import normalise

# Wednesday, 6 March 2024.
TODAY = "2024-03-06T10:00:00Z"
CASES = [
    ("ur", "بدھ کو", "2024-03-06 2024-03-06 day"),
    ("ur", "منگل کے روز", "2024-03-05 2024-03-05 day"),
    ("ur", "جمعرات کو", "2024-02-29 2024-02-29 day"),
    ("ur", "اتوار کو", "2024-03-03 2024-03-03 day"),
    ("ur", "گزشتہ روز", "2024-03-05 2024-03-05 day"),
    ("ur", "آج", "2024-03-06 2024-03-06 day"),
    ("ur", "25 اگست کو", "2023-08-25 2023-08-25 day"),
    ("ur", "۱۳ مئی 2025 کو", "2025-05-13 2025-05-13 day"),
    ("ur", "ستمبر 2024 میں", "2024-09-01 2024-09-30 month"),
    ("ur", "گزشتہ ماہ", "2024-02-01 2024-02-29 month"),
    ("ur", "گزشتہ سال", "2023-01-01 2023-12-31 year"),
    ("ur", "رواں سال جنوری میں", "2024-01-01 2024-01-31 month"),
    ("ur", "گزشتہ سال اپریل میں", "2023-04-01 2023-04-30 month"),
    ("ur", "تین روز قبل", "2024-03-03 2024-03-03 day"),
    ("ur", "دو ہفتے قبل", "2024-02-19 2024-02-25 none"),
    ("hi", "बुधवार को", "2024-03-06 2024-03-06 day"),
    ("hi", "मंगलवार को", "2024-03-05 2024-03-05 day"),
    ("hi", "शुक्रवार को", "2024-03-01 2024-03-01 day"),
    ("hi", "कल", "2024-03-05 2024-03-05 day"),
    ("hi", "9 मार्च को", "2023-03-09 2023-03-09 day"),
    ("hi", "२५ अगस्त को", "2023-08-25 2023-08-25 day"),
    ("hi", "पिछले महीने", "2024-02-01 2024-02-29 month"),
    ("hi", "पिछले साल", "2023-01-01 2023-12-31 year"),
    ("hi", "इस साल जनवरी में", "2024-01-01 2024-01-31 month"),
    ("hi", "दो दिन पहले", "2024-03-04 2024-03-04 day"),
    ("en", "on Tuesday", "2024-03-05 2024-03-05 day"),
    ("en", "May 13, 2023", "2023-05-13 2023-05-13 day"),
    ("en", "13 May", "2023-05-13 2023-05-13 day"),
    ("en", "yesterday", "2024-03-05 2024-03-05 day"),
    ("en", "last month", "2024-02-01 2024-02-29 month"),
    ("en", "in January", "2024-01-01 2024-01-31 month"),
]
NONE = [("ur", "پیر صاحب نے"), ("ur", "31 فروری کو"), ("ur", "ملاقات"), ("hi", "32 मार्च"), ("en", "a meeting")]


def read(
    code: str, text: str, *, published: str | None = TODAY, precision: str = "second", future: bool = False
) -> list[str]:
    known = lexicon(code)
    assert known is not None
    one = chart(normalise(text), 0, "body", known)
    found = dates_in(one, 0, len(one.tokens), anchor(published, precision), future=future)  # type: ignore[arg-type]
    return [f"{f.first} {f.last} {f.precision}" for f in found]


@pytest.mark.parametrize(("code", "text", "expected"), CASES)
def test_an_expression_is_resolved_against_the_day_of_publication(code: str, text: str, expected: str) -> None:
    assert expected in read(code, text)


@pytest.mark.parametrize(("code", "text"), NONE)
def test_what_is_no_date_gives_none(code: str, text: str) -> None:
    assert not [found for found in read(code, text) if found.endswith("day")]


def test_a_future_verb_looks_forward() -> None:
    assert read("ur", "جمعہ کو", future=True) == ["2024-03-08 2024-03-08 day"]
    assert read("hi", "9 मार्च को", future=True) == ["2024-03-09 2024-03-09 day"]


@pytest.mark.parametrize("text", ["بدھ کو", "گزشتہ روز", "آج", "تین روز قبل"])
def test_no_day_is_told_where_only_the_month_of_publication_is_known(text: str) -> None:
    assert read("ur", text, published="2024-03-01T00:00:00Z", precision="month") == []


def test_a_month_is_told_where_only_the_month_of_publication_is_known() -> None:
    found = read("ur", "گزشتہ ماہ", published="2021-04-01T00:00:00Z", precision="month")
    assert found == ["2021-03-01 2021-03-31 month"]


def test_without_a_day_of_publication_only_full_dates_are_told() -> None:
    assert read("ur", "بدھ کو", published=None) == []
    assert read("ur", "25 اگست کو", published=None) == []
    assert read("ur", "25 اگست 2021 کو", published=None) == ["2021-08-25 2021-08-25 day"]
