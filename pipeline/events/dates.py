"""When: date expressions of a clause, resolved against the day of publication; nothing rather than a guess."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError

from pipeline.resources import language_rows
from schemas.event import EventDate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.chart import Chart
    from schemas.article import Precision

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_YEAR = 4
EARLIEST, LATEST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 1, 1)
MOST_AGO = 400
# Months and weekdays are written with a capital where the language has them: "may" is no month.
NAMED = frozenset({"month", "weekday"})


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


def anchor(published: str | None, precision: Precision, *, header: bool = False) -> Anchor | None:
    """Read the publication time of an article; None where it is unknown."""
    if not published or precision == "none":
        return None
    try:
        year, month, day = (int(part) for part in f"{published[:10]}-01-01".split("-")[:3])
        moment = date(year, month, day)
    except ValueError:
        return None
    kept: Precision = precision if precision in {"month", "year"} else "day"
    return Anchor(moment, kept, "header" if header else "publication")


def calendar_words(code: str, table: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield names of months and weekdays of CLDR and of the language's tables, and words that count from today."""
    try:
        locale = Locale(code)
    except UnknownLocaleError:
        locale = Locale("en")
    for kind, names in (("month", locale.months), ("weekday", locale.days)):
        yield from ((name, (kind, number)) for number, name in names["format"]["wide"].items())
        yield from ((row[0], (kind, int(row[1]))) for row in language_rows(code, f"{kind}s"))
        yield from ((name, (kind, number)) for name, number in table.get(f"{kind}s", {}).items())
    for unit, shifts in table.get("shift", {}).items():
        yield from ((phrase, ("shift", (unit, int(n)))) for n, phrases in shifts.items() for phrase in phrases)
    for unit, phrases in table.get("unit", {}).items():
        yield from ((phrase, ("unit", unit)) for phrase in phrases)


def dates_in(chart: Chart, start: int, end: int, known: Anchor | None, *, future: bool) -> list[Found]:
    """Return the date expressions in tokens [start, end), in order."""
    found: list[Found] = []
    i = start
    while i < end:
        one = _month_day(chart, i, end, known, future=future) or _relative(chart, i, end, known, future=future)
        if one is None:
            i += 1
        else:
            found.append(one)
            i = one.end
    return found


def _payload(chart: Chart, i: int, kind: str) -> tuple[int, Any] | None:
    hit = chart.hit("date", i)
    if hit is None:
        return None
    if chart.dates_in_capitals and kind in NAMED and chart.texts[i].islower():
        return None
    value = next((value for name, value in hit[1] if name == kind), None)
    return None if value is None else (hit[0], value)


def _number(chart: Chart, i: int, low: int, high: int) -> int | None:
    word = chart.word(i)
    if word.isascii() and word.isdigit() and len(word) <= LONGEST_YEAR and low <= int(word) <= high:
        return int(word)
    return None


def _month_day(chart: Chart, i: int, end: int, known: Anchor | None, *, future: bool) -> Found | None:
    """Read "13 May 2025", "May 13, 2025", "May 2025", "May"."""
    day, j = _number(chart, i, 1, 31), i
    if day is not None:
        j = i + 1
    month = _payload(chart, j, "month")
    if month is None or month[0] > end:
        return None
    stop, number = month
    if day is None and (follows := _number(chart, stop, 1, 31)) is not None:
        day, stop = follows, stop + 1
    after = stop + 1 if chart.word(stop) in {",", "،"} else stop
    year = _number(chart, after, FIRST_YEAR, LAST_YEAR)
    if year is not None:
        stop = after + 1
    elif known is not None and (shifted := _year_before(chart, i)) is not None:
        year = known.day.year + shifted
    return _calendar(i, stop, (year, number, day), known, future=future)


def _year_before(chart: Chart, i: int) -> int | None:
    """Read "this year", "last year" before a month."""
    for back in (1, 2, 3):
        shift = _payload(chart, i - back, "shift")
        if shift is not None and shift[0] == i and shift[1][0] == "year":
            return int(shift[1][1])
    return None


