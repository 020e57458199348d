"""Periods: when a mention says its event was, in days, and how well it knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.event import EventDate, Mention

DAY, PUBLICATION, MONTH, YEAR, UNKNOWN = range(5)
RANKS = {"second": DAY, "minute": DAY, "hour": DAY, "day": DAY, "month": MONTH, "year": YEAR}


@dataclass(frozen=True, slots=True)
class Period:
    """Days `first` to `last` (Gregorian ordinals, inclusive; 0 when unknown); `rank` 0 is the most precise."""

    first: int
    last: int
    rank: int

    @property
    def known(self) -> bool:
        """Whether it is known at all when the event was."""
        return self.rank != UNKNOWN

    @property
    def coarse(self) -> bool:
        """Whether it says less than a day."""
        return self.rank > PUBLICATION

    @property
    def is_year(self) -> bool:
        """Whether only the year is known."""
        return self.rank == YEAR

    def gap(self, other: Period) -> int:
        """Days between two known periods: 0 where they touch or overlap by a day."""
        return max(0, self.first - other.last, other.first - self.last)


NEVER = Period(0, 0, UNKNOWN)


def period(mention: Mention) -> Period:
    """When the event of a mention was: as it says, else on the day of publication.

    What is recalled or announced without a date was not on that day: it is unknown when it was.
    """
    if mention.event_date is not None:
        return _stated(mention.event_date)
    day = ordinal(mention.published)
    if day is None or {"historical", "future"} & set(mention.auxiliary):
        return NEVER
    return Period(day, day, PUBLICATION)


@lru_cache(maxsize=1 << 12)
def ordinal(text: str | None) -> int | None:
    """The day number of an ISO 8601 date or time; the first day where month or day are left out."""
    parts = (text or "")[:10].split("-")
    try:
        year, month, day = [int(part) for part in parts] + [1] * (3 - len(parts))
        return date(year, month, day).toordinal()
    except (ValueError, OverflowError):
        return None


def _stated(stated: EventDate) -> Period:
    first, last = ordinal(stated.start), ordinal(stated.end)
    rank = RANKS.get(stated.precision, UNKNOWN)
    if first is None or rank == UNKNOWN:
        return NEVER
    if rank == DAY and stated.basis == "publication":
        rank = PUBLICATION
    return Period(first, max(first, last or first), rank)
