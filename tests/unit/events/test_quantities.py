from __future__ import annotations

import pytest

from pipeline.events.chart import chart
from pipeline.events.lexicon import lexicon
from pipeline.events.quantities import quantities
from pipeline.text.normalise import normalise

CASES = [
    ("ur", "790 ملین ڈالرز", ("money", 790_000_000.0, "USD", "exact")),
    ("ur", "چالیس فیصد سے زیادہ", ("percent", 40.0, "percent", "more_than")),
    ("ur", "۱۲ فیصد", ("percent", 12.0, "percent", "exact")),
    ("ur", "دو ارب ڈالر", ("money", 2_000_000_000.0, "USD", "exact")),
    ("hi", "46 प्रतिशत", ("percent", 46.0, "percent", "exact")),
    ("hi", "एक अरब डॉलर", ("money", 1_000_000_000.0, "USD", "exact")),
    ("en", "7.5 million dollars", ("money", 7_500_000.0, "USD", "exact")),
    ("en", "$1,500", ("money", 1_500.0, "USD", "exact")),
]


@pytest.mark.parametrize(("code", "text", "expected"), CASES)
def test_a_number_with_its_unit_is_read(code: str, text: str, expected: tuple[object, ...]) -> None:
    known = lexicon(code)
    assert known is not None
    one = chart(normalise(text), 0, "body", known)
    (found,) = quantities(one, 0, len(one.tokens))
    assert (found.kind, found.value, found.unit, found.qualifier) == expected
    assert text[found.start : found.end]


def test_a_number_without_a_unit_is_none() -> None:
    known = lexicon("ur")
    assert known is not None
    one = chart(normalise("ملاقات 2024 میں"), 0, "body", known)
    assert quantities(one, 0, len(one.tokens)) == ()
