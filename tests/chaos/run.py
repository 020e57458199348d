"""A run of faults: `python -m tests.chaos.run --profile commit|nightly [--seed N] [--out FILE]`.

Worker processes on real brokers, a feed that goes on all the time, faults drawn from the seed one after another, each
only after something was committed since the last; then the checker reads the topics back. The same seed gives the same
inputs and the same schedule. Exit code 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import platform
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from agents.broker import Received, Start, connect
from agents.config import Settings
from tests.chaos.checker import Findings, check
from tests.chaos.feeding import Feed
from tests.chaos.offsets import OffsetWatch, Place, quantile
from tests.chaos.schedule import KILLS, Step, schedule
from tests.chaos.stand import Stand
from tests.chaos.workers import Worker
from tests.chaos.workload import Workload
from tests.kafka.artifacts import kafka_version

TOPICS = ("news.raw", "news.articles", "news.unique", "news.mentions", "news.events", "news.dead")
# A run waits so long for something to be committed after a fault, and for everything at its end.
STUCK_SECONDS, DRAIN_SECONDS = 90.0, 300.0
# Within this time two thirds of the inputs of a step are sent.
STEP_SECONDS = 8.0
JOINED_SECONDS, REJOIN_SECONDS = 60.0, 20.0
# A worker that does not come to its failpoint within this time is killed from outside.
FAILPOINT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run, and how many faults of each kind."""

    articles: int
    workers: int
    brokers: int
    faults: Mapping[str, int]
    overrides: Mapping[str, object] = field(default_factory=dict)
    proxied: bool = True


