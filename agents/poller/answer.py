"""What an HTTP answer means for a feed, before its document is looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.feeds.conditional import fresh_for, rate_limit_reset, retry_after
from pipeline.feeds.outcome import ErrorKind, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from agents.poller.fetch import FetchResult

_CHALLENGES = ("cf-mitigated", "x-datadome", "x-amzn-waf-action")
_DEFAULT_SILENCE = timedelta(minutes=30)


def outcome_of(result: FetchResult, now: datetime) -> Outcome | None:
    """Return the outcome of an answer that holds no document; None for one that does."""
    if result.silent_until is not None:
        wait = max(timedelta(0), result.silent_until - now)
        return Outcome(kind="throttled", error=ErrorKind.THROTTLED, retry_after=wait)
    if result.error is not None:
        return Outcome(kind="error", error=result.error, http_status=result.status)
    status = result.status or 0
    if status == 304:
        return Outcome(kind="unchanged", http_status=status, fresh_for=fresh_for(result.headers, now))
    if status in {200, 226}:
        empty = not result.body.strip()
        return Outcome(kind="error", error=ErrorKind.EMPTY_BODY, http_status=status) if empty else None
    return _refused(result, status, now)


def reason(result: FetchResult) -> str:
    """Say in words why an answer holds no document."""
    if result.message or result.status in {None, 200, 226, 304}:
        return result.message
    challenge = next((f", {name}: {result.headers[name][:100]}" for name in _CHALLENGES if name in result.headers), "")
    return f"HTTP {result.status}{challenge}"


def _refused(result: FetchResult, status: int, now: datetime) -> Outcome:
    wait = retry_after(result.headers, now)
    # Some sites answer 403 where they mean 429; those that say until when can be told apart.
    spent = rate_limit_reset(result.headers, now)
    if status == 403:
        wait = wait if wait is not None else spent
    if status == 429 or (status in {403, 503} and wait is not None):
        wait = wait if wait is not None else spent
        silence = wait if wait is not None else _DEFAULT_SILENCE
        return Outcome(kind="throttled", error=ErrorKind.THROTTLED, http_status=status, retry_after=silence)
    if status == 410:
        return Outcome(kind="gone", error=ErrorKind.GONE, http_status=status)
    if any(name in result.headers for name in _CHALLENGES):
        return Outcome(kind="error", error=ErrorKind.BLOCKED_BY_SITE, http_status=status, retry_after=wait)
    return Outcome(kind="error", error=_by_status(status), http_status=status, retry_after=wait)


def _by_status(status: int) -> ErrorKind:
    if 400 <= status < 500:
        return ErrorKind.HTTP_4XX
    return ErrorKind.HTTP_5XX if status >= 500 else ErrorKind.BAD_RESPONSE
