"""What a feed says of when to ask it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.timetable import LONGEST_MINUTES, Timetable, timetable


@pytest.mark.parametrize(
    ("ttl", "period", "frequency", "minutes"),
    [
        ("30", "hourly", "4", 30),
        ("5", "hourly", "2", 30),
        (None, "daily", None, 1440),
        (None, "hourly", "0", 60),
        ("-5", "sometimes", "x", None),
        ("99999999", None, None, LONGEST_MINUTES),
        ("٣٠", None, None, None),
    ],
)
def test_the_longer_of_ttl_and_update_period_counts(
    ttl: str | None, period: str | None, frequency: str | None, minutes: int | None
) -> None:
    assert timetable("", ttl=ttl, period=period, frequency=frequency).minutes == minutes


def test_hours_and_days_are_read_before_the_first_item_only() -> None:
    head = "<channel><skipHours><hour>0</hour><hour> 24 </hour><hour>13</hour><hour>77</hour></skipHours>"
    days = "<skipDays>\n<day>Friday</day><day>sunday</day><day>Someday</day></skipDays>"
    found = timetable(
        f"{head}{days}<item><skipDays><day>Monday</day></skipDays>", ttl=None, period=None, frequency=None
    )
    assert found == Timetable(skip_hours=(0, 13), skip_days=(4, 6))


@given(st.sets(st.integers(0, 23)), st.sets(st.integers(0, 6)), st.datetimes(timezones=st.just(UTC)))
def test_the_next_open_time_is_not_skipped_and_not_earlier(hours: set[int], days: set[int], time: datetime) -> None:
    if time.year > 9990:
        return
    table = Timetable(skip_hours=tuple(hours), skip_days=tuple(days))
    at = table.open_from(time)
    assert at >= time
    assert not table.skips(at) or at == time


@pytest.mark.parametrize("text", ["<skipHours>" * 5000, "<skipDays" * 5000, "<skipHours><hour>" * 5000])
def test_floods_are_read_in_little_time(text: str) -> None:
    assert timetable(text, ttl=None, period=None, frequency=None) == Timetable()
