"""The health of the feeds of a catalog, from what the poller remembers. Reading disturbs no poller at work."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from agents.feeds.words import in_words
from agents.poller.state import StateError, Stored, load_state
from pipeline.feeds.catalog import Catalog, FeedSpec
from pipeline.feeds.dates import rfc3339
from pipeline.feeds.identity import load_seen
from pipeline.feeds.links import without_credentials
from pipeline.feeds.outcome import ErrorKind

DAY = timedelta(days=1)
State = Literal["ok", "new", "paused", "error", "gone", "throttled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a feed does. Times are RFC 3339 UTC, `interval` in seconds, `new` counts articles of the last 24 hours.

    `moved_to` is the address it has moved to for good, `moving_to` where its redirects have pointed for `moving_polls`
    polls.
    """

    id: str
    url: str
    state: State
    last_ok: str | None = None
    last_polled: str | None = None
    next_poll: str | None = None
    interval: float | None = None
    new: int = 0
    known: int = 0
    errors_in_a_row: int = 0
    error: str | None = None
    why: str = ""
    moved_to: str | None = None
    moving_to: str | None = None
    moving_polls: int = 0

    @property
    def is_broken(self) -> bool:
        """Whether its latest polls failed."""
        return self.state in {"error", "gone"}


def health_of(catalog: Catalog, remembered: dict[str, Stored], now: datetime) -> list[Health]:
    """Tell the health of every feed, in the order of the catalog."""
    return [_health(feed, remembered.get(feed.id), now) for feed in catalog.feeds]


def remembered(file: Path) -> dict[str, Stored]:
    """Read what a poller remembers, by feed; nothing where it has never run.

    Raises:
        StateError: the file cannot be read.
    """
    if not file.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)) as database:
            rows = database.execute("select id, url, state, seen from feeds").fetchall()
        return {row[0]: Stored(row[1], load_state(row[2]), load_seen(row[3])) for row in rows}
    except (sqlite3.Error, ValueError) as error:
        raise StateError(f"{file}: {error}") from error


def _health(feed: FeedSpec, stored: Stored | None, now: datetime) -> Health:
    url = without_credentials(feed.url)
    if stored is None or stored.url != feed.url:
        return Health(id=feed.id, url=url, state="paused" if feed.paused else "new")
    state, articles = stored.state, stored.seen.articles.values()
    since = (now - DAY).timestamp()
    # A feed without items is not broken, but somebody should know.
    error = state.last_error if state.errors or state.last_error == ErrorKind.THROTTLED else None
    return Health(
        id=feed.id,
        url=url,
        state=_state(feed, state.errors, state.last_error),
        last_ok=_time(state.last_ok),
        last_polled=_time(state.last_polled),
        next_poll=None if feed.paused else _time(state.next_poll),
        interval=state.interval,
        new=sum(1 for known in articles if known.version and known.first >= since),
        known=len(articles),
        errors_in_a_row=state.errors,
        error=error,
        why=in_words(error, state.last_message),
        moved_to=without_credentials(state.address) if state.address else None,
        moving_to=without_credentials(state.moved_to) if state.moved_to else None,
        moving_polls=state.moved_answers,
    )


def _state(feed: FeedSpec, errors: int, last_error: str | None) -> State:
    if feed.paused:
        return "paused"
    if errors:
        return "gone" if last_error == ErrorKind.GONE else "error"
    return "throttled" if last_error == ErrorKind.THROTTLED else "ok"


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
