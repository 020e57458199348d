"""When a feed says it is worth asking: `ttl`, `skipHours` and `skipDays` of RSS, `sy:updatePeriod` of its modules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_MINUTES = 7 * 24 * 60
_HEAD = 20_000
_ITEM = re.compile(r"<(?:item|entry)\b", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_SKIPPED = re.compile(r"<skip(Hours|Days)\b[^<>]{0,100}>(.{0,2000}?)</skip\1>", re.DOTALL | re.IGNORECASE)
_HOUR = re.compile(r"<hour>\s{0,20}(\d{1,2})\s{0,20}</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s{0,20}([a-z]{6,9})\s{0,20}</day>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """What a feed says of itself; `minutes` between polls, hours of the day in UTC, days from Monday = 0."""

    minutes: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    def skips(self, time: datetime) -> bool:
        """Say whether the feed asks not to be polled at a time."""
        return time.hour in self.skip_hours or time.weekday() in self.skip_days

    def open_from(self, time: datetime) -> datetime:
        """Return the first time from `time` on that is not skipped; `time` itself where all of a week is."""
        at = time
        for _ in range(7 * 24 + 1):
            if not self.skips(at):
                return at
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return time


def timetable(text: str, *, ttl: object, period: object, frequency: object) -> Timetable:
    """Read a timetable: hours and days from the markup before the first item, the rest as a parser gives it.

    The longer of `ttl` and the update period counts. An hour of 24 is midnight, as RSS 0.91 counts.
    """
    minutes = max(_whole(ttl), _period(period, frequency))
    hours, days = set[int](), set[int]()
    for kind, inner in _SKIPPED.findall(_ITEM.split(text[:_HEAD], maxsplit=1)[0]):
        if kind.lower() == "hours":
            hours |= {int(hour) % 24 for hour in _HOUR.findall(inner) if int(hour) <= 24}
        else:
            days |= {_DAYS.index(day.lower()) for day in _DAY.findall(inner) if day.lower() in _DAYS}
    return Timetable(
        minutes=min(minutes, LONGEST_MINUTES) or None, skip_hours=tuple(sorted(hours)), skip_days=tuple(sorted(days))
    )


def _period(period: object, frequency: object) -> int:
    minutes = _PERIODS.get(str(period or "").strip().lower(), 0)
    return minutes // max(1, _whole(frequency))


def _whole(value: object) -> int:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
