"""State and health of a feed (topic news.feeds, compacted, key = feed url)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """What the poller last learned of a feed. Times are RFC 3339 UTC; `interval` in seconds.

    `memory` is only in records of the key "address#memory": all the poller remembers of the feed, for pollers alone.
    """

    schema: str = "feed_status/1.1"
    feed_id: str
    url: str
    state: Literal["ok", "unchanged", "error", "throttled", "gone"]
    last_polled: str
    last_ok: str | None = None
    next_poll: str | None = None
    interval: float | None = None
    http_status: int | None = None
    error: str | None = None
    errors_in_a_row: int = 0
    items: int = 0
    new_items: int = 0
    etag: str | None = None
    last_modified: str | None = None
    memory: str | None = None
