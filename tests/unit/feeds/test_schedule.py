"""The interval follows the feed, within what the server and the operator allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.outcome import ErrorKind, Outcome
from pipeline.feeds.schedule import LONGEST, SHORTEST, FeedState, advance, first_poll, whole_is_due
from pipeline.feeds.timetable import LONGEST_MINUTES, Timetable

SPEC = FeedSpec(id="dailyexample", url="https://example.pk/feed/")
NOW = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
QUIET = Outcome(kind="unchanged")


def run(
    outcomes: list[Outcome], *, spec: FeedSpec = SPEC, state: FeedState | None = None
) -> tuple[FeedState, datetime]:
    """Poll as the schedule says; returns the last state and the time of the last poll."""
    now, after = NOW, state or FeedState()
    for outcome in outcomes:
        if after.next_poll:
            now = after.next_poll
        after = advance(spec, after, outcome, now)
    return after, now


def wait(after: FeedState, now: datetime) -> timedelta:
    assert after.next_poll is not None
    return after.next_poll - now


def test_the_first_interval_is_half_an_hour_whatever_the_first_answer_holds() -> None:
    after, now = run([Outcome(kind="changed", new=500)])
    assert timedelta(minutes=27) <= wait(after, now) <= timedelta(minutes=33)


def test_a_busy_feed_is_polled_every_five_minutes() -> None:
    after, now = run([Outcome(kind="changed", new=20)] * 300)
    assert after.interval == SHORTEST.total_seconds()
    assert wait(after, now) <= timedelta(minutes=5.5)


def test_a_silent_feed_is_polled_ever_more_seldom_and_daily_in_the_end() -> None:
    week, _ = run([QUIET] * 100)
    year, now = run([QUIET] * 1000)
    assert (week.interval or 0) < (year.interval or 0) == LONGEST.total_seconds()
    assert timedelta(hours=21) < wait(year, now) < timedelta(hours=27)


def test_the_interval_aims_at_half_a_new_entry_a_poll() -> None:
    state = FeedState(rate=24 / 86_400, last_ok=NOW - timedelta(hours=1), polls=5)
    after = advance(SPEC, state, Outcome(kind="changed", new=1), NOW)
    assert after.interval == pytest.approx(1800, rel=0.01)


@pytest.mark.parametrize(
    "floor",
    [{"fresh_for": timedelta(hours=2)}, {"timetable": Timetable(minutes=120)}, {"retry_after": timedelta(hours=2)}],
)
def test_what_the_server_asks_for_is_a_floor(floor: dict[str, Any]) -> None:
    after, now = run([Outcome(kind="changed", **floor)])
    assert wait(after, now) == timedelta(hours=2)


def test_floors_are_capped_at_a_day_and_retry_after_at_a_week() -> None:
    after, now = run([Outcome(kind="unchanged", fresh_for=timedelta(days=365))])
    assert wait(after, now) == timedelta(days=1)
    after, now = run([Outcome(kind="throttled", retry_after=timedelta(days=365))])
    assert wait(after, now) == timedelta(days=7)


def test_the_operators_interval_overrides_max_age_but_not_retry_after() -> None:
    spec = replace(SPEC, min_interval=timedelta(minutes=1))
    after, now = run([Outcome(kind="changed", fresh_for=timedelta(hours=2))], spec=spec)
    assert wait(after, now) < timedelta(minutes=40)
    after, now = run([Outcome(kind="throttled", retry_after=timedelta(hours=2))], spec=spec)
    assert wait(after, now) == timedelta(hours=2)


def test_errors_back_off_to_a_day_and_never_stop_and_one_success_resets() -> None:
    error = Outcome(kind="error", error=ErrorKind.HTTP_5XX)
    waits = []
    state, now = FeedState(), NOW
    for _ in range(40):
        state = advance(SPEC, state, error, now)
        waits.append(wait(state, now))
        now = state.next_poll or now
    assert waits[0] < waits[1] < waits[2] < waits[3]
    assert max(waits) <= LONGEST * 1.1
    assert state.errors == 40
    well = advance(SPEC, state, QUIET, now)
    assert (well.errors, well.last_error) == (0, None)
    assert wait(well, now) < timedelta(minutes=40)


def test_being_throttled_is_no_error() -> None:
    after, _ = run([Outcome(kind="throttled", error=ErrorKind.THROTTLED, retry_after=timedelta(minutes=1))] * 5)
    assert after.errors == 0


def test_a_feed_gone_for_two_days_is_checked_monthly() -> None:
    gone = Outcome(kind="gone", error=ErrorKind.GONE)
    after, now = run([gone] * 8)
    assert now - NOW > timedelta(hours=48)
    assert wait(after, now) > timedelta(days=26)


def test_first_polls_are_spread_and_always_at_the_same_place() -> None:
    specs = [replace(SPEC, id=f"feed{number}") for number in range(2000)]
    places = [first_poll(spec, NOW, len(specs)) for spec in specs]
    assert places == [first_poll(spec, NOW, len(specs)) for spec in specs]
    minutes = {int((place - NOW).total_seconds() // 60) for place in places}
    assert minutes == set(range(10))
    assert first_poll(SPEC, NOW, 1) - NOW < timedelta(seconds=1)


def test_a_failure_of_our_own_network_counts_for_nothing_and_is_tried_soon() -> None:
    state, _ = run([Outcome(kind="changed", new=1)])
    after = advance(SPEC, state, Outcome(kind="error", error=ErrorKind.DNS, ours=True), NOW)
    assert (after.errors, after.interval, after.last_error) == (0, state.interval, "dns")
    assert timedelta(minutes=2) <= wait(after, NOW) <= timedelta(minutes=4)


def test_what_a_feed_said_of_itself_still_holds_after_304() -> None:
    told = Outcome(kind="changed", http_status=200, timetable=Timetable(minutes=90))
    after, now = run([told, Outcome(kind="unchanged", http_status=304)])
    assert wait(after, now) == timedelta(minutes=90)


def test_hours_and_days_to_skip_are_left_out() -> None:
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    times = Timetable(skip_hours=(0, 1), skip_days=(4,))
    after = advance(SPEC, FeedState(), Outcome(kind="changed", http_status=200, timetable=times), friday)
    assert after.next_poll == datetime(2026, 3, 7, 2, tzinfo=UTC)
    whole_week = Timetable(skip_days=tuple(range(7)))
    after = advance(SPEC, FeedState(), Outcome(kind="changed", http_status=200, timetable=whole_week), friday)
    assert wait(after, friday) < timedelta(minutes=34)


def test_the_whole_document_is_asked_for_once_in_a_hundred_answers_or_a_day() -> None:
    same = Outcome(kind="unchanged", http_status=304)
    state = advance(SPEC, FeedState(), Outcome(kind="changed", http_status=200), NOW)
    for _ in range(99):
        state = advance(SPEC, state, same, NOW)
    assert not whole_is_due(state, NOW)
    assert whole_is_due(state, NOW + timedelta(hours=24))
    assert whole_is_due(advance(SPEC, state, same, NOW), NOW)
    again = advance(SPEC, state, Outcome(kind="unchanged", http_status=200), NOW + timedelta(hours=25))
    assert not whole_is_due(again, NOW + timedelta(hours=26))


outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(["changed", "unchanged", "error", "throttled", "gone"]),
    new=st.integers(0, 5000),
    retry_after=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    fresh_for=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    timetable=st.none() | st.builds(Timetable, minutes=st.none() | st.integers(1, LONGEST_MINUTES)),
    http_status=st.sampled_from([None, 200, 226, 304]),
    ours=st.booleans(),
)


@given(st.lists(outcomes, min_size=1, max_size=30))
def test_the_next_poll_is_always_within_bounds(history: list[Outcome]) -> None:
    after, now = run(history)
    limit = (
        timedelta(days=33) if after.gone_answers else timedelta(days=7.1) if history[-1].retry_after else LONGEST * 1.1
    )
    least = timedelta(minutes=2) if history[-1].ours else SHORTEST * 0.9
    assert least <= wait(after, now) <= limit
    assert run(history) == (after, now)


def test_an_interval_of_the_operators_replaces_the_one_that_follows_the_feed_but_no_floor_and_no_back_off() -> None:
    spec = replace(SPEC, interval=timedelta(minutes=15))
    for outcome in (QUIET, Outcome(kind="changed", new=50)):
        after, now = run([outcome] * 50, spec=spec)
        assert timedelta(minutes=13.5) <= wait(after, now) <= timedelta(minutes=16.5)
    after, now = run([Outcome(kind="unchanged", fresh_for=timedelta(hours=2))], spec=spec)
    assert wait(after, now) >= timedelta(hours=2)
    after, _ = run([Outcome(kind="error", error=ErrorKind.HTTP_5XX)] * 3, spec=spec)
    assert after.interval == 8 * 15 * 60
    assert run([QUIET], spec=replace(SPEC, interval=timedelta(days=7)))[0].interval == 7 * 86_400
