"""Times as a subscriber writes them: a year, a month, a day, a moment, or how long ago."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FORMS = "2021, 2021-04, 2021-04-07, 2021-04-07T10:00Z or -2h"
INSTANT = timedelta(microseconds=1)
LATEST = datetime.max.replace(tzinfo=UTC)
_CALENDAR = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_AGO = re.compile(r"-(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start` up to, but without, `end`; both UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: Period) -> bool:
        """Say whether the two have a moment in common."""
        return self.start < other.end and other.start < self.end


def period(text: str, now: datetime | None = None) -> Period:
    """Read a time; how long ago is counted from `now`.

    Raises:
        ValueError: it is none.
    """
    match = _CALENDAR.fullmatch(text)
    if match:
        return _calendar(match[1], match[2], match[3])
    ago = _AGO.fullmatch(text)
    moment = _before(now, ago) if ago else _moment(text)
    return Period(moment, moment + INSTANT)


def dates(start: str, end: str) -> Period | None:
    """Read a date or a moment each, the end inclusive; None where one is none."""
    try:
        return Period(period(start[:10]).start, period(end[:10]).end)
    except ValueError:
        return None


def moment(text: str | None) -> Period | None:
    """Read an RFC 3339 time, None where it is none."""
    try:
        return period(text) if text else None
    except ValueError:
        return None


def _calendar(year: str, month: str | None, day: str | None) -> Period:
    start = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    try:
        if day:
            return Period(start, start + timedelta(days=1))
        if month:
            return Period(start, (start + timedelta(days=31)).replace(day=1))
        return Period(start, start.replace(year=start.year + 1))
    except (ValueError, OverflowError):
        return Period(start, LATEST)  # the last day, month or year there is


def _before(now: datetime | None, ago: re.Match[str]) -> datetime:
    if now is None:
        raise ValueError("a time before now has no meaning here")
    try:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    except OverflowError:
        raise ValueError("too long ago") from None


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return min(found.astimezone(UTC), LATEST - INSTANT)
    except OverflowError:
        raise ValueError("out of range") from None
