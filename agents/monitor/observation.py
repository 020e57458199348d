"""What is told of each record a stage works on: its numbers, its line in the log, and the trace its outputs carry."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from agents.logs import RECORDS
from agents.metrics import OUTCOMES
from pipeline.stage import Drop, Effect, Emit
from schemas.article import Article, JudgedArticle, RawArticle
from schemas.event import Event, Mention
from schemas.trace import Trace

if TYPE_CHECKING:
    from agents.metrics import Metrics
    from pipeline.stage import StageName
    from schemas.escaping import Headers

logger = logging.getLogger(RECORDS)

# What a stage's reason for passing nothing on comes to; any other reason is `dropped`.
_OUTCOMES = {
    "nothing_new": "duplicate",
    "known": "duplicate",
    "no_event": "no_event",
    "off_topic": "no_event",
    "language": "no_event",
}
_SAME = frozenset({"duplicate", "contained"})
_LINES = {"ok": "passed on", "no_event": "no event", "duplicate": "duplicate", "dropped": "dropped"}


class StageObserver:
    """Keeps the numbers of one stage; it sees what the stage is given and what is done, and does nothing itself."""

    def __init__(self, stage: StageName, metrics: Metrics) -> None:
        """Count into `metrics` under the name of the stage."""
        self.stage = stage
        self.metrics = metrics
        self.retried = metrics.produce_retries.labels(stage).inc
        self.records = {outcome: metrics.records.labels(stage, outcome) for outcome in OUTCOMES}
        self.duration = metrics.stage_duration.labels(stage)
        self._progress = metrics.last_progress.labels(stage)
        self._redelivered = metrics.redelivered.labels(stage)
        self._latest: dict[int, int] = {}
        # When the broker got the records that are not acknowledged yet, in the order in which they will be.
        self._waiting: deque[float] = deque()
        self.last_acknowledged = time.monotonic()

    def begin(self) -> None:
        """Forget what was in flight: the stream begins anew."""
        self._waiting.clear()

    def take(self, message: Any) -> Observation:
        """Note that a record is worked on from now on."""
        if message.offset <= self._latest.get(message.partition, -1):
            self._redelivered.inc()
        else:
            self._latest[message.partition] = message.offset
        self._waiting.append(message.timestamp or time.time())
        trace = Trace.of(message.headers or ()) or Trace.origin(message.value or b"")
        return Observation(self, message, trace, time.perf_counter())

    def acknowledge(self) -> None:
        """Note that the oldest record in flight is done."""
        if self._waiting:
            self._waiting.popleft()
        self.last_acknowledged = time.monotonic()
        self._progress.set_to_current_time()

    def oldest_age(self, now: float) -> float:
        """Return for how many seconds the oldest record in flight has been on its topic; 0 where there is none."""
        try:
            return max(0.0, now - self._waiting[0])
        except IndexError:
            return 0.0


@dataclass(slots=True, eq=False)
class Observation:
    """One record on its way through a stage; the shell fills in what it learns of it."""

    observer: StageObserver
    message: Any
    trace: Trace
    began: float
    record: Any = None
    effects: Sequence[Effect[Any, Any]] = ()
    seconds: float = 0.0
    published: str | None = None

    @property
    def headers(self) -> Headers:
        """What outputs carry of the trace."""
        return (self.trace.child(self.observer.stage).header,)

    @property
    def fields(self) -> dict[str, Any]:
        """What every line of log about the record says."""
        return {
            "stage": self.observer.stage,
            "article_id": article_id(self.record),
            "topic": self.message.topic,
            "partition": self.message.partition,
            "offset": self.message.offset,
            "trace_id": self.trace.trace_id,
            "duration_ms": round(self.seconds * 1000, 3),
        }

    def died(self, reason: str) -> None:
        """Count a dead letter; the shell writes its line."""
        self._measure()
        self.observer.records["dead"].inc()
        self.observer.metrics.dead_letters.labels(self.observer.stage, reason).inc()

    def decided(self) -> None:
        """Count what became of the record, and say it."""
        self._measure()
        values = [effect.value for effect in self.effects if isinstance(effect, Emit)]
        drop = next((effect.reason for effect in self.effects if isinstance(effect, Drop)), None)
        outcome = _outcome(values, drop)
        self.observer.records[outcome].inc()
        if not values:
            self.observer.metrics.drops.labels(self.observer.stage, drop or "silent").inc()
        self._count(values)
        self._tell(values, outcome, drop)
        if values and isinstance(self.record, Mention):
            self.published = self.record.published
        # As many records as are in flight would be kept in memory else.
        self.record, self.effects = None, ()

    def acknowledged(self) -> None:
        """Note that the outputs are on the broker and the record is done."""
        self.observer.acknowledge()
        age = _age(self.published)
        if age is not None:
            self.observer.metrics.freshness.observe(max(0.0, age))
            if age < 0:
                self.observer.metrics.published_in_future.inc()

    def _measure(self) -> None:
        self.seconds = time.perf_counter() - self.began
        self.observer.duration.observe(self.seconds)

    def _count(self, values: list[Any]) -> None:
        metrics = self.observer.metrics
        for value in values:
            match value:
                case Article(language=language):
                    metrics.articles.labels(metrics.language_label(language)).inc()
                case JudgedArticle():
                    metrics.verdicts.labels(value.verdict.verdict).inc()
                case Event():
                    metrics.events.labels(_change(value)).inc()
                case _:
                    pass
        if isinstance(self.record, JudgedArticle) and not self.record.verdict.nothing_new:
            metrics.events_per_article.observe(len(values))

    def _tell(self, values: list[Any], outcome: str, drop: str | None) -> None:
        level = logging.DEBUG if outcome == "ok" else logging.INFO
        events = [value for value in values if isinstance(value, Event)]
        if not logger.isEnabledFor(logging.INFO if events else level):
            return
        for event in events:
            told = {**self.fields, "event_id": event.event_id, "outcome": outcome}
            logger.info("event %s", _change(event), extra=told)
        if not events:
            logger.log(level, _LINES[outcome], extra={**self.fields, "outcome": outcome, "reason": drop})


def article_id(record: object) -> str | None:
    """Return the id of the article a record of a topic is about."""
    match record:
        case RawArticle() | Article():
            return record.uri
        case JudgedArticle():
            return record.article.uri
        case Mention():
            return record.article_id
        case _:
            return None


def _outcome(values: list[Any], drop: str | None) -> str:
    if not values:
        return _OUTCOMES.get(drop or "", "dropped")
    repeats = isinstance(values[0], JudgedArticle) and values[0].verdict.verdict in _SAME
    return "duplicate" if repeats else "ok"


def _change(event: Event) -> str:
    if event.status != "active":
        return event.status
    return "created" if event.revision == 1 else "revised"


def _age(published: str | None) -> float | None:
    """Return how many seconds ago a time was; None where there is none that can be read."""
    if not published:
        return None
    try:
        then = datetime.fromisoformat(published)
        return (datetime.now(UTC) - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()
    except (ValueError, OverflowError):
        return None
