"""How the stream is: lag of each stage, rates and freshness of the topics, dead letters, feeds that fail."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from agents.broker import BrokerError, Offsets, Received, connect
from agents.quiescence import behind
from agents.web.board import rfc3339
from pipeline.topology import stages
from schemas.codec import decode
from schemas.event import Event
from schemas.feed import FeedStatus
from schemas.topics import topics

if TYPE_CHECKING:
    from agents.config import Settings

SAMPLE_SECONDS = 5.0
SAMPLES = 13
"""A minute of them, from the first to the last."""
LATEST_DEAD = 20
FEEDS = 2_000
DELAYS = 500
FAILING = frozenset({"error", "gone"})


@dataclass(slots=True)
class Reading:
    """How far the page has read a topic: records taken and refused, the time of the newest, the last fault."""

    taken: int = 0
    refused: int = 0
    newest: float | None = None
    fault: str | None = None


@dataclass(slots=True)
class Health:
    """What is known of the stream; filled by the readers of the topics and by `sample`."""

    started: float = field(default_factory=time.time)
    readings: dict[str, Reading] = field(default_factory=dict)
    lags: dict[str, int] = field(default_factory=dict)
    fault: str | None = None
    _ends: deque[tuple[float, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    _dead: Counter[tuple[str, str]] = field(default_factory=Counter)
    _latest_dead: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LATEST_DEAD))
    _delays: deque[float] = field(default_factory=lambda: deque(maxlen=DELAYS))
    _feeds: OrderedDict[str, FeedStatus] = field(default_factory=OrderedDict)

    @property
    def lag(self) -> int | None:
        """Records that wait for a stage; None where that cannot be known."""
        return sum(self.lags.values()) if self.lags else None

    def took(self, received: Received) -> None:
        """Count a record that was read."""
        reading = self.readings.setdefault(received.topic, Reading())
        reading.taken += 1
        reading.newest = max(received.timestamp, reading.newest or 0.0)

    def take_event(self, value: bytes, arrived: float) -> None:
        """Learn from an event how long after its latest report it came."""
        event = decode(Event, value)
        with suppress(ValueError, TypeError):
            reported = datetime.fromisoformat(event.last_seen or "")
            self._delays.append(max(0.0, arrived - reported.timestamp()))

    def take_dead(self, received: Received) -> None:
        """Count a dead letter, and keep why it is one."""
        headers = {name: value.decode("utf-8", "replace") for name, value in received.headers}
        stage, reason = headers.get("dlq.stage", "?")[:64], headers.get("dlq.reason", "?")[:64]
        # Of a topic anyone may write to, no more kinds are told apart than our own stages and reasons can make.
        known = (stage, reason) in self._dead or len(self._dead) < 200
        self._dead[stage if known else "other", reason if known else "other"] += 1
        about = {"time": rfc3339(received.timestamp), "stage": stage, "reason": reason}
        self._latest_dead.append(about | {"message": headers.get("dlq.exception.message", "")[:500]})

    def take_feed(self, value: bytes) -> None:
        """Learn the state of a feed."""
        status = decode(FeedStatus, value)
        self._feeds[status.url] = status
        self._feeds.move_to_end(status.url)
        if len(self._feeds) > FEEDS:
            self._feeds.popitem(last=False)

    def sampled(self, now: float, ends: Offsets, committed: Offsets) -> None:
        """Learn how long the topics are, and how far the stages have committed."""
        sums = Counter[str]()
        for (topic, _), end in ends.items():
            sums[topic] += end
        self._ends.append((now, dict(sums)))
        for spec in stages():
            of_topic = {place: end for place, end in ends.items() if place[0] == spec.source}
            self.lags[spec.name] = behind(of_topic, committed)
        self.fault = None

    def report(self, now: float) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {
            "now": rfc3339(now),
            "started": rfc3339(self.started),
            "fault": self.fault,
            "lag": self.lag,
            "stages": [
                {"stage": spec.name, "topic": spec.source, "lag": self.lags.get(spec.name)} for spec in stages()
            ],
            "topics": [self._topic(name) for name in topics()],
            "freshness": self._freshness(now),
            "dead": self._dead_report(),
            "feeds": self._feeds_report(),
        }

    def _topic(self, name: str) -> dict[str, Any]:
        reading = self.readings.get(name, Reading())
        ends = [(at, sums[name]) for at, sums in self._ends if name in sums]
        rate = None
        if len(ends) > 1:
            rate = round((ends[-1][1] - ends[0][1]) * 60 / max(ends[-1][0] - ends[0][0], 0.001), 1)
        return {
            "topic": name,
            "records": ends[-1][1] if ends else None,
            "per_minute": rate,
            "newest": rfc3339(reading.newest) if reading.newest else None,
            "read": reading.taken,
            "refused": reading.refused,
            "fault": reading.fault,
        }

    def _freshness(self, now: float) -> dict[str, float | None]:
        newest = self.readings.get("news.events", Reading()).newest
        return {
            "seconds_since_event": None if newest is None else round(max(0.0, now - newest), 1),
            "published_to_event_seconds": round(median(self._delays), 1) if self._delays else None,
        }

    def _dead_report(self) -> dict[str, Any]:
        kinds = sorted(self._dead.items(), key=lambda item: (-item[1], item[0]))
        by = [{"stage": stage, "reason": reason, "count": count} for (stage, reason), count in kinds]
        return {"total": self._dead.total(), "by": by, "latest": list(self._latest_dead)[::-1]}

    def _feeds_report(self) -> dict[str, Any]:
        failing = [status for status in self._feeds.values() if status.state in FAILING]
        shown = [{"feed": one.feed_id, "state": one.state, "error": one.error} for one in failing[:LATEST_DEAD]]
        return {"total": len(self._feeds), "failing": len(failing), "latest": shown}


async def sample_forever(settings: Settings, health: Health) -> None:
    """Look every few seconds at the ends of the topics and at what the stages have committed."""
    while True:
        try:
            async with connect(settings) as broker:
                while True:
                    ends = await broker.end_offsets(topics())
                    committed = await broker.committed(settings.app_id, [spec.source for spec in stages()])
                    health.sampled(time.time(), ends, committed)
                    await asyncio.sleep(SAMPLE_SECONDS)
        except (BrokerError, OSError) as error:
            health.fault = str(error)
        await asyncio.sleep(SAMPLE_SECONDS)
