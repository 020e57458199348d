"""Date expressions of each language (tests/lang/dates/<code>.tsv): nearly all right, and no day where none is known.

The day of publication is Wednesday, 6 March 2024. A line: the expression; what it says; `future` where the verb looks
forward. A day is 2024-03-05, a month 2024-03, a year 2024, days or months from to 2024-03-05..2024-03-07, a stretch whose day is
open ~2024-03-04..2024-03-10, and - that it says no date.
"""

from __future__ import annotations

import calendar
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pipeline.events.chart import chart
from pipeline.events.dates import anchor, dates_in
from pipeline.events.lexicon import lexicon
from pipeline.events.written import Found
from pipeline.text.normalise import normalise

TABLES = sorted((Path(__file__).parent / "dates").glob("*.tsv"))
PUBLISHED = "2024-03-06T10:00:00Z"
LEAST_RIGHT, LEAST_ROWS = 0.95, 150


@cache
def rows(table: Path) -> list[tuple[str, str, bool]]:
    found = []
    for line in table.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, expected, *tense = line.split("\t")
            assert tense in ([], ["future"]), line
            found.append((text, expected, bool(tense)))
    return found


def read(code: str, text: str, *, future: bool) -> Found | None:
    """The first date of an expression, as the coder takes it."""
    known = lexicon(code)
    if known is None:
        pytest.skip("the events of this language are not coded yet")
    one = chart(normalise(text), 0, "body", known)
    found = dates_in(one, 0, len(one.tokens), anchor(PUBLISHED, "second"), future=future)
    return found[0] if found else None


def said(expected: str) -> tuple[date, date, str] | None:
    """First and last day and precision of what a line says."""
    if expected == "-":
        return None
    first, _, last = expected.lstrip("~").partition("..")
    (start, until, precision), (_, end, _) = stretch(first), stretch(last or first)
    return start, end if last else until, "none" if expected.startswith("~") else precision


def stretch(text: str) -> tuple[date, date, str]:
    """First and last day of a day, a month or a year."""
    year, month, day = (int(part) for part in f"{text}-0-0".split("-")[:3])
    first = date(year, month or 1, day or 1)
    if day:
        return first, first, "day"
    if month:
        return first, first.replace(day=calendar.monthrange(year, month)[1]), "month"
    return first, date(year, 12, 31), "year"


def wrong(table: Path) -> list[str]:
    """The lines that are read otherwise."""
    errors = []
    for text, expected, future in rows(table):
        found = read(table.stem, text, future=future)
        got = (found.first, found.last, found.precision) if found else None
        if got != said(expected):
            errors.append(
                f"{text}: {expected} read as {found and (str(found.first), str(found.last), found.precision)}"
            )
    return errors


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_at_least_95_of_100_expressions_are_read_right(table: Path) -> None:
    errors = wrong(table)
    assert len(errors) <= (1 - LEAST_RIGHT) * len(rows(table)), "\n".join(errors)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_no_expression_gives_a_day_that_it_does_not_say(table: Path) -> None:
    for text, expected, future in rows(table):
        found = read(table.stem, text, future=future)
        if found is not None and found.precision == "day":
            assert said(expected) == (found.first, found.last, "day"), text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_table_is_large_and_says_nothing_twice(table: Path) -> None:
    texts = [(text, future) for text, _, future in rows(table)]
    assert len(texts) >= LEAST_ROWS
    assert len(texts) == len(set(texts))
    assert table.read_text(encoding="utf-8").startswith("# source: written for khabar, CC0")


def test_the_languages_of_the_bar_have_a_table() -> None:
    assert {table.stem for table in TABLES} >= {"ur", "hi", "en"}
