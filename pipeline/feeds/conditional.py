"""Conditional requests and freshness (RFC 9110, RFC 9111): what to send back, and how long an answer holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALIDATOR = 4096
LONGEST_WAIT = timedelta(days=7)
_MAX_AGE = re.compile(r"(?:^|[\s,])(?:max-age)\s{0,4}=\s{0,4}\"?(\d{1,10})", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """`ETag` and `Last-Modified` of the last answer: opaque, sent back byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


def validators_of(headers: Mapping[str, str]) -> Validators:
    """Take the validators of an answer; `headers` has lower-case names."""
    return Validators(etag=_opaque(headers.get("etag")), last_modified=_opaque(headers.get("last-modified")))


def request_headers(validators: Validators) -> dict[str, str]:
    """Make the headers of a conditional request; with an entity tag the new items alone will do (RFC 3229)."""
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
        headers["A-IM"] = "feed"
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Say how long the answer holds by max-age, else by Expires; None where neither says anything usable."""
    match = _MAX_AGE.search(headers.get("cache-control", "")[:LONGEST_VALIDATOR])
    if match:
        age = _seconds(headers.get("age")) or 0
        return timedelta(seconds=max(0, int(match[1]) - age))
    expires = _http_date(headers.get("expires"))
    if expires is None:
        return None
    return max(timedelta(0), expires - (_http_date(headers.get("date")) or now))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Say how long the server asks to be left alone, at most 7 days; None where it does not say."""
    value = headers.get("retry-after")
    seconds = _seconds(value)
    if seconds is not None:
        return min(timedelta(seconds=seconds), LONGEST_WAIT)
    date = _http_date(value)
    return None if date is None else min(max(timedelta(0), date - now), LONGEST_WAIT)


def rate_limit_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Say when a used-up rate limit begins anew, at most 7 days; None where none is used up or nobody says when.

    The fields are those in use (`X-RateLimit-...`) and those of the draft (`RateLimit-...`); a reset is in seconds
    from now, or since 1970 where that is what the number can only mean.
    """
    for prefix in ("x-ratelimit", "ratelimit"):
        left, reset = headers.get(f"{prefix}-remaining", "").strip(), _seconds(headers.get(f"{prefix}-reset"))
        if reset is not None and re.fullmatch(r"0{1,4}(?:\.0{1,6})?", left):
            wait = reset - now.timestamp() if reset > 1_000_000_000 else reset
            return min(timedelta(seconds=max(0.0, wait)), LONGEST_WAIT)
    return None


def _opaque(value: str | None) -> str | None:
    """Keep a value that can be sent back as it came; one with line breaks or lone surrogates cannot."""
    if not value or len(value) > LONGEST_VALIDATOR or not value.isprintable():
        return None
    return value


def _seconds(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if _SECONDS.fullmatch(text) else None


def _http_date(value: str | None) -> datetime | None:
    if not value or len(value) > 64:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
