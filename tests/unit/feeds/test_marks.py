"""Runs of combining marks are cut before they are put in order."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.marks import MARKS_IN_A_ROW, composed
from pipeline.text.fold import compatible


@given(st.text(max_size=30))
def test_what_people_write_is_in_nfc(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_run_keeps_its_first_thirty_marks() -> None:
    assert composed("a" + "\u0316" * 100 + "b") == "a" + "\u0316" * MARKS_IN_A_ROW + "b"


@pytest.mark.parametrize("unit", ["\u0f71\u0f73", "\u0301\u0316", "\u0344", "\u0f81\u0f75"])
def test_marks_of_all_kinds_take_linear_time(unit: str) -> None:
    """A mark that comes apart into marks is none by its own class, and takes a minute in a megabyte all the same."""
    start = time.process_time()
    composed("a" + unit * 100_000)
    compatible("a" + unit * 100_000)
    assert time.process_time() - start < 2