PROFILES = {
    "smoke": Plan(400, 2, 1, {"kill": 2, "failpoint": 2, "bounce": 1, "cut": 1}),
    # How soon killed partitions go on, with the settings of production.
    "recovery": Plan(1200, 3, 3, {"kill": 22, "kill_two": 1, "takeover": 2, "bounce": 2}),
    # Workers that go on when their partitions have long been another's.
    "pauses": Plan(
        2500, 3, 1, {"stop": 16, "kill": 6, "takeover": 2}, {"session_timeout": 6.0, "heartbeat_interval": 1.5}
    ),
    # Nothing stands before the broker here: a worker asks whether its address takes connections.
    "outage": Plan(2000, 2, 1, {"outage": 1, "kill": 1}, proxied=False),
    # A failpoint is two kills: one to start the worker with it, and its own.
    "commit": Plan(
        1500,
        3,
        1,
        {"kill": 8, "failpoint": 7, "kill_two": 1, "takeover": 1, "stop": 1, "bounce": 1, "cut": 1, "term": 1},
        {"session_timeout": 6.0, "heartbeat_interval": 1.5},
    ),
    "nightly": Plan(
        20_000,
        3,
        3,
        {
            "kill": 60,
            "failpoint": 60,
            "kill_two": 5,
            "takeover": 10,
            "bounce": 30,
            "bounce_orderly": 10,
            "freeze": 10,
            "stop": 6,
            "term": 6,
            "leaders": 4,
            "cut": 6,
            "blackhole": 4,
            "delay": 4,
            "storm": 4,
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run; no fault begins after so many minutes."""

    profile: str
    seed: int
    minutes: float = 600.0


@dataclass(slots=True)
class Outcome:
    """What a run showed."""

    order: Order
    findings: Findings
    kills: int
    bounces: int
    recoveries: list[float]
    drained: bool
    codes: Counter[int]
    stops: list[float]
    seconds: float
    unexpected: list[str]
    growth: list[float]

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        found = self.findings
        return not found.faults and found.adds_up and self.drained and not self.unexpected

    def report(self) -> str:
        """Say it in some lines."""
        versions = f"Kafka {kafka_version()}, Python {platform.python_version()}, " + ", ".join(
            f"{name} {version(name)}" for name in ("faust-streaming", "aiokafka", "khabar-pipeline")
        )
        p50, p99 = quantile(self.recoveries, 0.5), quantile(self.recoveries, 0.99)
        recovery = f"p50 {p50:.1f} s, p99 {p99:.1f} s, most {max(self.recoveries, default=0):.1f} s"
        return "\n".join(
            [
                f"profile {self.order.profile}, seed {self.order.seed}, {datetime.now(UTC):%Y-%m-%d}, {versions}",
                f"{self.kills} kills, {self.bounces} broker bounces in {self.seconds / 60:.1f} minutes",
                self.findings.report(),
                f"recovery of {len(self.recoveries)} partitions after a kill: {recovery}",
                f"exit codes: {dict(sorted(self.codes.items()))}; SIGTERM took at most {max(self.stops, default=0):.1f} s",
                *([f"memory grew by at most {max(self.growth):.1f} MB in the outage"] if self.growth else ()),
                f"drained: {self.drained}; unexpected: {self.unexpected or 'nothing'}",
                "GOOD" if self.is_good else "BROKEN",
            ]
        )


class Run:
    """One run from the start of the workers to the findings."""

    def __init__(self, order: Order, stand: Stand, settings: Settings, folder: Path) -> None:
        """Prepare a run on a stand whose topics exist."""
        self._order, self._stand, self._settings, self._folder = order, stand, settings, folder
        plan = self._plan = PROFILES[order.profile]
        self._inputs = list(Workload(order.seed).inputs(plan.articles))
        self._steps = schedule(order.seed, plan.faults, workers=plan.workers, brokers=plan.brokers)
        self._workers = {place: Worker(place, settings, folder) for place in range(plan.workers)}
        self._watch = OffsetWatch(settings)
        self._feed = Feed(settings, self._inputs, self._allowed)
        self._done, self._began_step = 0, time.monotonic()
        self._kills = self._bounces = 0
        self._codes: Counter[int] = Counter()
        self._stops: list[float] = []
        self._unexpected: list[str] = []
        self._growth: list[float] = []

    def _allowed(self) -> int:
        """Say how many inputs may be sent by now: each step has its share, sent ever slower, so that all have some."""
        within = 1 - math.exp(-(time.monotonic() - self._began_step) / STEP_SECONDS)
        share = (self._done + within) / max(1, len(self._steps))
        return len(self._inputs) if self._done >= len(self._steps) else int(len(self._inputs) * share)

    async def go(self) -> Outcome:
        """Run, check, and return what was found."""
        began = time.monotonic()
        for worker in self._workers.values():
            worker.start()
        watching = asyncio.create_task(self._watch.watch())
        feeding = asyncio.create_task(self._feed.send())
        try:
            await self._work_through()
            await feeding
            drained = await self._watch.drained(DRAIN_SECONDS)
            await self._stop_workers()
        finally:
            for task in (watching, feeding):
                task.cancel()
            await asyncio.gather(watching, feeding, return_exceptions=True)
            for worker in self._workers.values():
                worker.send(signal.SIGKILL)
        return await self._outcome(began, drained)

    async def _outcome(self, began: float, drained: bool) -> Outcome:
        seconds = time.monotonic() - began
        topics = {topic: await read(self._settings, topic) for topic in TOPICS}
        recoveries = [one for outage in self._watch.outages for one in outage.seconds.values()]
        return Outcome(
            self._order,
            check(self._inputs, topics),
            self._kills,
            self._bounces,
            recoveries,
            drained,
            self._codes,
            self._stops,
            seconds,
            self._unexpected,
            self._growth,
        )

    async def _work_through(self) -> None:
        if not await self._watch.until(lambda: self._watch.progress > 0, JOINED_SECONDS):
            self._unexpected.append("nothing was committed after the start")
        began = time.monotonic()
        for number, step in enumerate(self._steps, start=1):
            self._began_step = time.monotonic()
            if self._began_step - began > self._order.minutes * 60:
                self._unexpected.append(f"the time was over: {len(self._steps) - number + 1} steps were left out")
                break
            await asyncio.sleep(step.pause)
            say(f"{number}/{len(self._steps)} {step}; lag {self._watch.lag}, sent {self._feed.confirmed}")
            before = self._watch.progress
            try:
                await self._apply(step)
            except TimeoutError:
                self._unexpected.append(f"step {number} ({step}) did not end")
            await self._settle(before, number, step)
            self._done = number
        self._done = len(self._steps)

    async def _settle(self, before: int, number: int, step: Step) -> None:
        """Wait until something was committed since the fault, and what was killed went on."""
        self._keep_running()
        watch = self._watch

        def went_on() -> bool:
            self._keep_running()
            return (watch.progress > before or not watch.lag) and (step.kind not in KILLS or watch.outages[-1].is_over)

        if not await watch.until(went_on, STUCK_SECONDS):
            self._unexpected.append(f"step {number} ({step}): nothing went on within {STUCK_SECONDS:.0f} s")
            say(f"STUCK at step {number}: {watch.committed} of {watch.ends}")
            for worker in self._workers.values():
                say(f"worker {worker.place} {worker.code}: {worker.log_end()}")

    def _keep_running(self) -> None:
        """Start again what ended by itself, as whoever runs workers does; only exit code 75 is expected of them."""
        for worker in self._workers.values():
            code = worker.code
            if code is None:
                continue
            self._codes[code] += 1
            if code not in (0, 75, -signal.SIGKILL):
                self._unexpected.append(f"worker {worker.place} ended with {code}")
            worker.start()

    async def _apply(self, step: Step) -> None:
        match step.kind:
            case "kill" | "takeover":
                await self._kill([step.target], step.seconds)
            case "kill_two":
                await self._kill([step.target, (step.target + 1) % self._plan.workers], step.seconds)
            case "failpoint":
                await self._failpoint(step)
            case "stop":
                await self._pause(step)
            case "term":
                await self._terminate(step)
            case "bounce" | "bounce_orderly" | "freeze":
                self._bounces += 1
                how = {"bounce": "kill", "bounce_orderly": "stop", "freeze": "pause"}[step.kind]
                await self._stand.bounce(step.target, step.seconds, how)
            case "outage":
                await self._outage(step)
            case "leaders":
                await self._stand.move_leaders()
            case "storm":
                await self._storm(step)
            case _:
                await self._stand.degrade(step.kind, step.seconds)

    async def _kill(self, places: list[int], seconds: float, **environ: str) -> None:
        """Kill workers that have partitions, and start them again some seconds later, with `environ` that time."""
        victims = [self._workers[place] for place in places]
        held = [await self._joined(victim) for victim in victims]
        for victim in victims:
            await victim.kill()
            self._codes[-signal.SIGKILL] += 1
            self._kills += 1
        self._watch.killed({place for one in held for place in one})
        await asyncio.sleep(seconds)
        for victim in victims:
            victim.start(**environ)

    async def _joined(self, worker: Worker) -> set[Place]:
        """Wait until a worker has partitions, and return them; it may have none."""
        await self._watch.until(lambda: bool(_assigned(worker)) or not worker.is_running, REJOIN_SECONDS)
        return _assigned(worker)

    async def _failpoint(self, step: Step) -> None:
        """Start a worker again so that it kills itself at a place in the code; kill it where it does not come there."""
        victim = self._workers[step.target]
        await self._kill([step.target], 0.0, KHABAR_FAILPOINTS=step.failpoint)
        held = await self._joined(victim)
        await self._watch.until(lambda: not victim.is_running, FAILPOINT_SECONDS)
        if victim.is_running:
            await victim.kill()
        self._codes[-signal.SIGKILL] += 1
        self._kills += 1
        self._watch.killed(held)
        await asyncio.sleep(step.seconds)
        victim.start()

    async def _pause(self, step: Step) -> None:
        self._workers[step.target].send(signal.SIGSTOP)
        await asyncio.sleep(step.seconds)
        self._workers[step.target].send(signal.SIGCONT)

    async def _terminate(self, step: Step) -> None:
        code, seconds = await self._workers[step.target].terminate()
        self._codes[code] += 1
        self._stops.append(seconds)
        await asyncio.sleep(step.seconds)
        self._workers[step.target].start()

    async def _outage(self, step: Step) -> None:
        """Take the broker away for long, and note how much memory the workers take meanwhile."""
        self._bounces += 1
        before = {place: _rss(worker) for place, worker in self._workers.items()}
        away = asyncio.create_task(self._stand.bounce(1, step.seconds, "kill"))
        most = dict(before)
        while not away.done():
            self._keep_running()
            most = {place: max(most[place], _rss(worker)) for place, worker in self._workers.items()}
            await asyncio.wait({away}, timeout=5)
        self._growth += [most[place] - before[place] for place in sorted(before)]

    async def _storm(self, step: Step) -> None:
        """Let further workers come and go, some in order and some killed: a rebalance each."""
        for place in (100, 101, 102):
            guest = Worker(place, self._settings, self._folder, static=False)
            guest.start()
            await asyncio.sleep(4 + step.seconds)
            if place == 101:
                await guest.kill()
            else:
                await guest.terminate()

    async def _stop_workers(self) -> None:
        for worker in self._workers.values():
            code, seconds = await worker.terminate()
            self._codes[code] += 1
            self._stops.append(seconds)
            if code != 0:
                self._unexpected.append(f"worker {worker.place} stopped with {code}: {worker.log_end()}")


def _rss(worker: Worker) -> float:
    """Return the resident memory of a worker in MB, 0 where it has ended."""
    try:
        assert worker.process is not None
        return float(psutil.Process(worker.process.pid).memory_info().rss / 2**20)
    except psutil.Error:
        return 0.0


def _assigned(worker: Worker) -> set[Place]:
    return {(topic, partition) for topic, partition in worker.told().get("assigned", ())}


async def read(settings: Settings, topic: str) -> list[Received]:
    """Return everything on a topic, partition by partition."""
    async with connect(settings) as broker:
        return [received async for received in broker.records(topic, Start("beginning"), follow=False)]


def say(line: str) -> None:
    """Print a line with the time."""
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {line}\n")
    sys.stdout.flush()


async def run(order: Order) -> Outcome:
    """Run a profile on brokers of its own."""
    plan = PROFILES[order.profile]
    folder = Path(tempfile.mkdtemp(prefix="khabar-chaos-"))
    say(f"profile {order.profile}, seed {order.seed}; logs of the workers in {folder}")
    stand = Stand(plan.brokers, proxied=plan.proxied)
    try:
        await stand.start()
        settings = await stand.settings(f"chaos-{order.profile}-{order.seed}", **plan.overrides)
        return await Run(order, stand, settings, folder).go()
    finally:
        await stand.stop()


def main() -> int:
    """Run a profile and print its report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="commit")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=600.0, help="leave out the faults that are not begun by then")
    parser.add_argument("--out", type=Path, help="also write the report to this file")
    args = parser.parse_args()
    # Of its own clients' trouble with brokers that are killed a run says nothing.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    outcome = asyncio.run(run(Order(args.profile, args.seed, args.minutes)))
    say(outcome.report())
    if args.out:
        args.out.write_text(outcome.report() + "\n", encoding="utf-8")
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
