"""Dates are read exactly or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.dates import is_future, parse_date, rfc3339
from tests.paths import shared_data


def read(text: str, zone: str | None = None) -> str | None:
    moment, _ = parse_date(text, ZoneInfo(zone) if zone else None)
    return rfc3339(moment) if moment else None


def test_every_date_of_the_development_set_is_right() -> None:
    manifest = orjson.loads(shared_data("feeds/manifest.json").read_bytes())
    (dates,) = (entry["expected"] for entry in manifest if entry["file"].endswith("dates.xml"))
    given = {item["id"]: "" if item["headline"] == "empty" else item["headline"] for item in dates}
    wrong = {given[item["id"]] for item in dates if read(given[item["id"]]) != item["published"]}
    assert wrong == set()


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("Tue, 03 Mar 2026 10:00:00 IST", "Asia/Kolkata", "2026-03-03T04:30:00Z"),
        ("Tue, 03 Mar 2026 10:00:00 IST", "Asia/Jerusalem", "2026-03-03T08:00:00Z"),
        ("Tue, 07 Jul 2026 10:00:00 IST", "Europe/Dublin", "2026-07-07T09:00:00Z"),
        ("Tue, 03 Mar 2026 10:00:00 BST", "Asia/Dhaka", "2026-03-03T04:00:00Z"),
        ("Tue, 03 Mar 2026 10:00:00 CST", "Asia/Shanghai", "2026-03-03T02:00:00Z"),
        ("Tue, 03 Mar 2026 10:00:00 CST", None, "2026-03-03T16:00:00Z"),
        ("2026-03-03 10:00", "Asia/Karachi", "2026-03-03T05:00:00Z"),
        ("2026-03-03 10:00", None, "2026-03-03T10:00:00Z"),
        ("3 Mar 2026", "Asia/Karachi", "2026-03-03T00:00:00Z"),
        ("Tue, 03 Mar 2026 10:00:00 GMT+0530", None, "2026-03-03T04:30:00Z"),
        ("Sat Mar  7 10:00:00 PKT 2026", None, "2026-03-07T05:00:00Z"),
        ("Tue, 3 Mar 26 10:00:00 EST", None, "2026-03-03T15:00:00Z"),
        ("2026-W10-2", None, "2026-03-03T00:00:00Z"),
        ("13/04/2026", None, "2026-04-13T00:00:00Z"),
        ("03.04.2026 08:15", None, "2026-04-03T08:15:00Z"),
        ("3 février 2026 à 10:30", None, "2026-02-03T10:30:00Z"),
        ("15 फरवरी 2026", None, "2026-02-15T00:00:00Z"),
        ("٣ مارس ٢٠٢٦", None, "2026-03-03T00:00:00Z"),
        ("3 آذار 2026", None, "2026-03-03T00:00:00Z"),
        ("০৩ মার্চ ২০২৬", None, "2026-03-03T00:00:00Z"),
        ("March 3rd, 2026 4:30 p.m.", None, "2026-03-03T16:30:00Z"),
    ],
)
def test_dates_are_read_with_the_feeds_own_zone(text: str, zone: str | None, expected: str) -> None:
    assert read(text, zone) == expected


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026",  # day or month first
        "5 مئی 2026 10:30 شام",  # half past ten in the evening
        "2026年3月3日 下午3:30",
        "3 Mar 2026 10:00 ص",
        "3-5 March 2026",
        "2 hours ago",
        "yesterday",
        "12 Esfand 1404",
        "۱۲ اسفند ۱۴۰۴",
        "Mon, 31 Feb 2026 10:00:00 GMT",
        "Tue, 03 Mar 2026 25:00:00 GMT",
        "Tue, 03 Mar 2026 10:61:00 GMT",
        "Tue, 03 Mar 2026 10:00:00 XYZ",
        "Tue, 03 Mar 2026 10:00:00 +2500",
        "March 3, 2026 13:30 PM",
        "0000-00-00 00:00:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 03 Mar 2199 10:00:00 GMT",
        "99999999999999",
        "1" * 100_000,
        "²⁰²⁶-⁰³-⁰³",
        "",
    ],
)
def test_what_is_uncertain_is_no_date(text: str) -> None:
    assert parse_date(text) == (None, "none")


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2026-03-03T04:30:00Z", "second"),
        ("3 Mar 2026 04:30", "minute"),
        ("3 Mar 2026", "day"),
        ("March 2026", "month"),
        ("2026-03", "month"),
        ("2026", "year"),
        ("1772512200", "second"),
    ],
)
def test_the_precision_is_that_of_the_text(text: str, precision: str) -> None:
    assert parse_date(text)[1] == precision


def test_a_date_a_day_ahead_may_be_a_zone_two_days_are_the_future() -> None:
    now = datetime(2026, 3, 3, tzinfo=UTC)
    assert not is_future(now + timedelta(hours=14), now)
    assert is_future(now + timedelta(days=2), now)


@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2098, 12, 31)),  # noqa: DTZ001 - hypothesis wants them without
    st.integers(-12 * 60, 14 * 60),
)
def test_every_rfc3339_time_is_read_back(moment: datetime, minutes: int) -> None:
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{sign}{size // 60:02}:{size % 60:02}"
    expected = (moment.replace(microsecond=0) - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    assert parse_date(text) == (expected, "second")


@given(st.text(max_size=130) | st.text(alphabet="0123456789 :-+/.,TZMarPAm年月日", max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment, precision = parse_date(text, ZoneInfo("Asia/Kolkata"))
    assert (moment is None) == (precision == "none")
