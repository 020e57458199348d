"""Dates written out: "6-7 April 2021", "2021-04-07", "2021年4月7日", "in 2020", months of the Solar Hijri calendar.

Nothing rather than a guess: what the words leave open (which of 4 May and 5 April is 4/5?) is no date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.events.calendars import SOLAR_YEARS, days_in_month, solar_hijri

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from schemas.article import Precision

FIRST_YEAR, LAST_YEAR = 1900, 2100
YEAR_MONTHS, DAYS_IN_MONTH, LONGEST_YEAR = 12, 31, 4
# Months and weekdays are written with a capital where the language has them: "may" is no month.
NAMED = frozenset({"month", "weekday"})
_POINTED = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)

# Months for which a day without a year, said of what is to come, has just passed.
LATELY = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day dates are counted from, known to the day, the month or the year."""

    day: date
    precision: Precision
    basis: str = "publication"


@dataclass(frozen=True, slots=True)
class Found:
    """A date expression at tokens [start, end), from `first` to `last` inclusive."""

    start: int
    end: int
    first: date
    last: date
    precision: Precision


@dataclass(frozen=True, slots=True)
class Written:
    """Reads dates that are written out and begin before token `end` of a chart.

    `known` is the day to count from, if any is; `future` says that the verb looks forward.
    """

    chart: Chart
    end: int
    known: Anchor | None
    future: bool

    def _span(self, first: Found, second: Found | None) -> Found | None:
        if second is None or first.precision != second.precision or second.first < first.first:
            return None
        return Found(first.start, second.end, first.first, second.last, first.precision)

    def _written(self, i: int) -> Found | None:
        """Read "2021-04-07", "7.4.2021"; where the order of day and month is open, only what can be read in one way."""
        chart = self.chart
        if chart.word(i + 1) == "-" and chart.word(i + 3) == "-":
            parts = (self._number(i, FIRST_YEAR, LAST_YEAR), self._number(i + 2, 1, 12), self._number(i + 4, 1, 31))
            return self._day(i, i + 5, *parts) if None not in parts else None
        match = _POINTED.fullmatch(chart.word(i))
        if match is None:
            return None
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        order = "dmy" if match[2] == "." else chart.dating.numeric
        if order == "mdy" or (not order and month > YEAR_MONTHS):
            day, month = month, day
        elif not order and day <= YEAR_MONTHS and day != month:
            return None
        return self._day(i, i + 1, year, month, day)

    def _by_units(self, i: int) -> Found | None:
        """Read "2021年4月7日": every number with its unit behind it, the largest first."""
        year, j = self._counted(i, "year_unit", FIRST_YEAR, LAST_YEAR)
        month, j = self._counted(j, "month_unit", 1, YEAR_MONTHS)
        day, j = self._counted(j, "day_unit", 1, DAYS_IN_MONTH) if month else (None, j)
        if month:
            return self._calendar(i, j, (year, month, day))
        return Found(i, j, date(year, 1, 1), date(year, 12, 31), "year") if year else None

    def _counted(self, i: int, unit: str, low: int, high: int) -> tuple[int | None, int]:
        number = self._number(i, low, high)
        return (number, i + 2) if number is not None and self._mark(unit, i + 1) else (None, i)

    def _day_month(self, i: int) -> Found | None:
        """Read "13 May 2025", "May 13, 2025", "May 2025", "May", "6-7 April", "April 6 to 7"."""
        first, second, j = self._days(i)
        while first is not None and self._mark("joiner", j):
            j += 1
        kind, month = "month", self._payload(j, "month")
        if month is None:
            kind, month = "solar", self._payload(j, "solar")
        if month is None or month[0] > self.end or (first is None and self._numbered(i)):
            return None
        stop, number = month
        if first is None and not self._year_at(stop):
            first, second, stop = self._days(stop)
        year, stop = self._year_behind(stop, kind)
        if year is None and self.known is not None and (shifted := self._year_before(i)) is not None:
            year = self.known.day.year + shifted
        make = self._calendar if kind == "month" else self._solar
        begin = make(i, stop, (year, number, first))
        if second is None or begin is None:
            return begin
        last = make(i, stop, (begin.first.year if kind == "month" else year, number, second))
        return self._span(begin, last) if last else None

    def _numbered(self, i: int) -> bool:
        """Whether a number stands before a month that is no day of it: "31 February"."""
        return self._number(i - 1 - self._mark("joiner", i - 1), 1, 99) is not None

    def _days(self, i: int) -> tuple[int | None, int | None, int]:
        """A day of a month or a range of them, and where it ends."""
        first, j = self._one_day(i)
        if first is None:
            return None, None, i
        if self._mark("range", j):
            second, k = self._one_day(self._behind(j + 1))
            if second is not None and second > first:
                return first, second, k
        return first, None, j

    def _one_day(self, i: int) -> tuple[int | None, int]:
        named = self._payload(i, "day")
        if named is not None:
            return named[1], named[0]
        day = self._number(i, 1, DAYS_IN_MONTH)
        if day is None:
            return self._spelled_day(i)
        return day, i + 2 if self._mark("ordinal", i + 1) else i + 1

    def _spelled_day(self, i: int) -> tuple[int | None, int]:
        """A day in words, right before the month."""
        spelled = self.chart.hit("number", i) if i < self.end else None
        if spelled and spelled[1][0] in range(1, DAYS_IN_MONTH + 1) and self._payload(spelled[0], "month"):
            return int(spelled[1][0]), spelled[0]
        return None, i

    def _year_at(self, i: int) -> bool:
        return self._number(i, FIRST_YEAR, LAST_YEAR) is not None

    def _year_behind(self, i: int, kind: str) -> tuple[int | None, int]:
        """The year behind a month, and where it ends."""
        j = i
        while self.chart.word(j) in {",", "،"} or self._mark("joiner", j):
            j += 1
        low, high = (FIRST_YEAR, LAST_YEAR) if kind == "month" else (SOLAR_YEARS.start, SOLAR_YEARS.stop - 1)
        year = self._number(j, low, high)
        if year is None:
            return None, i
        return year, j + 2 if self._mark("year_unit", j + 1) else j + 1

    def _year_before(self, i: int) -> int | None:
        """Read "this year", "last year" before a month."""
        for back in (1, 2, 3, 4):
            shift = self._payload(i - back, "shift")
            if shift is not None and i - 1 <= shift[0] <= i and shift[1][0] == "year":
                return int(shift[1][1]) if shift[0] == i or self._mark("joiner", i - 1) else None
        return None

    def _calendar(self, start: int, stop: int, parts: tuple[int | None, int, int | None]) -> Found | None:
        year, month, day = parts
        if year is None:
            if self.known is None or self.known.precision == "year":
                return None
            year = _near_year(self.known.day, month, day, future=self.future)
        if day is not None:
            return self._day(start, stop, year, month, day)
        first = date(year, month, 1)
        return Found(start, stop, first, month_end(first), "month")

    def _solar(self, start: int, stop: int, parts: tuple[int | None, int, int | None]) -> Found | None:
        """A month of the Solar Hijri calendar; its year, where it is not given, is the one nearest in the past."""
        year, month, day = parts
        if year is None:
            if self.known is None or self.known.precision != "day":
                return None
            year = self._near_solar_year(month, day or 1)
        try:
            first = solar_hijri(year, month, day or 1)
            last = first if day else solar_hijri(year, month, days_in_month(year, month))
        except ValueError:
            return None
        # A month of this calendar is parts of two others: days are known, no month of ours is.
        return Found(start, stop, first, last, "day" if day else "none")

    def _near_solar_year(self, month: int, day: int) -> int:
        today = self.known.day if self.known else date.min
        year = today.year - 621
        while solar_hijri(year, month, min(day, 29)) > today:
            year -= 1
        return year + 1 if self.future and solar_hijri(year, month, min(day, 29)) < today else year

    def _day(self, start: int, stop: int, year: int | None, month: int | None, day: int | None) -> Found | None:
        try:
            moment = date(year or 0, month or 0, day or 0)
        except ValueError:
            return None
        return Found(start, stop, moment, moment, "day")

    def _year(self, i: int) -> Found | None:
        """Read "in 2020", "سال 2020": a number alone is no year, nor is what has been so since a year of it."""
        if self._mark("since", i - 1):
            return None
        if self._mark("year_before", i):
            year, stop = self._number(i + 1, FIRST_YEAR, LAST_YEAR), i + 2
        else:
            year, stop = self._number(i, FIRST_YEAR, LAST_YEAR), i + 1
            year = year if self._mark("year_after", stop) or self._mark("year_unit", stop) else None
        if year is None:
            return None
        return Found(i, stop, date(year, 1, 1), date(year, 12, 31), "year")

    def _between(self, i: int) -> bool:
        return self._mark("filler", i) or self._mark("joiner", i)

    def _behind(self, i: int) -> int:
        """The token behind an article or preposition."""
        return i + 1 if self._between(i) and self._payload(i, "weekday") is None else i

    def _mark(self, name: str, i: int) -> bool:
        return 0 <= i < self.end and self.chart.dating.is_a(name, self.chart.word(i))

    def _payload(self, i: int, kind: str) -> tuple[int, Any] | None:
        hit = self.chart.hit("date", i) if 0 <= i < self.end else None
        if hit is None:
            return None
        if self.chart.dating.capitals and kind in NAMED and self.chart.texts[i].islower():
            return None
        return next(((hit[0], value) for name, value in hit[1] if name == kind), None)

    def _number(self, i: int, low: int, high: int) -> int | None:
        word = self.chart.word(i) if 0 <= i < self.end else ""
        if word.isascii() and word.isdigit() and len(word) <= LONGEST_YEAR and low <= int(word) <= high:
            return int(word)
        return None


def _near_year(today: date, month: int, day: int | None, *, future: bool) -> int:
    """The year that makes the date the latest one not after today, or the next one with a future verb.

    What is decided of late looks forward too: a day of the last months is not that of the next year.
    """
    here = (month, day or 1)
    now = (today.month, today.day if day else 1)
    if future:
        return today.year + (here < now and today.month - month > LATELY)
    return today.year - (here > now)


def month_end(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
