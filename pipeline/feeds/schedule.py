"""When a feed is polled next: an interval that follows the feed, floors the server sets, back-off after errors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.feeds.timetable import Timetable

if TYPE_CHECKING:
    from pipeline.feeds.catalog import FeedSpec
    from pipeline.feeds.outcome import Outcome

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
FIRST = timedelta(minutes=30)
SPREAD = timedelta(minutes=10)
SPREAD_PER_FEED = timedelta(seconds=1)
OWN_NETWORK_RETRY = timedelta(minutes=2)
WHOLE_AFTER = timedelta(hours=24)
WHOLE_AFTER_ANSWERS = 3
MOST_CONDITIONAL = 100
GONE_INTERVAL = timedelta(days=30)
GONE_ANSWERS = 3
GONE_AFTER = timedelta(hours=48)
HALF_LIFE = timedelta(days=7)
LONGEST_WAIT = timedelta(days=7)
NEW_PER_POLL = 0.5
JITTER = 0.1
_MOST_DOUBLINGS = 12
_PARTIAL = frozenset({226, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed beside its seen entries. `rate` is new entries a second, a moving average.

    `address` is where the feed has moved for good (None: it has not), `moved_to` where it seems to be moving.
    `whole_at` is when the document was last given whole, `partial_answers` how often it was not since then (304, 226).
    `letter_at` is when a document of it that could not be read was last kept as a dead letter.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    polls: int = 0
    last_polled: datetime | None = None
    last_ok: datetime | None = None
    next_poll: datetime | None = None
    interval: float | None = None
    rate: float | None = None
    errors: int = 0
    last_error: str | None = None
    gone_since: datetime | None = None
    gone_answers: int = 0
    whole_at: datetime | None = None
    partial_answers: int = 0
    ttl: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    last_message: str | None = None
    address: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_answers: int = 0
    letter_at: datetime | None = None


def whole_is_due(state: FeedState, now: datetime) -> bool:
    """Say whether to ask for the whole document whatever the validators say: a server may answer 304 for ever."""
    if state.partial_answers >= MOST_CONDITIONAL:
        return True
    old = state.whole_at is not None and now - state.whole_at >= WHOLE_AFTER
    return old and state.partial_answers >= WHOLE_AFTER_ANSWERS


def advance(spec: FeedSpec, state: FeedState, outcome: Outcome, now: datetime) -> FeedState:
    """Return the state after a poll: rate, interval, error counters and the time of the next poll."""
    after = replace(
        _counted(state, outcome, now),
        polls=state.polls + 1,
        last_polled=now,
        rate=_rate(state, outcome, now),
    )
    if outcome.ours:
        return replace(after, next_poll=now + OWN_NETWORK_RETRY * (1 + _fraction(f"{spec.id}:{after.polls}")))
    after = replace(after, interval=_interval(spec, after, outcome).total_seconds())
    return replace(after, next_poll=next_poll(spec, after, outcome, now))


def next_poll(spec: FeedSpec, state: FeedState, outcome: Outcome, now: datetime) -> datetime:
    """Say when to poll next: the interval with jitter, not before what the server asked for."""
    interval = timedelta(seconds=state.interval or FIRST.total_seconds())
    if state.gone_answers >= GONE_ANSWERS and state.gone_since and now - state.gone_since >= GONE_AFTER:
        interval = GONE_INTERVAL
    wait = interval * (1 + JITTER * (2 * _fraction(f"{spec.id}:{state.polls}") - 1))
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, LONGEST_WAIT))
    if spec.min_interval is not None:
        return now + wait
    floors = (outcome.fresh_for, timedelta(seconds=state.ttl) if state.ttl else None)
    wait = max(wait, min(max((floor for floor in floors if floor), default=wait), LONGEST))
    return Timetable(skip_hours=state.skip_hours, skip_days=state.skip_days).open_from(now + wait)


def first_poll(spec: FeedSpec, start: datetime, feeds: int) -> datetime:
    """Spread the first polls of a catalog: a second a feed, ten minutes at most, each feed always at the same place."""
    return start + min(SPREAD, SPREAD_PER_FEED * feeds) * _fraction(spec.id)


def after_silence(spec: FeedSpec, until: datetime, now: datetime) -> datetime:
    """Spread the return of the feeds of a host that asked to be left alone over a tenth of that time."""
    return until + min((until - now) * JITTER, SHORTEST) * _fraction(spec.id)


def _counted(state: FeedState, outcome: Outcome, now: datetime) -> FeedState:
    if outcome.kind in {"changed", "unchanged"}:
        well = replace(state, errors=0, last_error=None, last_ok=now, gone_since=None, gone_answers=0)
        return _told(well, outcome, now)
    if outcome.ours:
        return replace(state, last_error=str(outcome.error))
    if outcome.kind == "throttled":
        return replace(state, last_error=str(outcome.error or "throttled"))
    error = str(outcome.error or outcome.kind)
    if outcome.kind == "gone":
        since = state.gone_since or now
        return replace(
            state, errors=state.errors + 1, last_error=error, gone_since=since, gone_answers=state.gone_answers + 1
        )
    return replace(state, errors=state.errors + 1, last_error=error)


def _told(state: FeedState, outcome: Outcome, now: datetime) -> FeedState:
    """Take over what the document said of itself, and count the answers that were not whole."""
    if outcome.http_status in _PARTIAL:
        state = replace(state, whole_at=state.whole_at or now, partial_answers=state.partial_answers + 1)
    else:
        state = replace(state, whole_at=now, partial_answers=0)
    times = outcome.timetable
    if times is None:
        return state
    ttl = times.minutes * 60.0 if times.minutes else None
    return replace(state, ttl=ttl, skip_hours=times.skip_hours, skip_days=times.skip_days)


def _rate(state: FeedState, outcome: Outcome, now: datetime) -> float:
    """Average the rate of new entries with a half-life of a week; the first answer says nothing about the rate."""
    prior = NEW_PER_POLL / FIRST.total_seconds()
    if state.rate is None or state.last_ok is None:
        return state.rate or prior
    if outcome.kind not in {"changed", "unchanged"}:
        return state.rate
    elapsed = max(1.0, (now - state.last_ok).total_seconds())
    weight = 0.5 ** (elapsed / HALF_LIFE.total_seconds())
    return float(state.rate * weight + outcome.new / elapsed * (1 - weight))


def _interval(spec: FeedSpec, state: FeedState, outcome: Outcome) -> timedelta:
    shortest = spec.min_interval or SHORTEST
    longest = max(LONGEST, shortest)
    rate = state.rate or 0.0
    seconds = NEW_PER_POLL / rate if rate > 0 else longest.total_seconds()
    interval = min(max(timedelta(seconds=min(seconds, longest.total_seconds())), shortest), longest)
    if spec.interval is not None:
        interval, longest = spec.interval, max(longest, spec.interval)
    if outcome.kind in {"error", "gone"}:
        interval = min(interval * 2 ** min(state.errors, _MOST_DOUBLINGS), longest)
    return interval


def _fraction(text: str) -> float:
    """Map a text to [0, 1), always the same."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6], "big") / 2**48
