"""The schedule loop: polls what is due, a bounded number at once, and stops cleanly."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import deque
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents.poller.children import Pool
from agents.poller.clock import Clock, SystemClock
from agents.poller.emit import BrokerEmitter, EmitError, Emitter, PatientEmitter, Send
from agents.poller.fetch import Fetcher
from agents.poller.hosts import AT_ONCE, Hosts, host_name
from agents.poller.metrics import PollerMetrics
from agents.poller.pages import Pages, wanted
from agents.poller.poll import Polled, Poller
from agents.poller.shard import Shard
from agents.poller.state import SQLiteStore, StateStore
from pipeline.feeds.quick import INSTALLED
from pipeline.feeds.schedule import first_poll
from schemas.deadletter import TOPIC_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pipeline.feeds.catalog import Catalog, FeedSpec
    from schemas.feed import FeedStatus

logger = logging.getLogger("khabar.poller")

RETRY_BROKER = timedelta(minutes=5)
RETRY_BUG = timedelta(minutes=5)
GRACE_SECONDS = 5.0
SILENCE = timedelta(hours=6)


async def poll_forever(  # noqa: PLR0913 - what a poller needs, all of it named
    catalog: Catalog,
    send: Send,
    *,
    state_path: Path,
    stop: asyncio.Event,
    clock: Clock | None = None,
    metrics: PollerMetrics | None = None,
    shard: Shard | None = None,
    largest: int = TOPIC_LIMIT,
) -> None:
    """Poll the feeds of a catalog until `stop` is set; what is being sent then has five seconds to arrive.

    Raises:
        StateError: the state file cannot be used.
    """
    with SQLiteStore(state_path) as store:
        used = clock or SystemClock()
        async with AsyncExitStack() as stack:
            emitter = PatientEmitter(BrokerEmitter(send, largest=largest), used)
            measured = metrics or PollerMetrics()
            poller = await make_poller(stack, catalog, emitter, store, used, measured)
            await Loop(poller, catalog, store, used, measured, shard or Shard()).run(stop)


async def poll_once(  # noqa: PLR0913 - what a poller needs, all of it named
    catalog: Catalog,
    emitter: Emitter,
    store: StateStore,
    report: Callable[[Polled], None],
    clock: Clock | None = None,
    *,
    metrics: PollerMetrics | None = None,
    shard: Shard | None = None,
) -> int:
    """Poll every feed once, due or not; returns how many failed.

    Raises:
        EmitError: the broker did not take something.
    """
    failed = 0
    async with AsyncExitStack() as stack:
        poller = await make_poller(stack, catalog, emitter, store, clock or SystemClock(), metrics)
        for polls in _in_order(poller, active(catalog, shard), catalog.poller.requests):
            for polled in await polls:
                report(polled)
                failed += polled.status.state in {"error", "gone"}
    return failed


async def make_poller(  # noqa: PLR0913, PLR0917 - the parts of a poller
    stack: AsyncExitStack,
    catalog: Catalog,
    emitter: Emitter,
    store: StateStore,
    clock: Clock,
    metrics: PollerMetrics | None = None,
) -> Poller:
    """Put a poller together; its parts live as long as `stack`."""
    measured = metrics or PollerMetrics()
    hosts = Hosts(clock, catalog.poller.host_spacing, store.silences())
    pages = Pages(catalog.poller, hosts, clock) if wanted(catalog) else None
    return Poller(
        fetcher=await stack.enter_async_context(Fetcher(catalog.poller, hosts)),
        pool=await stack.enter_async_context(
            Pool(catalog.poller.parsers, metrics=measured, module=_parser(fast=catalog.poller.fast))
        ),
        hosts=hosts,
        store=store,
        emitter=emitter,
        clock=clock,
        metrics=measured,
        pages=await stack.enter_async_context(pages) if pages else None,
    )


def _parser(*, fast: bool) -> str:
    """Name the module of the parsing processes."""
    if fast and not INSTALLED:
        logger.warning("fast is set, but the extra of that name is not installed: feedparser reads all")
    return "agents.poller.quickchild" if fast and INSTALLED else "agents.poller.child"


def active(catalog: Catalog, shard: Shard | None = None) -> list[FeedSpec]:
    """Return the feeds of a share that are not paused."""
    return [spec for spec in catalog.feeds if not spec.paused and (shard is None or shard.takes(spec.url))]


class Loop:
    """Runs polls when they are due, at most two at once a host and `requests` in all."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a loop
        self,
        poller: Poller,
        catalog: Catalog,
        store: StateStore,
        clock: Clock,
        metrics: PollerMetrics,
        shard: Shard,
    ) -> None:
        """Plan the first polls: stored times are kept, so that a restart polls nothing early."""
        self._poller = poller
        self._metrics = metrics
        self._clock = clock
        self._most = catalog.poller.requests
        self._running: dict[asyncio.Task[datetime], FeedSpec] = {}
        self._at_host: dict[str, int] = {}
        self._waiting: dict[str, deque[tuple[datetime, FeedSpec]]] = {}
        specs = active(catalog, shard)
        now, due = clock.now(), store.next_polls()
        self._plan = [
            (due.get(spec.id) or first_poll(spec, now, len(specs)), number, spec) for number, spec in enumerate(specs)
        ]
        self._number = {spec.id: number for number, spec in enumerate(specs)}
        self._began = now
        self._failing_since: dict[str, datetime] = {}
        heapq.heapify(self._plan)
        metrics.feeds.set(len(specs))
        metrics.watch(due=self._due, silent=self._silent, throttled=poller.silent_hosts)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set."""
        stopped = asyncio.create_task(stop.wait())
        logger.info("polling", extra={"feeds": len(self._plan)})
        try:
            while not stop.is_set():
                self._start_due()
                await self._wait(stopped)
        finally:
            stopped.cancel()
            await self._finish()

    def _start_due(self) -> None:
        now = self._clock.now()
        while self._plan and self._plan[0][0] <= now and len(self._running) < self._most:
            due, _, spec = heapq.heappop(self._plan)
            host = host_name(spec.url)
            if self._at_host.get(host, 0) >= AT_ONCE:
                self._waiting.setdefault(host, deque()).append((due, spec))
            else:
                self._start(due, spec, host)

    def _due(self) -> int:
        """Count what should run and does not; a look from another thread."""
        now = self._clock.now()
        behind = sum(1 for due, _, _ in list(self._plan) if due <= now)
        return behind + sum(len(waiting) for waiting in list(self._waiting.values()))

    def _silent(self) -> int:
        """Count the feeds that have failed for long; a look from another thread."""
        now = self._clock.now()
        return sum(now - since > SILENCE for since in list(self._failing_since.values()))

    def _note(self, status: FeedStatus) -> None:
        """Keep since when a feed has failed: its last good answer, or our start where none is known."""
        if status.state in {"ok", "unchanged"}:
            self._failing_since.pop(status.feed_id, None)
        else:
            last = status.last_ok
            self._failing_since[status.feed_id] = datetime.fromisoformat(last) if last else self._began

    def _start(self, due: datetime, spec: FeedSpec, host: str) -> None:
        self._metrics.lag.observe(max(0.0, (self._clock.now() - due).total_seconds()))
        self._at_host[host] = self._at_host.get(host, 0) + 1
        self._running[asyncio.create_task(self._poll(spec))] = spec

    async def _wait(self, stopped: asyncio.Task[bool]) -> None:
        """Wait until a poll ends, the next one is due, or all is to stop."""
        waits: set[asyncio.Task[object]] = {stopped, *self._running}
        timer = None
        if self._plan and len(self._running) < self._most:
            seconds = max(0.0, (self._plan[0][0] - self._clock.now()).total_seconds())
            timer = asyncio.create_task(self._clock.sleep(seconds))
            waits.add(timer)
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if timer is not None:
            timer.cancel()
        for task in [task for task in self._running if task in done]:
            self._ended(task)

    def _ended(self, task: asyncio.Task[datetime]) -> None:
        spec = self._running.pop(task)
        host = host_name(spec.url)
        self._at_host[host] -= 1
        heapq.heappush(self._plan, (task.result(), self._number[spec.id], spec))
        waiting = self._waiting.get(host)
        if waiting:
            self._start(*waiting.popleft(), host)
        elif not self._at_host[host]:
            self._at_host.pop(host)
            self._waiting.pop(host, None)

    async def _poll(self, spec: FeedSpec) -> datetime:
        """Poll a feed and say when it is due again; no feed can stop the loop."""
        try:
            polled = await self._poller.poll(spec)
        except EmitError as error:
            logger.warning("not sent, will be polled again", extra={"feed": spec.id, "why": error})
            return self._clock.now() + RETRY_BROKER
        except Exception:
            logger.exception("poll failed", extra={"feed": spec.id})
            return self._clock.now() + RETRY_BUG
        log(polled)
        self._note(polled.status)
        return polled.next_poll

    async def _finish(self) -> None:
        """Let running polls end, then cancel those that do not."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def log(polled: Polled) -> None:
    """Write a line about a poll: what was new, and what was wrong."""
    status = polled.status
    fields = {"feed": status.feed_id, "state": status.state, "items": status.items, "new": status.new_items}
    if status.error:
        fields |= {"error": status.error, "errors_in_a_row": status.errors_in_a_row, "why": polled.message}
        logger.warning("polled", extra=fields)
    else:
        logger.info("polled", extra=fields)


def _in_order(poller: Poller, specs: list[FeedSpec], at_once: int) -> Iterable[asyncio.Future[list[Polled]]]:
    """Poll groups of feeds at once, reporting in the order of the catalog."""
    for start in range(0, len(specs), at_once):
        yield asyncio.gather(*(poller.poll(spec) for spec in specs[start : start + at_once]))
