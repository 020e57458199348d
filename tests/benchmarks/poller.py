"""What polling costs, on loopback: `python -m tests.benchmarks.poller [cold|warm|steady ...]`.

The server is another process and every feed has an address of its own, so that the manners towards hosts hold and
cost. Articles go durably to an embedded broker, the state is committed for every poll. Processor seconds are those of
the poller and its parsing processes; the server's are given beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import orjson
import psutil

from agents.app import build
from agents.config import read_settings
from agents.poller.clock import Clock, SystemClock
from agents.poller.emit import FEEDS_TOPIC, RAW_TOPIC, Send
from agents.poller.loop import poll_forever
from agents.poller.metrics import PollerMetrics
from agents.poller.state import SQLiteStore, Stored
from pipeline.feeds.catalog import Catalog, FeedSpec, PollerSpec
from pipeline.feeds.identity import Origin, Seen, diff
from pipeline.feeds.parse import read_feed
from pipeline.feeds.schedule import FeedState
from tests.benchmarks.feed_host import ITEMS, document
from tests.stream.scaled_clock import ScaledClock

# Seconds at the start that do not count for lateness: the parsing processes start.
WARM_UP = 120.0
INTERVAL = timedelta(minutes=15)
# So many feeds have a document of their own where all are known from the start: making them takes time.
DIFFERENT = 250


@dataclass
class Run:
    """A measurement: `seconds` of the poller's own clock, processor seconds by process, the largest memory."""

    what: str
    polls: int = 0
    articles: int = 0
    seconds: float = 0.0
    wall: float = 0.0
    main_cpu: float = 0.0
    parse_cpu: float = 0.0
    server_cpu: float = 0.0
    main_bytes: int = 0
    parse_bytes: int = 0
    states: Counter[str] = field(default_factory=Counter)
    lags: list[tuple[float, float]] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return self.main_cpu + self.parse_cpu

    def percentile(self, share: float) -> float:
        ordered = sorted(late for at, late in self.lags if at >= WARM_UP)
        return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0

    def report(self) -> None:
        print(
            f"{self.what}: {self.polls} polls ({', '.join(f'{n} {word}' for word, n in sorted(self.states.items()))}), {self.articles} articles, {self.wall:.1f} s of wall clock, "
            f"{self.polls / self.wall * 60:,.0f} polls/min; processor {self.main_cpu:.1f} s poller + "
            f"{self.parse_cpu:.1f} s parsing = {self.polls / self.cpu * 60:,.0f} polls/CPU min "
            f"(server {self.server_cpu:.1f} s); memory {self.main_bytes / 1e6:.0f} MB poller + "
            f"{self.parse_bytes / 1e6:.0f} MB parsing"
        )


@contextmanager
def host(every: int = 0, different: int = 1_000_000) -> Iterator[tuple[int, psutil.Process]]:
    """Run the server; gives its port and process."""
    command = [sys.executable, "-m", "tests.benchmarks.feed_host", str(every), str(different)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline()), psutil.Process(process.pid)
        process.stdin.close()


def catalog(port: int, feeds: int, **more: Any) -> Catalog:
    """Make a catalog of feeds, each at an address of its own."""
    specs = tuple(
        FeedSpec(
            id=f"feed{n}",
            url=f"http://127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}:{port}/{n}.xml",
            min_interval=INTERVAL,
            first_items=1000,
        )
        for n in range(feeds)
    )
    return Catalog(poller=PollerSpec(user_agent="khabar-benchmark", allow_private=True, **more), feeds=specs)


class Watch(threading.Thread):
    """Looks at the memory of this process and its parsing processes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.parsers = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        own = psutil.Process()
        while not self.stopped.wait(0.5):
            try:
                parsers = [child for child in own.children() if "agents.poller.child" in child.cmdline()]
                self.parsers = max(self.parsers, sum(process.memory_info().rss for process in parsers))
                self.own = max(self.own, own.memory_info().rss)
            except psutil.NoSuchProcess:
                continue


async def measure(
    run: Run, used: Catalog, state: Path, server: psutil.Process, *, clock: Clock, polls: int, broker: str | None = None
) -> Run:
    """Poll so many times; the broker is an embedded one on disk unless told otherwise, its memory then the poller's."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({}, broker=broker or f"sqlite:///{folder}/broker.db", state_dir=folder)
        built = build(settings, names=())
        built.app.loop = asyncio.get_running_loop()
        await built.app.maybe_start_producer()
        stop = asyncio.Event()
        metrics = PollerMetrics()
        began = clock.now()
        metrics.lag.observe = partial(_late, run, clock, began)  # type: ignore[method-assign]
        watch = Watch()
        watch.start()
        before, start, real = _spent(server), clock.now(), time.monotonic()
        await poll_forever(
            used, _counting(built.send, run, stop, polls), state_path=state, stop=stop, clock=clock, metrics=metrics
        )
        await built.close_producer()
        run.seconds, run.wall = (clock.now() - start).total_seconds(), time.monotonic() - real
        run.main_cpu, run.parse_cpu, run.server_cpu = (
            after - earlier for after, earlier in zip(_spent(server), before, strict=True)
        )
        watch.stopped.set()
        run.main_bytes, run.parse_bytes = watch.own, watch.parsers
    return run


def _late(run: Run, clock: Clock, began: datetime, late: float) -> None:
    run.lags.append(((clock.now() - began).total_seconds(), late))


