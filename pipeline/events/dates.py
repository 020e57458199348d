"""When: date expressions of a clause, resolved against the day of publication; nothing rather than a guess."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.events.expressions import Dates
from pipeline.events.written import Anchor, Found
from schemas.event import EventDate

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from schemas.article import Precision

# An event that was longer ago than this on the day of publication is recalled, not news.
NEWS = timedelta(days=90)
# Without a day of publication: no feed is older than feeds.
FEEDS_BEGAN = "2000"


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


def dates_in(chart: Chart, start: int, end: int, known: Anchor | None, *, future: bool) -> list[Found]:
    """Return the date expressions in tokens [start, end), in order."""
    reader = Dates(chart, end, known, future)
    found: list[Found] = []
    i = start
    while i < end:
        one = reader.at(i)
        if one is None:
            i = reader.passed(i)
        else:
            found.append(one)
            i = one.end
    return found


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


def is_past(known: Anchor | None, stated: EventDate) -> bool:
    """Whether a stated month or year was over when the article was published, or a stated day long gone."""
    if known is None:
        return stated.end < FEEDS_BEGAN
    latest = known.day - NEWS if stated.precision == "day" else known.day
    return stated.end < latest.isoformat()[: len(stated.end)]
