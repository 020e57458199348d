"""Date expressions: "Tuesday", "6-7 April 2021", "last month", "three days ago", counted from a day.

Nothing rather than a guess: what the words leave open (which of 4 May and 5 April is 4/5?) is no date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.events.calendars import SOLAR_YEARS, days_in_month, solar_hijri

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from schemas.article import Precision

FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_AGO = 400
WEEK, YEAR_MONTHS = 7, 12
DAYS_IN_MONTH, LONGEST_YEAR = 31, 4
# Words between a day of the week and the date it is: "on Wednesday, the 7th of April".
BETWEEN = 3
# Months and weekdays are written with a capital where the language has them: "may" is no month.
NAMED = frozenset({"month", "weekday"})
_POINTED = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)
_PUNCTUATION = frozenset(",،()")


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
class Dates:
    """Reads the date expressions that begin before token `end` of a chart.

    `known` is the day to count from, if any is; `future` says that the verb looks forward.
    """

    chart: Chart
    end: int
    known: Anchor | None
    future: bool

    def at(self, i: int) -> Found | None:
        """Return the expression that begins at token i; ranges and pairs are one."""
        first = self.one(i)
        if first is None:
            return self._opened(i)
        if first.precision == "day" and (dated := self._with_date(first)) is not None:
            return dated
        joined = first.end
        if not self._mark("range", joined):
            return first
        second = self.one(joined + 1)
        if second is not None and second.first < first.first:
            # "Between 10 and 12 January 2023" may state the year with the second only.
            first = replace(self, known=Anchor(second.last, "day"), future=False).one(i) or first
        return self._span(first, second) or first

    def one(self, i: int) -> Found | None:
        """Return a single expression; days of a month may be a range."""
        if i >= self.end:
            return None
        return self._written(i) or self._by_units(i) or self._day_month(i) or self._relative(i) or self._year(i)

    def _opened(self, i: int) -> Found | None:
        """Read "from 5 to 7 April": the month stands behind the second day only."""
        if not self._mark("range_open", i):
            return None
        inner = self._day_month(i + 1) or self.one(i + 1)
        if inner is None:
            return None
        if self._mark("range", inner.end):
            inner = self._span(inner, self.one(inner.end + 1)) or inner
        return replace(inner, start=i) if inner.first != inner.last else None

    def _span(self, first: Found, second: Found | None) -> Found | None:
        if second is None or first.precision != second.precision or second.first < first.first:
            return None
        return Found(first.start, second.end, first.first, second.last, first.precision)

    def _with_date(self, weekday: Found) -> Found | None:
        """Read "Wednesday, 7 April 2021": what follows says which one."""
        if self._payload(weekday.start, "weekday") is None and weekday.end == weekday.start + 1:
            return None
        i = weekday.end
        for j in range(i, min(i + BETWEEN, self.end)):
            exact = self._written(j) or self._by_units(j) or self._day_month(j)
            if exact is not None and exact.precision == "day":
                return replace(exact, start=weekday.start)
            if not (self.chart.word(j) in _PUNCTUATION or self._mark("filler", j) or self._mark("joiner", j)):
                return None
        return None

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
        if month is None or month[0] > self.end or (first is None and self._number(i - 1, 1, 99)):
            # The day before it was none of that month's.
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

    def _days(self, i: int) -> tuple[int | None, int | None, int]:
        """A day of a month or a range of them, and where it ends."""
        first, j = self._one_day(i)
        if first is None:
            return None, None, i
        if self._mark("range", j):
            second, k = self._one_day(j + 1)
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
        return Found(start, stop, first, _month_end(first), "month")

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
        """Read "in 2020", "سال 2020": a number alone is no year."""
        if self._mark("year_before", i):
            year, stop = self._number(i + 1, FIRST_YEAR, LAST_YEAR), i + 2
        else:
            year, stop = self._number(i, FIRST_YEAR, LAST_YEAR), i + 1
            year = year if self._mark("year_after", stop) or self._mark("year_unit", stop) else None
        if year is None:
            return None
        return Found(i, stop, date(year, 1, 1), date(year, 12, 31), "year")

    def _relative(self, i: int) -> Found | None:
        known = self.known
        if known is None:
            return None
        shift = self._payload(i, "shift")
        if shift is not None and shift[0] <= self.end:
            if shift[1][0] == "year" and (month := self._month_of_year(shift[0])) is not None:
                return month
            if shift[1][0] == "week" and (day := self._weekday_of_week(i, shift)) is not None:
                return day
            return self._shifted(i, shift[0], shift[1])
        if known.precision != "day":
            return None
        return self._weekday(i) or self._ago(i)

    def _month_of_year(self, i: int) -> Found | None:
        """Read "this year in April": the month behind the year."""
        while i < self.end and self._mark("joiner", i):
            i += 1
        return self._day_month(i)

    def _weekday_of_week(self, i: int, shift: tuple[int, Any]) -> Found | None:
        """Read "last week on Tuesday"."""
        j = shift[0]
        while j < self.end and (self._mark("filler", j) or self.chart.word(j) in _PUNCTUATION):
            j += 1
        weekday = self._named_weekday(j)
        if weekday is None or self.known is None or self.known.precision != "day":
            return None
        return self._in_week(i, weekday[0], weekday[1], shift[1][1])

    def _in_week(self, start: int, stop: int, weekday: int, weeks: int) -> Found:
        today = self.known.day if self.known else date.min
        moment = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=weekday)
        return Found(start, stop, moment, moment, "day")

    def _weekday(self, i: int) -> Found | None:
        """A day of the week: the latest not after today, with a future verb the next; "last Tuesday" is never today."""
        assert self.known is not None
        direction = next((name for name in ("next", "last", "this") if self._mark(name, i)), None)
        weekday = self._named_weekday(i if direction is None else i + 1)
        if weekday is None:
            return None
        stop, number = weekday
        if (week := self._week_behind(stop)) is not None and direction is None:
            return self._in_week(i, week[0], number, week[1])
        if direction is None:
            direction = next((name for name in ("next", "last") if self._mark(f"{name}_behind", stop)), None)
            stop += direction is not None
        today = self.known.day
        back = (today.weekday() - number) % WEEK
        if direction == "next" or (direction != "last" and self.future):
            ahead = (WEEK - back) % WEEK or (WEEK if direction == "next" else 0)
            moment = today + timedelta(days=ahead)
        else:
            moment = today - timedelta(days=back or (WEEK if direction == "last" else 0))
        return Found(i, stop, moment, moment, "day")

    def _week_behind(self, i: int) -> tuple[int, int] | None:
        """The end and the shift of "last week" behind a day of the week, fillers between."""
        while i < self.end and self._mark("filler", i):
            i += 1
        shift = self._payload(i, "shift")
        return (shift[0], shift[1][1]) if shift is not None and shift[1][0] == "week" else None

    def _named_weekday(self, i: int) -> tuple[int, int] | None:
        weekday = self._payload(i, "weekday") if i < self.end else None
        if weekday is None or not self._stands_alone(weekday[0]):
            return None
        return weekday[0], weekday[1]

    def _stands_alone(self, after: int) -> bool:
        """Whether a name of a day is one: some are also other words."""
        if not self.chart.dating.weekdays_need_marker or self.chart.has("word", after, "weekday_marker"):
            return True
        # "Monday and Tuesday" share the marker behind the second.
        second = self._payload(after + 1, "weekday") if self._mark("range", after) else None
        return second is not None and bool(self.chart.has("word", second[0], "weekday_marker"))

    def _ago(self, i: int) -> Found | None:
        """Read "three days ago", "in three days"."""
        ahead = self.future and self._mark("ahead_before", i)
        j = i + ahead
        counted = self._amount(j)
        unit = self._payload(counted[1], "unit") if counted else None
        if counted is None or unit is None:
            return None
        if ahead:
            return self._shifted(i, unit[0], (unit[1], counted[0]))
        ago = self.chart.has("word", unit[0], "ago")
        before = self.chart.has("word", i - 1, "ago_before")
        if (not ago and not before) or max(ago, unit[0]) > self.end:
            return None
        return self._shifted(i, ago or unit[0], (unit[1], -counted[0]))

    def _amount(self, i: int) -> tuple[int, int] | None:
        """A number in digits or words, and where it ends."""
        number = self._number(i, 1, MOST_AGO)
        if number is not None:
            return number, i + 1
        if self._mark("one", i):
            return 1, i + 1
        spelled = self.chart.hit("number", i)
        if spelled and 1 <= spelled[1][0] <= MOST_AGO and spelled[1][0] == int(spelled[1][0]):
            return int(spelled[1][0]), spelled[0]
        return None

    def _shifted(self, start: int, stop: int, shift: tuple[str, int]) -> Found | None:
        """Count from the anchor; where that is known to the month only, days cannot be told."""
        assert self.known is not None
        unit, number = shift
        if unit == "either":
            unit, number = "day", -number if self.future else number
        today, precision = self.known.day, self.known.precision
        if unit == "year":
            year = today.year + number
            if FIRST_YEAR < year < LAST_YEAR:
                return Found(start, stop, date(year, 1, 1), date(year, 12, 31), "year")
            return None
        if unit == "month" and precision in {"day", "month"}:
            index = today.year * YEAR_MONTHS + today.month - 1 + number
            first = date(index // YEAR_MONTHS, index % YEAR_MONTHS + 1, 1)
            return Found(start, stop, first, _month_end(first), "month")
        if precision != "day" or unit not in {"week", "day"}:
            return None
        if unit == "week":
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=number)
            return Found(start, stop, monday, monday + timedelta(days=WEEK - 1), "none")
        moment = today + timedelta(days=number)
        return Found(start, stop, moment, moment, "day")

    def _mark(self, name: str, i: int) -> bool:
        return i < self.end and self.chart.dating.is_a(name, self.chart.word(i))

    def _payload(self, i: int, kind: str) -> tuple[int, Any] | None:
        hit = self.chart.hit("date", i) if 0 <= i < self.end else None
        if hit is None:
            return None
        if self.chart.dating.capitals and kind in NAMED and self.chart.texts[i].islower():
            return None
        value = next((value for name, value in hit[1] if name == kind), None)
        return None if value is None else (hit[0], value)

    def _number(self, i: int, low: int, high: int) -> int | None:
        word = self.chart.word(i) if 0 <= i < self.end else ""
        if word.isascii() and word.isdigit() and len(word) <= LONGEST_YEAR and low <= int(word) <= high:
            return int(word)
        return None


def _near_year(today: date, month: int, day: int | None, *, future: bool) -> int:
    """The year that makes the date the latest one not after today, or the next one with a future verb."""
    here = (month, day or 1)
    now = (today.month, today.day if day else 1)
    if future:
        return today.year + (here < now)
    return today.year - (here > now)


def _month_end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
