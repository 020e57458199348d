"""Looking at feeds: a whole catalog, one of its feeds, an address, or a document in a file."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from agents.feeds.probe import Finding, Probe
from agents.poller.fetch import LARGEST_BODY, FetchResult
from pipeline.feeds.catalog import FIRST_ITEMS, Catalog, FeedSpec, PollerSpec
from pipeline.feeds.links import without_credentials
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.values import duration_text

AT_ONCE = 16
USER_AGENT = "khabar/0.1 (khabar feeds test)"


async def check(catalog: Catalog) -> list[tuple[str, Finding]]:
    """Look at every feed that is not paused once; in the order of the catalog."""
    room = asyncio.Semaphore(AT_ONCE)
    async with Probe(catalog.poller) as probe:

        async def look(feed: FeedSpec) -> Finding:
            async with room:
                return await probe.look(feed)

        feeds = [feed for feed in catalog.feeds if not feed.paused]
        return [(feed.id, found) for feed, found in zip(feeds, await asyncio.gather(*map(look, feeds)), strict=True)]


async def examine(target: str, catalog: Catalog | None) -> Finding | None:
    """Look at a feed of the catalog, an address or a file; None for what is none of them."""
    poller = catalog.poller if catalog else PollerSpec(user_agent=USER_AGENT)
    known = {name: feed for feed in (catalog.feeds if catalog else ()) for name in (feed.id, feed.url)}
    feed = known.get(target) or FeedSpec(id="test", url=target, first_items=FIRST_ITEMS)
    async with Probe(poller) as probe:
        if target in known or urlsplit(target).scheme in {"http", "https"}:
            return await probe.look(feed)
        body = _document(target)
        if body is None:
            return None
        if len(body) > LARGEST_BODY:
            return Finding(url=target, error=ErrorKind.TOO_LARGE, message=f"more than {LARGEST_BODY} bytes")
        return await probe.read(feed, FetchResult(final_url="", body=body))


def _document(target: str) -> bytes | None:
    try:
        with Path(target).open("rb") as source:
            return source.read(LARGEST_BODY + 1)
    except (OSError, ValueError):
        return None


def shown(feed: FeedSpec) -> dict[str, object]:
    """Return a feed of the catalog as it may be shown: no headers, no passwords."""
    found: dict[str, object] = {}
    for field in fields(feed):
        value = getattr(feed, field.name)
        if field.name == "headers":
            found[field.name] = sorted(value or ())
        else:
            found[field.name] = duration_text(value) if isinstance(value, timedelta) else value
    return found | {"url": without_credentials(feed.url)}
