"""Lanes: one stage over chunks of articles in order, in this process or in several, with the same results."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pipeline.driver import Counts, Driver, Outcome, Spec
from pipeline.stage import Emit

AHEAD = 4
Specs = Callable[[], tuple[Spec, ...]]


@dataclass(slots=True)
class Item:
    """An article on its way: the messages it has become so far, or why it ended."""

    article_id: str | None
    messages: tuple[Emit[Any], ...] = ()
    dropped: tuple[str, str] | None = None
    error: dict[str, Any] | None = None

    def take(self, outcomes: Iterable[Outcome], stage: str) -> None:
        """Go on with what a stage made of the messages."""
        messages: list[Emit[Any]] = []
        for outcome in outcomes:
            messages += (emit for emits in outcome.emitted.values() for emit in emits)
            for drop in outcome.dropped:
                self.dropped = self.dropped or (stage, drop.reason)
            for rejected in outcome.rejected:
                error = {"stage": stage, "reason": rejected.reason, "message": rejected.message}
                self.error = self.error or error
        self.messages = tuple(messages)


Chunk = list[Item]


class Lane:
    """A stage in this process."""

    def __init__(self, spec: Spec, counts: Counts, driver: Driver | None = None) -> None:
        """Count into `counts` under the name of the stage."""
        self.name = spec.name
        self.driver = driver or Driver([spec])
        self._tally = counts.of(spec.name)

    def over(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Run the stage over chunks."""
        for chunk in chunks:
            outcomes = [self.driver.run(message) for item in chunk for message in item.messages]
            yield self._taken(chunk, outcomes)

    def _taken(self, chunk: Chunk, outcomes: list[Outcome]) -> Chunk:
        rest = iter(outcomes)
        for item in chunk:
            own = [next(rest) for _ in item.messages]
            for outcome in own:
                self._tally.add(outcome)
            item.take(own, self.name)
        return chunk


class SpreadLane(Lane):
    """A stage in several processes; a partition is always with the same one, so that state is as in one process."""

    def __init__(self, spec: Spec, counts: Counts, processes: Processes) -> None:
        """Share the processes with other lanes."""
        # This one is only asked for partitions: the stage itself is made in the processes.
        super().__init__(spec, counts, Driver([]))
        self._processes = processes
        self._source = spec.source
        self._stateless = spec.state is None

    def over(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Run the stage over chunks, a few of them at a time."""
        pending: deque[tuple[Chunk, Callable[[], list[Outcome]]]] = deque()
        for chunk in chunks:
            pending.append((chunk, self._submit(chunk)))
            if len(pending) > AHEAD:
                done, outcomes = pending.popleft()
                yield self._taken(done, outcomes())
        for done, outcomes in pending:
            yield self._taken(done, outcomes())

    def _submit(self, chunk: Chunk) -> Callable[[], list[Outcome]]:
        messages = [message for item in chunk for message in item.messages]
        number = len(self._processes)
        shards = [
            index % number if self._stateless else self.driver.partition(self._source, message) % number
            for index, message in enumerate(messages)
        ]
        futures = [
            self._processes.run(shard, self.name, [m for m, s in zip(messages, shards, strict=True) if s == shard])
            for shard in range(number)
        ]

        def collect() -> list[Outcome]:
            results = [iter(future.result()) for future in futures]
            return [next(results[shard]) for shard in shards]

        return collect


class Processes:
    """Worker processes that each hold the stages and their part of the state."""

    def __init__(self, number: int, specs: Specs) -> None:
        """Start `number` fresh processes; `specs` is a function of a module, so that they can import it."""
        context = multiprocessing.get_context("spawn")
        self._pools = [
            ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(specs,)) for _ in range(number)
        ]

    def __len__(self) -> int:
        """Return the number of processes."""
        return len(self._pools)

    def run(self, shard: int, stage: str, messages: list[Emit[Any]]) -> Future[list[Outcome]]:
        """Run a stage over messages in a process, after all it was given before."""
        return self._pools[shard].submit(_work, stage, messages)

    def close(self) -> None:
        """Stop the processes."""
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)


@dataclass(slots=True)
class _Here:
    """What a worker process holds."""

    specs: Specs | None = None
    drivers: dict[str, Driver] = field(default_factory=dict)


_here = _Here()


def _begin(specs: Specs) -> None:
    # The parent answers an interrupt for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here.specs = specs


def _work(stage: str, messages: list[Emit[Any]]) -> list[Outcome]:
    if stage not in _here.drivers:
        assert _here.specs is not None
        _here.drivers[stage] = Driver([spec for spec in _here.specs() if spec.name == stage])
    return [_here.drivers[stage].run(message).without_records() for message in messages]
