"""Date expressions: "Tuesday", "last month", "three days ago", counted from the day of publication, and ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pipeline.events.written import FIRST_YEAR, LAST_YEAR, YEAR_MONTHS, Anchor, Found, Written, month_end

MOST_AGO = 400
WEEK = 7
# Words between a day of the week and the date it is: "on Wednesday, the 7th of April".
BETWEEN = 3
_PUNCTUATION = frozenset(",،()")


@dataclass(frozen=True, slots=True)
class Dates(Written):
    """Reads all date expressions that begin before token `end` of a chart."""

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
        second = self.one(self._behind(joined + 1))
        if second is not None and second.first < first.first:
            # "Between 10 and 12 January 2023" may state the year with the second only.
            first = replace(self, known=Anchor(second.last, "day"), future=False).one(i) or first
        return self._span(first, second) or first

    def passed(self, i: int) -> int:
        """Where to read on when no expression begins at token i: behind words that only look like one."""
        none = self._payload(i, "none")
        return none[0] if none is not None else i + 1

    def one(self, i: int) -> Found | None:
        """Return a single expression; days of a month may be a range."""
        if i >= self.end:
            return None
        return self._written(i) or self._by_units(i) or self._day_month(i) or self._year(i) or self._relative(i)

    def _opened(self, i: int) -> Found | None:
        """Read "from 5 to 7 April": the month stands behind the second day only."""
        if not self._mark("range_open", i):
            return None
        j = self._behind(i + 1)
        inner = self._day_month(j) or self.one(j)
        if inner is None:
            return None
        if self._mark("range", inner.end):
            inner = self._span(inner, self.one(self._behind(inner.end + 1))) or inner
        return replace(inner, start=i) if inner.first != inner.last else None

    def _with_date(self, weekday: Found) -> Found | None:
        """Read "Wednesday, 7 April 2021": what follows says which one."""
        if self._payload(weekday.start, "weekday") is None and weekday.end == weekday.start + 1:
            return None
        i = weekday.end
        for j in range(i, min(i + BETWEEN, self.end)):
            exact = self._written(j) or self._by_units(j) or self._day_month(j)
            if exact is not None and exact.precision == "day":
                return replace(exact, start=weekday.start)
            if not (self.chart.word(j) in _PUNCTUATION or self._between(j)):
                return None
        return None

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
        while self._between(i):
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
        while i < self.end:
            shift = self._payload(i, "shift")
            if shift is not None:
                return (shift[0], shift[1][1]) if shift[1][0] == "week" else None
            if not self._between(i):
                return None
            i += 1
        return None

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
        counted = self._counted_unit(self._behind(i + 1) if ahead else i)
        if counted is None:
            return None
        stop, unit, number = counted
        if ahead:
            return self._shifted(i, stop, (unit, number))
        ago = self.chart.has("word", stop, "ago")
        before = any(self.chart.has("word", i - back, "ago_before") == i for back in (1, 2, 3) if i >= back)
        if (not ago and not before) or ago > self.end:
            return None
        return self._shifted(i, ago or stop, (unit, -number))

    def _counted_unit(self, i: int) -> tuple[int, str, int] | None:
        """Where "three days" ends, its unit and number; some languages have one word for it: "يومين" is two days."""
        whole = self._payload(i, "counted")
        if whole is not None:
            return whole[0], *whole[1]
        amount = self._amount(i)
        unit = self._payload(amount[1], "unit") if amount else None
        return (unit[0], unit[1], amount[0]) if amount and unit else None

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
            return Found(start, stop, first, month_end(first), "month")
        if precision != "day" or unit not in {"week", "day"}:
            return None
        if unit == "week":
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=number)
            return Found(start, stop, monday, monday + timedelta(days=WEEK - 1), "none")
        moment = today + timedelta(days=number)
        return Found(start, stop, moment, moment, "day")