def _calendar(
    start: int, stop: int, parts: tuple[int | None, int, int | None], known: Anchor | None, *, future: bool
) -> Found | None:
    year, month, day = parts
    if year is None:
        if known is None or known.precision == "year":
            return None
        year = _near_year(known.day, month, day, future=future)
    try:
        first = date(year, month, day or 1)
    except ValueError:
        return None
    last = first if day else first.replace(day=calendar.monthrange(year, month)[1])
    return Found(start, stop, first, last, "day" if day else "month")


def _near_year(today: date, month: int, day: int | None, *, future: bool) -> int:
    """The year that makes the date the latest one not after today, or the next one with a future verb."""
    here = (month, day or 1)
    now = (today.month, today.day if day else 1)
    if future:
        return today.year + (here < now)
    return today.year - (here > now)


def _relative(chart: Chart, i: int, end: int, known: Anchor | None, *, future: bool) -> Found | None:
    if known is None:
        return None
    shift = _payload(chart, i, "shift")
    if shift is not None and shift[0] <= end:
        if (
            shift[1][0] == "year"
            and shift[0] < end
            and (month := _month_day(chart, shift[0], end, known, future=future))
        ):
            return month
        return _shifted(i, shift[0], shift[1], known, future=future)
    if known.precision != "day":
        return None
    weekday = _payload(chart, i, "weekday")
    if weekday is not None and _is_weekday(chart, weekday[0]):
        back = (known.day.weekday() - weekday[1]) % 7
        moment = known.day + timedelta(days=(7 - back) % 7) if future else known.day - timedelta(days=back)
        return Found(i, weekday[0], moment, moment, "day")
    return _ago(chart, i, end, known)


def _is_weekday(chart: Chart, after: int) -> bool:
    """Whether a name of a day stands as one: some are also other words."""
    return not chart.weekdays_need_marker or bool(chart.has("word", after, "weekday_marker"))


def _ago(chart: Chart, i: int, end: int, known: Anchor) -> Found | None:
    """Read "three days ago"."""
    number = _number(chart, i, 1, MOST_AGO)
    if number is None:
        spelled = chart.hit("number", i)
        number = int(spelled[1][0]) if spelled and spelled[0] == i + 1 and spelled[1][0] <= MOST_AGO else None
    unit = _payload(chart, i + 1, "unit")
    if number is None or unit is None:
        return None
    ago = chart.has("word", unit[0], "ago")
    if not ago or ago > end:
        return None
    return _shifted(i, ago, (unit[1], -number), known, future=False)


def _shifted(start: int, stop: int, shift: tuple[str, int], known: Anchor, *, future: bool) -> Found | None:
    """Count from the anchor; where that is known to the month only, days cannot be told."""
    unit, number = shift
    if unit == "either":
        unit, number = "day", -number if future else number
    today = known.day
    if unit == "year":
        year = today.year + number
        return (
            Found(start, stop, date(year, 1, 1), date(year, 12, 31), "year") if FIRST_YEAR < year < LAST_YEAR else None
        )
    if unit == "month" and known.precision in {"day", "month"}:
        index = today.year * 12 + today.month - 1 + number
        first = date(index // 12, index % 12 + 1, 1)
        return Found(start, stop, first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), "month")
    if known.precision != "day":
        return None
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=number)
        return Found(start, stop, monday, monday + timedelta(days=6), "none")
    if unit == "day":
        moment = today + timedelta(days=number)
        return Found(start, stop, moment, moment, "day")
    return None


def event_date(chart: Chart, found: Found) -> EventDate:
    """Make the record of a date expression."""
    start, end = chart.tokens[found.start].start, chart.tokens[found.end - 1].end
    return EventDate(
        start=found.first.isoformat(),
        end=found.last.isoformat(),
        precision=found.precision,
        basis="sentence",
        text=chart.piece.text[start:end],
    )


def anchored(known: Anchor) -> EventDate:
    """The date of an event of which the text says no other: that of the article."""
    first = known.day
    last = first
    if known.precision == "month":
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    elif known.precision == "year":
        last = first.replace(month=12, day=31)
    basis = "header" if known.basis == "header" else "publication"
    return EventDate(start=first.isoformat(), end=last.isoformat(), precision=known.precision, basis=basis)  # type: ignore[arg-type]
