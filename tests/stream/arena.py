"""One attack at a time against a whole poller, with a good feed beside it, and what it cost."""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import psutil
import pytest

from agents.poller import guard
from agents.poller.emit import BrokerEmitter
from agents.poller.fetch import Fetcher
from agents.poller.loop import make_poller
from agents.poller.poll import Polled, Poller
from agents.poller.state import MemoryStore
from pipeline.feeds.catalog import Catalog, FeedSpec, PollerSpec
from schemas import codec
from schemas.article import RawArticle
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, Raw, answer, rss

# Addresses of loopback that begin so stand for servers of the public internet; all others of it stay forbidden.
OUTSIDE = "127.7."
GOOD = f"{OUTSIDE}255.1"
SECONDS = 2.0
FETCH_SECONDS = 3.0


_ASKED: set[str] = set()


@dataclass(frozen=True, slots=True)
class Toll:
    """What an attack came to: the error, processor seconds of parser and poller, the parser's memory, and side effects."""

    error: str | None
    parser_cpu: float
    poller_cpu: float
    parser_bytes: int
    good: bool
    opened: tuple[str, ...]
    connected: tuple[str, ...]
    articles: tuple[RawArticle, ...]

    def faults(self) -> list[str]:
        """Say what must not be."""
        found = []
        if self.parser_cpu > SECONDS or self.poller_cpu > SECONDS:
            found.append(f"parser {self.parser_cpu:.2f} s, poller {self.poller_cpu:.2f} s of processor time")
        if self.parser_bytes > 2**30:
            found.append(f"{self.parser_bytes >> 20} MiB")
        if not self.good:
            found.append("the good feed was not read")
        found += [f"opened {name}" for name in self.opened] + [f"connected to {place}" for place in self.connected]
        return found


class Arena:
    """A poller of two parsing processes and a server at all of loopback; use it as an asynchronous context manager."""

    def __init__(self) -> None:
        self.server = FeedServer(host="0.0.0.0")
        self.broker = FakeBroker()
        self._stack = AsyncExitStack()
        self._patch = pytest.MonkeyPatch()
        self._number = 0

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.server)
        public = guard.is_public
        self._patch.setattr(guard, "is_public", lambda address: address.startswith(OUTSIDE) or public(address))
        self._patch.setattr(guard, "PORTS", {self.server.port, 443})
        self._patch.setattr(socket, "getaddrinfo", partial(_resolve, socket.getaddrinfo))
        self._patch.setattr("agents.poller.loop.Fetcher", partial(Fetcher, timeout=FETCH_SECONDS))
        spec = PollerSpec(user_agent="khabar-test", parsers=2)
        self._poller: Poller = await make_poller(
            self._stack, Catalog(poller=spec, feeds=()), BrokerEmitter(self.broker.send), MemoryStore(), FakeClock()
        )
        # What is imported and read late must be by then.
        for raw in (answer(200, rss(("a", "A"))), answer(302, Location="http://①.example/")):
            await self.play(raw)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()
        self._patch.undo()

    async def play(self, raw: Raw) -> Toll:
        """Poll a feed that answers so, and a good one at the same time."""
        self._number += 1
        bad, good = f"/bad{self._number}", f"/good{self._number}"
        address = f"{OUTSIDE}{self._number // 250}.{1 + self._number % 250}"
        self.server.answers = {bad: [raw], good: [answer(200, rss(("a", "A")))]}
        await self._warm()
        _forget_peaks()
        first, cpu, own = len(self.broker.sent), _parser_cpu(), time.process_time()
        with Watch() as watch:
            polled = await asyncio.gather(self._poll(address, bad), self._poll(GOOD, good))
        own, cpu = time.process_time() - own, _parser_cpu() - cpu
        articles = [
            codec.decode(RawArticle, value) for topic, _, value, _ in self.broker.sent[first:] if topic == "news.raw"
        ]
        allowed = {f"{place}:{self.server.port}" for place in (address, GOOD)}
        return Toll(
            error=polled[0].status.error,
            parser_cpu=cpu,
            poller_cpu=own,
            parser_bytes=max((_peak(child) for child in _parsers()), default=0),
            good=polled[1].status.state == "ok" and polled[1].status.new_items == 1,
            opened=tuple(watch.opened),
            connected=tuple(sorted(set(watch.connected) - allowed)),
            articles=tuple(article for article in articles if article.feed and article.feed.id == bad[1:]),
        )

    async def _poll(self, address: str, path: str) -> Polled:
        return await self._poller.poll(FeedSpec(id=path[1:], url=f"http://{address}:{self.server.port}{path}"))

    async def _warm(self) -> None:
        """Have both parsing processes running, so that their start is not counted."""
        pool = self._poller._pool
        await asyncio.gather(*(pool.parse(rss(("a", "A"))) for _ in range(2)))


class Watch:
    """Notes the files this process opens and the addresses it connects to."""

    current: Watch | None = None
    installed = False

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.connected: list[str] = []

    def __enter__(self) -> Self:
        if not Watch.installed:
            sys.addaudithook(_note)
            Watch.installed = True
        Watch.current = self
        return self

    def __exit__(self, *exc: object) -> None:
        Watch.current = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    watch = Watch.current
    if watch is None:
        return
    if event == "open" and isinstance(arguments[0], str | bytes):
        watch.opened.append(str(arguments[0]))
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        watch.connected.append(f"{arguments[1][0]}:{arguments[1][1]}")


def _resolve(real: Any, host: Any, port: Any, *args: Any, **more: Any) -> Any:
    """Resolve the names of the attacks: to loopback, to a public address first, to both at once."""
    table = {
        "inner.test": ["127.0.0.1"],
        "mixed.test": ["127.0.0.1", GOOD],
        "metadata.google.internal": ["169.254.169.254"],
    }
    table["rebound.test"] = ["127.0.0.1"] if host in _ASKED else [GOOD]
    if host in table:
        _ASKED.add(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in table[host]]
    if isinstance(host, str) and host.endswith(".example"):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return real(host, port, *args, **more)


def _parsers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "agents.poller.child" in child.cmdline():
                found.append(child)
    return found


def _parser_cpu() -> float:
    """Processor seconds of all parsing processes, those that have ended included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = [child.cpu_times() for child in _parsers()]
    return ended.ru_utime + ended.ru_stime + sum(times.user + times.system for times in alive)


def _forget_peaks() -> None:
    for child in _parsers():
        Path(f"/proc/{child.pid}/clear_refs").write_text("5", encoding="ascii")


def _peak(child: psutil.Process) -> int:
    for line in Path(f"/proc/{child.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0
