"""Months of calendars other than the Gregorian one."""

from __future__ import annotations

from datetime import date, timedelta

# 1 Farvardin 1 of the Solar Hijri calendar, by the 33-year cycle that has held since the reform of 1925.
_SOLAR_EPOCH = date(622, 3, 21)
_CYCLE, _CYCLE_DAYS = 33, 12053
_LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_LONG_MONTHS, _LONG, _SHORT = 6, 31, 30
SOLAR_YEARS = range(1300, 1500)


def solar_hijri(year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a date of the Solar Hijri calendar (Iran, Afghanistan), for the years 1300 to 1499.

    Raises:
        ValueError: there is no such day.
    """
    if year not in SOLAR_YEARS or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise ValueError(f"no day {year}-{month}-{day} in the Solar Hijri calendar")
    before = sum(days_in_month(year, m) for m in range(1, month))
    return _new_year(year) + timedelta(days=before + day - 1)


def days_in_month(year: int, month: int) -> int:
    """Return how many days a month of the Solar Hijri calendar has."""
    if month <= _LONG_MONTHS:
        return _LONG
    return _SHORT if month < 12 or year % _CYCLE in _LEAPS else _SHORT - 1


def _new_year(year: int) -> date:
    cycles, rest = divmod(year - 1, _CYCLE)
    leaps = sum(1 for y in range(1, rest + 1) if y in _LEAPS)
    return _SOLAR_EPOCH + timedelta(days=cycles * _CYCLE_DAYS + rest * 365 + leaps)
