"""What a group has committed and what its topics hold, looked at all the time: lag, progress, recovery after a kill."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from agents.broker import BrokerError, Offsets, connect
from agents.config import Settings
from agents.quiescence import behind
from pipeline.topology import stages

SOURCES = tuple(spec.source for spec in stages())
Place = tuple[str, int]
LOOK_AGAIN = 0.3
# A look at a broker that has just been killed must not take for ever.
LOOK_SECONDS = 10.0


@dataclass(slots=True)
class Outage:
    """Partitions whose worker was killed: when, and when each went on; those without anything to do do not count."""

    began: float
    committed: Offsets
    waiting: set[Place]
    since: dict[Place, float] = field(default_factory=dict)
    seconds: dict[Place, float] = field(default_factory=dict)

    def look(self, now: float, ends: Offsets, committed: Offsets) -> None:
        """Note what went on."""
        for place in sorted(self.waiting):
            before = self.committed.get(place, 0)
            if ends.get(place, 0) > before:
                self.since.setdefault(place, now)
            if committed.get(place, 0) > before:
                self.waiting.discard(place)
                self.seconds[place] = now - self.since.get(place, now)

    @property
    def is_over(self) -> bool:
        """Whether every partition with something to do went on."""
        return not self.waiting & self.since.keys()


class OffsetWatch:
    """Looks at a broker again and again; looks that fail are no looks."""

    def __init__(self, settings: Settings) -> None:
        """Look at the group of these settings."""
        self._settings = settings
        self.ends: Offsets = {}
        self.committed: Offsets = {}
        self.outages: list[Outage] = []
        self.looks = 0

    @property
    def lag(self) -> int:
        """Records of all stages that are not committed."""
        return behind(self.ends, self.committed)

    @property
    def progress(self) -> int:
        """Records committed in all stages."""
        return sum(self.committed.values())

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(Exception):
                await self._connected()
            await asyncio.sleep(LOOK_AGAIN)

    async def _connected(self) -> None:
        async with connect(self._settings) as broker:
            while True:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._look(broker)
                await asyncio.sleep(LOOK_AGAIN)

    async def _look(self, broker: Any) -> None:
        # Commits first: what is committed of a topic is never more than its end, looked at later.
        committed = await broker.committed(self._settings.app_id, SOURCES)
        ends = await broker.end_offsets(SOURCES)
        self.committed, self.ends = committed, ends
        self.looks += 1
        now = time.monotonic()
        for outage in self.outages:
            outage.look(now, ends, committed)

    def killed(self, places: Iterable[Place]) -> Outage:
        """Begin to measure how long these partitions stand still."""
        now = time.monotonic()
        waiting = [place for place in set(places) if place[0] in SOURCES]
        pending = [place for place in waiting if self.ends.get(place, 0) > self.committed.get(place, 0)]
        outage = Outage(now, dict(self.committed), set(waiting), dict.fromkeys(pending, now))
        self.outages.append(outage)
        return outage

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for a condition over what was seen; False once the time is over."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_AGAIN / 2)
        return True

    async def drained(self, seconds: float) -> bool:
        """Wait until everything is committed, at two looks in a row."""
        deadline = time.monotonic() + seconds
        calm, last = 0, self.looks
        while calm < 2:
            if time.monotonic() > deadline:
                return False
            if self.looks > last:
                calm, last = (calm + 1 if self.ends and not self.lag else 0), self.looks
            await asyncio.sleep(LOOK_AGAIN / 2)
        return True


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which a share of the values lies, 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


__all__ = ["BrokerError", "OffsetWatch", "Outage", "quantile"]
