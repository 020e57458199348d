"""When a permanent redirect is believed: an outage page behind a 301 must not take a feed away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.feeds.outcome import Outcome
from pipeline.feeds.schedule import FeedState

ANSWERS = 5
AFTER = timedelta(hours=24)
BACK_AFTER_ERRORS = 5
LONGEST_ADDRESS = 4096


def followed(state: FeedState, outcome: Outcome, permanent_url: str | None, now: datetime) -> FeedState:
    """Count redirects that were permanent all the way, and adopt their end after five good answers over a day.

    A good answer is a feed with items, or one unchanged since it was read. An adopted address that fails five times
    running is given up for that of the catalog.
    """
    if outcome.ours or outcome.kind == "throttled":
        return state
    if state.address and state.errors >= BACK_AFTER_ERRORS:
        return replace(_uncounted(state), address=None, etag=None, last_modified=None)
    good = outcome.kind in {"changed", "unchanged"} and outcome.error is None
    usable = permanent_url is not None and len(permanent_url) <= LONGEST_ADDRESS
    if good and usable:
        return _counted(state, str(permanent_url), now)
    # Neither a good answer without a redirect nor a redirect to something else than a feed speaks for a move.
    return _uncounted(state) if good or usable else state


def _counted(state: FeedState, permanent_url: str, now: datetime) -> FeedState:
    if permanent_url != state.moved_to:
        return replace(state, moved_to=permanent_url, moved_since=now, moved_answers=1)
    state = replace(state, moved_answers=state.moved_answers + 1)
    old = state.moved_since is not None and now - state.moved_since >= AFTER
    return replace(_uncounted(state), address=permanent_url) if old and state.moved_answers >= ANSWERS else state


def _uncounted(state: FeedState) -> FeedState:
    return replace(state, moved_to=None, moved_since=None, moved_answers=0)
