"""A document that was read against what has been seen: the articles it gives. The poller and replays share this."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pipeline.feeds.article import Received, entry_moment, raw_article
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import Diff, Origin, Seen, diff
from pipeline.feeds.opening import opened
from pipeline.feeds.parsed import ParsedFeed
from schemas.article import RawArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a document changed. `withheld` counts items of a first document beyond its limit."""

    found: Diff
    articles: tuple[RawArticle, ...]
    warnings: tuple[str, ...]
    withheld: int = 0


def compared(  # noqa: PLR0913 - what a poll knows, all of it named
    spec: FeedSpec, feed: ParsedFeed, seen: Seen, received: Received, *, first: bool, complete: bool = True
) -> Compared:
    """Compare a document with what has been seen; `first` says that nothing of the feed was ever read."""
    origin = Origin(feed_id=spec.id, site=feed.link, guid_unstable=spec.guid_unstable)
    found, withheld = diff(origin, seen, feed.entries, received.fetched.timestamp()), 0
    if first:
        found, withheld = opened(found, spec.first_items, partial(entry_moment, spec=spec))
    holds = {
        "entries_dropped": feed.dropped,
        "incomplete": not complete,
        "first_poll": first and feed.entries,
        "entries_withheld": withheld,
    }
    warnings = tuple(sorted({*found.warnings, *(name for name, held in holds.items() if held)}))
    articles = tuple(raw_article(spec, feed, change, received, warnings) for change in found.changes)
    return Compared(found=found, articles=articles, warnings=warnings, withheld=withheld)
