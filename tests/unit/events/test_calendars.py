"""The Solar Hijri calendar against new years' days that the observatories have told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.events.calendars import days_in_month, solar_hijri

NEW_YEARS = {
    1357: date(1978, 3, 21),
    1375: date(1996, 3, 20),
    1376: date(1997, 3, 21),
    1399: date(2020, 3, 20),
    1400: date(2021, 3, 21),
    1403: date(2024, 3, 20),
    1404: date(2025, 3, 21),
    1408: date(2029, 3, 20),
}


@pytest.mark.parametrize(("year", "day"), NEW_YEARS.items())
def test_the_year_begins_on_the_day_of_the_equinox(year: int, day: date) -> None:
    assert solar_hijri(year, 1, 1) == day


def test_the_days_of_200_years_follow_one_another_without_a_gap() -> None:
    day = solar_hijri(1300, 1, 1)
    for year in range(1300, 1500):
        for month in range(1, 13):
            for number in range(1, days_in_month(year, month) + 1):
                assert solar_hijri(year, month, number) == day
                day += timedelta(days=1)


@pytest.mark.parametrize(
    "parts", [(1402, 12, 30), (1402, 7, 31), (1402, 13, 1), (1402, 0, 1), (1600, 1, 1), (1402, 1, 0)]
)
def test_days_that_do_not_exist_are_refused(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no day"):
        solar_hijri(*parts)
