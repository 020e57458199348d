"""A document that was read against what has been seen: the articles it gives. The poller and replays share this."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from pipeline.feeds.article import Received, canceled_article, entry_moment, raw_article
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import Diff, Origin, Seen, diff
from pipeline.feeds.opening import opened
from pipeline.feeds.parsed import ParsedFeed
from pipeline.feeds.tombstones import withdrawn
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
    now = received.fetched.timestamp()
    found, withheld = diff(origin, seen, feed.entries, now), 0
    if first:
        found, withheld = opened(found, spec.first_items, partial(entry_moment, spec=spec))
    holds = {
        "entries_dropped": feed.dropped,
        "incomplete": not complete,
        "first_poll": first and feed.entries,
        "entries_withheld": withheld,
    }
    warnings = tuple(sorted({*found.warnings, *(name for name, held in holds.items() if held)}))
    articles = [raw_article(spec, feed, change, received, warnings) for change in found.changes]
    kept, taken_back = withdrawn(origin, found.seen, feed.deleted, feed.entries, now)
    articles += [canceled_article(spec, feed, one, received, warnings) for one in taken_back]
    found = replace(found, seen=kept)
    return Compared(found=found, articles=tuple(articles), warnings=warnings, withheld=withheld)