def _counting(send: Send, run: Run, stop: asyncio.Event, polls: int) -> Send:
    async def counted(topic: str, key: bytes | None, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> None:
        await send(topic, key, value, headers)
        run.articles += topic == RAW_TOPIC
        if topic == FEEDS_TOPIC and not (key or b"").endswith(b"#memory"):
            run.polls += 1
            run.states[str(orjson.loads(value).get("error") or "well")] += 1
            if run.polls >= polls:
                stop.set()

    return counted


def _spent(server: psutil.Process) -> tuple[float, float, float]:
    """Processor seconds of this process, of its ended children, and of the server."""
    own, children, other = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN), server.cpu_times()
    return own, children.ru_utime + children.ru_stime, other.user + other.system


def prepare(used: Catalog, state: Path, now: datetime, spread: timedelta, *, known: bool) -> None:
    """Write a state in which every feed is due, all at once or spread; `known` feeds have been polled before."""
    rate = 0.5 / INTERVAL.total_seconds()
    feeds = FeedState(etag='"0"', polls=50, rate=rate, last_ok=now, whole_at=now) if known else FeedState()
    states = [_seen(number, now) if known else Seen() for number in range(min(DIFFERENT, len(used.feeds)))]
    with SQLiteStore(state) as store:
        store._open.execute("begin")
        for number, spec in enumerate(used.feeds):
            due = replace(feeds, next_poll=now + spread * number / len(used.feeds))
            store.commit(spec.id, Stored(spec.url, due, states[number % DIFFERENT]))
        store._open.execute("commit")


def _seen(number: int, now: datetime) -> Seen:
    """Return what is remembered of a document."""
    feed = read_feed(document(number, 0))
    return diff(Origin(feed_id=f"feed{number}", site=feed.link), Seen(), feed.entries, now.timestamp()).seen


def plain(port: int, feeds: int) -> None:
    """Fetch with aiohttp and read with feedparser, nothing else: what the figures are compared with."""
    asyncio.run(_plain(port, feeds))


async def _plain(port: int, feeds: int) -> None:
    urls = [f"http://127.9.{n // 250}.{1 + n % 250}:{port}/{n}.xml" for n in range(feeds)]
    times = [time.process_time()]
    async with aiohttp.ClientSession() as session:
        bodies = []
        for url in urls:
            async with session.get(url) as response:
                bodies.append(await response.read())
        times.append(time.process_time())
        assert all(len(feedparser.parse(io.BytesIO(body))["entries"]) == ITEMS for body in bodies)
        times.append(time.process_time())
        for url in urls:
            async with session.get(url, headers={"If-None-Match": '"0"'}) as response:
                assert response.status == 304
        times.append(time.process_time())
    fetch, parse, ask = (after - before for before, after in pairwise(times))
    print(
        f"plain aiohttp and feedparser: {fetch / feeds * 1e3:.2f} + {parse / feeds * 1e3:.1f} ms = "
        f"{feeds / (fetch + parse) * 60:,.0f} feeds/CPU min; 304 {feeds / ask * 60:,.0f}/CPU min",
        flush=True,
    )


def apart(work: Callable[..., None], *args: Any, **more: Any) -> None:
    """Do work in a process of its own, so that its memory and time are not the poller's."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=args, kwargs=more)
    process.start()
    process.join()
    assert process.exitcode == 0


def all_at_once(what: str, folder: Path, feeds: int, *, known: bool) -> None:
    """All feeds due at once: each gives 17 new articles, or answers 304."""
    with host() as (port, server):
        apart(plain, port, 300)
        used, state = catalog(port, feeds, requests=64), folder / f"{what}.db"
        apart(prepare, used, state, datetime.now(UTC), timedelta(0), known=known)
        asyncio.run(measure(Run(what), used, state, server, clock=SystemClock(), polls=feeds)).report()


def steady(folder: Path, feeds: int, factor: float, broker: str | None) -> None:
    """Feeds polled every quarter of an hour, for somewhat longer than that, one answer in twenty changed."""
    state = folder / "steady.db"
    with host(20, DIFFERENT) as (port, server):
        clock = ScaledClock(factor)
        used = catalog(port, feeds, requests=64)
        apart(prepare, used, state, clock.now() + timedelta(seconds=2 * factor), INTERVAL, known=True)
        clock = ScaledClock(factor)
        polls = int(feeds * 1.2)
        run = asyncio.run(measure(Run("steady"), used, state, server, clock=clock, polls=polls, broker=broker))
    run.report()
    print(
        f"steady: {run.seconds:.0f} s at {factor:g} times the speed: {run.cpu / run.seconds:.1%} of a core; polls late "
        f"by p50 {run.percentile(0.5):.2f} s, p95 {run.percentile(0.95):.2f} s, p99 {run.percentile(0.99):.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["cold", "warm", "steady"]
    parser.add_argument("what", nargs="*", metavar="|".join(names), help="what to measure (all)")
    parser.add_argument("--cold", type=int, default=5000, help="feeds of the cold measurement")
    parser.add_argument("--warm", type=int, default=10_000, help="feeds of the warm measurement")
    parser.add_argument("--steady", type=int, default=10_000, help="feeds of the steady measurement")
    parser.add_argument("--broker", help="a broker for the steady measurement, such as kafka://localhost:9092")
    parser.add_argument("--factor", type=float, default=10.0, help="speed of the clock of the steady measurement")
    args = parser.parse_args()
    args.what = args.what or names
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        if "cold" in args.what:
            all_at_once("cold", Path(folder), args.cold, known=False)
        if "warm" in args.what:
            all_at_once("warm", Path(folder), args.warm, known=True)
        if "steady" in args.what:
            steady(Path(folder), args.steady, args.factor, args.broker)


if __name__ == "__main__":
    main()
