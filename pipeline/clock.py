"""Event time: what state expires by. No stage looks at a clock."""

from __future__ import annotations

from datetime import UTC, datetime

HOUR = 3600
# One record moves a clock by a day at most, so that a wrong date cannot empty a window.
LONGEST_STEP = 24 * HOUR


def seconds(text: str | None) -> int | None:
    """Return an RFC 3339 time as seconds since 1970, None when it is none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def advanced(clock: int | None, time: int | None) -> int:
    """Move a clock to the time of a record; it never goes back and never far at once."""
    if clock is None:
        return time or 0
    return clock if time is None else max(clock, min(time, clock + LONGEST_STEP) if clock else time)
