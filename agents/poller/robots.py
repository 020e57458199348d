"""What robots.txt of a host allows (RFC 9309), for pages of linked articles; feeds are asked for by people."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from agents.poller.children import ParseError, Pool
from agents.poller.clock import Clock
from agents.poller.fetch import Fetcher
from pipeline.feeds.outcome import ErrorKind

KEEP = timedelta(hours=24)
KEEP_UNREACHABLE = timedelta(hours=1)
MOST_BYTES = 512 * 1024
MOST_HOSTS = 1000
MOST_BYTES_KEPT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a page may be asked for, and how far apart in seconds requests to its host should be."""

    allowed: bool
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class _Rules:
    """A robots.txt; None stands for one that cannot be reached, which forbids everything."""

    text: bytes | None
    until: datetime


class Robots:
    """The rules of the hosts asked last."""

    def __init__(self, fetcher: Fetcher, pool: Pool, clock: Clock, user_agent: str) -> None:
        """Ask as `user_agent`, of whose name the part before the version counts."""
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._agent = user_agent.partition("/")[0].split(" ")[0].lower()
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def permission(self, url: str) -> Permission:
        """Say whether a page may be asked for."""
        text = await self._text(url)
        if text is None:
            return Permission(allowed=False)
        if not text.strip():
            return Permission(allowed=True)
        answer = await self._pool.ask({"task": "robots", "url": url, "agent": self._agent}, text)
        if isinstance(answer, ParseError):
            return Permission(allowed=False)
        delay = answer["delay"]
        usable = isinstance(delay, int | float) and math.isfinite(delay) and delay > 0
        return Permission(allowed=answer["allowed"], delay=float(delay) if usable else 0.0)

    async def _text(self, url: str) -> bytes | None:
        parts = urlsplit(url)
        place = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/robots.txt", "", ""))
        async with self._asking.setdefault(place, asyncio.Lock()):
            known = self._rules.get(place)
            if known is None or known.until <= self._clock.now():
                known = await self._fetched(place)
                self._rules[place] = known
        self._asking.pop(place, None)
        self._rules[place] = self._rules.pop(place, known)
        while len(self._rules) > MOST_HOSTS or self._kept() > MOST_BYTES_KEPT:
            self._rules.popitem(last=False)
        return known.text

    async def _fetched(self, place: str) -> _Rules:
        """Get a robots.txt: none there allows all, none to be had forbids all for an hour."""
        result = await self._fetcher.fetch(place)
        now, status = self._clock.now(), result.status or 0
        if result.error is ErrorKind.REDIRECT_LOOP or (400 <= status < 500 and status != 429):
            return _Rules(b"", now + KEEP)
        if result.error is not None or status != 200:
            return _Rules(None, now + KEEP_UNREACHABLE)
        return _Rules(result.body[:MOST_BYTES], now + KEEP)

    def _kept(self) -> int:
        return sum(len(rules.text or b"") for rules in self._rules.values())
