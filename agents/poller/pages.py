"""The text of the pages that items link to, for feeds whose catalog entry asks for it.

Pages are asked for with the manners, the guard and the caps of feeds, where robots.txt allows it, and read in a process
that can be killed. A poll waits for its pages, but not for long: what cannot be had in time is sent without.
"""

from __future__ import annotations

import asyncio
import importlib.util
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Self

from agents.poller.children import ParseError, Pool
from agents.poller.clock import Clock
from agents.poller.fetch import Fetcher, FetchResult
from agents.poller.hosts import Hosts, host_name
from agents.poller.robots import Robots
from pipeline.feeds.article import with_page
from pipeline.feeds.catalog import Catalog, CatalogError, PollerSpec
from pipeline.feeds.conditional import retry_after
from pipeline.feeds.outcome import ErrorKind
from schemas.article import RawArticle

LARGEST_PAGE = 2 * 1024 * 1024
PAGE_TIMEOUT = 15.0
ATTEMPTS = 2
AT_ONCE = 4
# All pages of a poll together; then its items go without.
PATIENCE = 90.0
LONGEST_DELAY = 30.0
SILENCE = timedelta(minutes=30)
_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_PASSING = frozenset({ErrorKind.TIMEOUT, ErrorKind.CONNECT, ErrorKind.DNS, ErrorKind.BAD_RESPONSE})


class Pages:
    """Fetches and reads pages; use it as an asynchronous context manager."""

    def __init__(self, spec: PollerSpec, hosts: Hosts, clock: Clock, *, patience: float = PATIENCE) -> None:
        """Take turns at `hosts` with the feeds; give up what is not there after `patience` seconds a poll."""
        self._hosts = hosts
        self._clock = clock
        self._patience = patience
        self._stack = AsyncExitStack()
        self._pool = Pool(1, module="agents.poller.page_child")
        self._fetcher = Fetcher(spec, hosts, timeout=PAGE_TIMEOUT, largest=LARGEST_PAGE, accept=_ACCEPT)
        self._robots = Robots(self._fetcher, self._pool, clock, spec.user_agent)
        self._free_at: dict[str, datetime] = {}

    async def __aenter__(self) -> Self:
        """Open the client."""
        await self._stack.enter_async_context(self._fetcher)
        await self._stack.enter_async_context(self._pool)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close it and end the process."""
        await self._stack.aclose()

    async def complete(self, articles: tuple[RawArticle, ...]) -> tuple[RawArticle, ...]:
        """Return the articles with the texts of their pages, in their order; nothing else of them changes."""
        room = asyncio.Semaphore(AT_ONCE)
        deadline = asyncio.get_running_loop().time() + self._patience

        async def one(article: RawArticle) -> RawArticle:
            if article.pubstatus != "usable":
                return article
            try:
                async with asyncio.timeout_at(deadline), room:
                    return await self._completed(article)
            except TimeoutError:
                return with_page(article, "failed")

        return tuple(await asyncio.gather(*map(one, articles)))

    async def _completed(self, article: RawArticle) -> RawArticle:
        if article.url is None:
            return with_page(article, "failed")
        permission = await self._robots.permission(article.url)
        if not permission.allowed:
            return with_page(article, "robots")
        if permission.delay > LONGEST_DELAY:
            return with_page(article, "failed")
        result = await self._page(article.url, permission.delay)
        if result is None:
            return with_page(article, "failed")
        head = {"task": "page", "charset": result.charset, "base_url": result.final_url}
        answer = await self._pool.ask(head, result.body)
        if isinstance(answer, ParseError):
            return with_page(article, "failed")
        return with_page(article, "fetched", answer["text"], answer["canonical"], answer["extractor"])

    async def _page(self, url: str, delay: float) -> FetchResult | None:
        for _ in range(ATTEMPTS):
            await self._turn(url, delay)
            result = await self._fetcher.fetch(url)
            status = result.status or 0
            if status == 200 and not result.error:
                kind = result.headers.get("content-type", "text/html").lower()
                return result if "html" in kind and result.complete and await self._lands(url, result) else None
            if status in {429, 503}:
                self._silence(result)
                return None
            if result.error not in _PASSING and status < 500:
                return None
        return None

    async def _lands(self, url: str, result: FetchResult) -> bool:
        """Say whether the page may be used: its robots.txt counts too where a redirect led elsewhere."""
        return result.final_url == url or (await self._robots.permission(result.final_url)).allowed

    async def _turn(self, url: str, delay: float) -> None:
        """Wait as long as robots.txt asks between two pages of a host."""
        if not delay:
            return
        host, now = host_name(url), self._clock.now()
        start = max(now, self._free_at.get(host, now))
        self._free_at = {name: time for name, time in self._free_at.items() if time > now}
        self._free_at[host] = start + timedelta(seconds=delay)
        if start > now:
            await self._clock.sleep((start - now).total_seconds())

    def _silence(self, result: FetchResult) -> None:
        now = self._clock.now()
        wait = retry_after(result.headers, now)
        self._hosts.silence(result.final_url, now + (wait if wait is not None else SILENCE))


def wanted(catalog: Catalog) -> bool:
    """Say whether a feed of the catalog asks for the text of pages.

    Raises:
        CatalogError: it does, and the package that reads pages is not installed.
    """
    feed = next((feed for feed in catalog.feeds if feed.fulltext and not feed.paused), None)
    if feed is not None and importlib.util.find_spec("trafilatura") is None:
        raise CatalogError(f"feed {feed.id}: fulltext needs the extra: pip install 'khabar-pipeline[fulltext]'")
    return feed is not None
