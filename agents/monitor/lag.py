"""How far the stages are behind, asked of the broker from beside the worker's own consumer, whose word is in doubt."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from aiokafka.errors import BrokerResponseError

from agents.broker import connect
from pipeline.topology import stages

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.broker import Broker, Offsets
    from agents.config import Settings
    from agents.metrics import Metrics
    from pipeline.stage import StageName

logger = logging.getLogger("khabar.lag")

# Seconds between two looks, for an answer, and after which the broker counts as away.
LOOK, PATIENCE, AWAY = 5.0, 10.0, 20.0
# Looks kept of a partition; of more, every second one is forgotten.
MOST_LOOKS = 512

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Records not yet committed, and since when the oldest of them is known to be there, by partition."""

    records: dict[Place, int] = field(default_factory=dict)
    since: dict[Place, float] = field(default_factory=dict)


class Lag:
    """Looks again and again; what it saw last may be read from any thread."""

    def __init__(self, settings: Settings, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask the broker of the settings about their group; nothing is contacted yet."""
        self._settings = settings
        self._clock = clock
        self._topics: dict[StageName, str] = {spec.name: spec.source for spec in stages()}
        self._ends: dict[Place, list[tuple[float, int]]] = {}
        self.backlog = Backlog()
        self._answered: float | None = None
        self._is_known = False
        self.back_since = clock()
        for name in self._topics:
            metrics.lag_records.labels(name).set_function(partial(self.records, name))
        metrics.broker_reachable.set_function(lambda: float(self.is_reachable(self._clock())))

    def is_reachable(self, now: float) -> bool:
        """Say whether the broker answered lately."""
        return self._answered is not None and now - self._answered < AWAY

    def records(self, stage: StageName) -> float:
        """Return how many records wait for a stage; not a number where the broker has not told."""
        waiting = sum(count for (topic, _), count in self.backlog.records.items() if topic == self._topics[stage])
        return waiting if self._is_known else nan

    def seconds(self, stage: StageName) -> float:
        """Return for how long the oldest record that waits for a stage is known to be there; 0 where none waits."""
        since = [at for (topic, _), at in self.backlog.since.items() if topic == self._topics[stage]]
        return self._clock() - min(since) if since else 0.0 if self._is_known else nan

    async def watch(self) -> None:
        """Look until cancelled, however often the broker goes away."""
        while True:
            try:
                async with connect(self._settings) as broker:
                    while True:
                        async with asyncio.timeout(PATIENCE):
                            await self.look(broker)
                        await asyncio.sleep(LOOK)
            except BrokerResponseError as error:
                # Who only sends need not have the right to ask about the group: an answer it is.
                self._note_answer()
                logger.debug("the broker does not tell the lag", extra={"why": repr(error)})
                await asyncio.sleep(LOOK)
            except Exception as error:  # noqa: BLE001 - whatever it is, the broker does not answer
                logger.debug("no answer about the lag", extra={"why": repr(error)})
                await asyncio.sleep(LOOK)

    async def look(self, broker: Broker) -> None:
        """Ask once."""
        # Committed first: what is committed meanwhile makes the lag too large, never too small.
        committed = await broker.committed(self._settings.app_id, self._topics.values())
        firsts = await broker.first_offsets(self._topics.values())
        ends = await broker.end_offsets(self._topics.values())
        now = self._note_answer()
        # What is deleted by age before it was read waits no more, though nothing is committed over it.
        done = {place: max(committed.get(place, 0), first) for place, first in firsts.items()}
        self.backlog, self._is_known = self._backlog(ends, done, now), True

    def _note_answer(self) -> float:
        """Note that the broker is there; returns the time."""
        now = self._clock()
        if not self.is_reachable(now):
            self.back_since = now
        self._answered = now
        return now

    def _backlog(self, ends: Offsets, dones: Offsets, now: float) -> Backlog:
        backlog = Backlog()
        for place, end in ends.items():
            done = dones.get(place, 0)
            looks = [look for look in self._ends.get(place, ()) if look[1] > done]
            if end > done:
                if not looks or looks[-1][1] != end:
                    looks.append((now, end))
                backlog.records[place] = end - done
                backlog.since[place] = looks[0][0]
            self._ends[place] = [looks[0], *looks[1::2]] if len(looks) > MOST_LOOKS else looks
        return backlog
