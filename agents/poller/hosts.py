"""Manners towards hosts: two requests at once, a second between their starts, silence when asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime, timedelta

    from agents.poller.clock import Clock

AT_ONCE = 2
MOST_HOSTS = 20_000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    starts: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: datetime | None = None
    silent_until: datetime | None = None
    users: int = 0


class Hosts:
    """The hosts being polled."""

    def __init__(self, clock: Clock, spacing: timedelta, silences: Mapping[str, datetime] | None = None) -> None:
        """Space the starts of requests to one host by `spacing`; `silences` are promises made before, by host name."""
        self._clock = clock
        self._spacing = spacing
        self._hosts: OrderedDict[str, _Host] = OrderedDict()
        for name, until in (silences or {}).items():
            self._hosts[name] = _Host(silent_until=until)

    @asynccontextmanager
    async def slot(self, url: str) -> AsyncIterator[None]:
        """Hold a place at the host of `url`; waits for its turn."""
        host = self._host(url)
        host.users += 1
        try:
            async with host.slots:
                await self._turn(host)
                yield
        finally:
            host.users -= 1

    def silence(self, url: str, until: datetime) -> None:
        """Leave the host of `url` alone until a time; never shortens what was promised before."""
        host = self._host(url)
        if host.silent_until is None or host.silent_until < until:
            host.silent_until = until

    def silent_until(self, url: str) -> datetime | None:
        """Return the time until which the host asked to be left alone, None if that is over."""
        host = self._host(url)
        return host.silent_until if self._is_silent(host) else None

    def silent(self) -> int:
        """Count the hosts that asked to be left alone and still are."""
        return sum(1 for host in list(self._hosts.values()) if self._is_silent(host))

    def _is_silent(self, host: _Host) -> bool:
        return host.silent_until is not None and host.silent_until > self._clock.now()

    async def _turn(self, host: _Host) -> None:
        async with host.starts:
            now = self._clock.now()
            if host.free_at is not None and host.free_at > now:
                await self._clock.sleep((host.free_at - now).total_seconds())
            host.free_at = self._clock.now() + self._spacing

    def _host(self, url: str) -> _Host:
        name = host_name(url)
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        while len(self._hosts) > MOST_HOSTS:
            oldest = next(iter(self._hosts))
            if self._hosts[oldest].users or self._is_silent(self._hosts[oldest]):
                break
            del self._hosts[oldest]
        return host


def host_name(url: str) -> str:
    """Return the host of an address, with a port that is not the usual one; the address itself where it has none."""
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if not name:
        return url
    return name if port in {None, 80, 443} else f"{name}:{port}"
