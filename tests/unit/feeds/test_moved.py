"""A permanent redirect is believed slowly, and an adopted address is no prison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.feeds.moved import followed
from pipeline.feeds.outcome import ErrorKind, Outcome
from pipeline.feeds.schedule import FeedState

NOW = datetime(2026, 3, 3, tzinfo=UTC)
GOOD = Outcome(kind="unchanged")
BAD = Outcome(kind="error", error=ErrorKind.NOT_A_FEED)
NEW = "https://new.example/feed"


def after(*polls: tuple[Outcome, str | None], hours: float = 6.5, state: FeedState | None = None) -> FeedState:
    state = state or FeedState()
    for number, (outcome, url) in enumerate(polls):
        state = followed(state, outcome, url, NOW + timedelta(hours=hours * number))
    return state


def test_five_good_answers_over_a_day_move_a_feed() -> None:
    assert after(*[(GOOD, NEW)] * 4).address is None
    assert after(*[(GOOD, NEW)] * 5).address == NEW


def test_five_answers_in_an_hour_do_not() -> None:
    state = after(*[(GOOD, NEW)] * 5, hours=0.2)
    assert (state.address, state.moved_to, state.moved_answers) == (None, NEW, 5)
    assert followed(state, GOOD, NEW, NOW + timedelta(days=1)).address == NEW


def test_what_is_no_feed_behind_the_redirect_begins_the_count_anew() -> None:
    assert after(*[(GOOD, NEW)] * 4, (BAD, NEW), (GOOD, NEW)).moved_answers == 1
    empty = Outcome(kind="unchanged", error=ErrorKind.NO_ENTRIES)
    assert after(*[(empty, NEW)] * 9).moved_to is None


def test_another_end_or_an_answer_without_redirect_begins_the_count_anew() -> None:
    assert after(*[(GOOD, NEW)] * 4, (GOOD, "https://other.example/")).moved_answers == 1
    assert after(*[(GOOD, NEW)] * 4, (GOOD, None)).moved_to is None


def test_failures_and_silences_in_between_neither_count_nor_undo() -> None:
    broken = Outcome(kind="error", error=ErrorKind.TIMEOUT)
    silent = Outcome(kind="throttled")
    assert after((GOOD, NEW), (broken, None), (silent, None), *[(GOOD, NEW)] * 4).address == NEW


def test_an_adopted_address_that_fails_is_given_up() -> None:
    adopted = FeedState(address=NEW, etag='"1"', errors=5)
    back = followed(adopted, BAD, None, NOW)
    assert (back.address, back.etag) == (None, None)
    assert followed(FeedState(address=NEW, errors=4), BAD, None, NOW).address == NEW


def test_an_endless_address_is_not_adopted() -> None:
    assert after(*[(GOOD, NEW + "x" * 5000)] * 9).address is None
