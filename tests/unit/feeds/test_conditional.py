"""Validators are opaque; freshness and patience are capped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.conditional import Validators, fresh_for, request_headers, retry_after, validators_of

NOW = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("etag", "modified"),
    [
        ('"v1"', "Tue, 03 Mar 2026 04:30:00 GMT"),
        ('W/"v1"', None),
        (None, "Tuesday, 03-Mar-26 04:30:00 GMT"),
        ("unquoted", "yesterday"),
        (None, None),
    ],
)
def test_validators_go_back_byte_for_byte(etag: str | None, modified: str | None) -> None:
    answer = {name: value for name, value in (("etag", etag), ("last-modified", modified)) if value}
    sent = request_headers(validators_of(answer))
    assert (sent.get("If-None-Match"), sent.get("If-Modified-Since")) == (etag, modified)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "\udcff", "x" * 5000, "", "a\x00"])
def test_a_validator_that_cannot_be_sent_is_none(value: str) -> None:
    assert validators_of({"etag": value, "last-modified": value}) == Validators()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=7200"}, 7200),
        ({"cache-control": 'max-age = "60"'}, 60),
        ({"cache-control": "max-age=100", "age": "40"}, 60),
        ({"cache-control": "max-age=100", "age": "400"}, 0),
        ({"cache-control": "s-maxage=5"}, None),
        ({"expires": "Tue, 03 Mar 2026 05:30:00 GMT"}, 3600),
        ({"expires": "Tue, 03 Mar 2026 05:30:00 GMT", "date": "Tue, 03 Mar 2026 05:00:00 GMT"}, 1800),
        ({"expires": "0", "cache-control": "no-store"}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({}, None),
    ],
)
def test_freshness_is_max_age_else_expires(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_for(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("3600", timedelta(hours=1)),
        ("99999999", timedelta(days=7)),
        ("Tue, 03 Mar 2026 05:00:00 GMT", timedelta(minutes=30)),
        ("Tue, 03 Mar 2020 05:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("٣٦٠٠", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_a_week(value: str, wait: timedelta | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == wait


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "age", "date", "retry-after", "etag"]), st.text(max_size=80)
    )
)
def test_any_headers_are_read(headers: dict[str, str]) -> None:
    fresh_for(headers, NOW)
    retry_after(headers, NOW)
    request_headers(validators_of(headers))
