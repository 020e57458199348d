"""Looking at a feed once, with everything the poller would make of it; nothing is sent or remembered."""

from __future__ import annotations

import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Self

from agents.poller.answer import outcome_of, reason
from agents.poller.children import ParseError, Pool
from agents.poller.clock import SystemClock
from agents.poller.fetch import Fetcher, FetchResult, Private
from agents.poller.hosts import Hosts
from pipeline.feeds.article import Received, entry_moment, raw_article
from pipeline.feeds.catalog import FeedSpec, PollerSpec
from pipeline.feeds.conditional import validators_of
from pipeline.feeds.discovery import COMMON_PATHS, FeedLink
from pipeline.feeds.identity import Origin, Seen, diff, usable_keys
from pipeline.feeds.links import absolute
from pipeline.feeds.opening import opened
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.parsed import ParsedFeed
from schemas.article import RawArticle

MOST_TRIED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look at an address brought: the answer, and the feed or why there is none."""

    url: str
    answer: FetchResult | None = None
    feed: ParsedFeed | None = None
    error: ErrorKind | None = None
    message: str = ""
    articles: tuple[RawArticle, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[str, ...] = ()
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Discovery:
    """The feeds found at an address, each one read; where there is none, what was looked at and is wrong."""

    feeds: tuple[Finding, ...] = ()
    failed: tuple[Finding, ...] = ()


class Probe:
    """Looks at addresses with the poller's own client, guard, manners and parsing process; a context manager."""

    def __init__(self, spec: PollerSpec) -> None:
        """Look as the poller of a catalog would."""
        self._clock = SystemClock()
        self._spec = spec
        self._stack = AsyncExitStack()
        self._pool = Pool(1)

    async def __aenter__(self) -> Self:
        """Open the client."""
        hosts = Hosts(self._clock, self._spec.host_spacing)
        self._fetcher = await self._stack.enter_async_context(Fetcher(self._spec, hosts))
        await self._stack.enter_async_context(self._pool)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close it."""
        await self._stack.aclose()

    async def look(self, feed: FeedSpec) -> Finding:
        """Fetch and read a feed."""
        result = await self._fetcher.fetch(feed.url, None, Private(feed.headers or {}, feed.url))
        outcome = outcome_of(result, self._clock.now())
        if outcome is not None:
            return Finding(url=feed.url, answer=result, error=outcome.error, message=reason(result))
        found = await self.read(feed, result)
        return replace(found, answer=result)

    async def read(self, feed: FeedSpec, result: FetchResult) -> Finding:
        """Read a document that is here."""
        language = result.headers.get("content-language")
        parsed = await self._pool.parse(
            result.body, charset=result.charset, base_url=result.final_url, language=language
        )
        if isinstance(parsed, ParseError):
            return Finding(url=feed.url, error=parsed.kind, message=parsed.message)
        return _examined(feed, parsed, result, self._clock.now())

    async def discover(self, url: str) -> Discovery:
        """Find feeds: the address itself, what its page declares, else the usual places on its host."""
        first = await self.look(FeedSpec(id="discovered", url=url))
        if first.feed is not None:
            return Discovery((first,))
        links = await self._links(first)
        if not links and first.error in {ErrorKind.NOT_A_FEED, ErrorKind.HTTP_4XX, ErrorKind.EMPTY_BODY}:
            base = first.answer.final_url if first.answer else url
            links = [FeedLink(url=place, kind="guess") for path in COMMON_PATHS if (place := absolute(path, base))]
        feeds, failed, seen = list[Finding](), [first], set[str]()
        for link in links[:MOST_TRIED]:
            found = await self.look(FeedSpec(id="discovered", url=link.url))
            if found.feed is None:
                failed.append(found)
                continue
            final = found.answer.final_url if found.answer else link.url
            if final not in seen:
                feeds.append(found)
            seen.add(final)
            if link.kind == "guess":
                break
        return Discovery(tuple(feeds), tuple(failed))

    async def _links(self, finding: Finding) -> list[FeedLink]:
        answer = finding.answer
        if answer is None or not answer.body or finding.error is not ErrorKind.NOT_A_FEED:
            return []
        links = await self._pool.links(answer.body, charset=answer.charset, base_url=answer.final_url)
        return [] if isinstance(links, ParseError) else links


def _examined(spec: FeedSpec, feed: ParsedFeed, result: FetchResult, now: datetime) -> Finding:
    origin = Origin(feed_id=spec.id, site=feed.link, guid_unstable=spec.guid_unstable)
    received = Received(
        fetched=now,
        final_url=result.final_url,
        status=result.status or 200,
        body_sha256=hashlib.sha256(result.body).hexdigest(),
        etag=validators_of(result.headers).etag,
        language=result.headers.get("content-language"),
    )
    found = diff(origin, Seen(), feed.entries, now.timestamp())
    kept, withheld = opened(found, spec.first_items, partial(entry_moment, spec=spec))
    return Finding(
        url=spec.url,
        feed=feed,
        error=None if feed.entries else ErrorKind.NO_ENTRIES,
        articles=tuple(raw_article(spec, feed, change, received, found.warnings) for change in kept.changes),
        keys=tuple(usable_keys(origin, feed.entries)),
        warnings=tuple(sorted({*feed.warnings, *found.warnings})),
        withheld=withheld,
    )
