"""What a process counts and measures for Prometheus: one registry of its own, prefix `khabar_`, base units.

Labels are stages, outcomes, reasons, languages and tables, all from closed lists: never a url, title, id or anything
else a source wrote. docs/observability.md says what each metric means and what to do when it moves.
"""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest

from pipeline.topology import STAGE_NAMES
from schemas.deadletter import DeadReason

if TYPE_CHECKING:
    from collections.abc import Iterable

DISTRIBUTION = "khabar-pipeline"
OUTCOMES = ("ok", "no_event", "duplicate", "dropped", "dead")
VERDICTS = ("new", "update", "duplicate", "contained")
CHANGES = ("created", "revised", "merged", "retracted")

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SLOW = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
AGES = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 86400.0)
NUMBERS = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0)

# A language label is a code as the language stage gives it, and there are at most so many.
_LANGUAGE = re.compile(r"[a-z]{2,3}")
MOST_LANGUAGES = 128


class Metrics:
    """The instruments of one process; other modules may add theirs to `registry`."""

    def __init__(self) -> None:
        """Make them, at zero where the label values are known."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._languages: set[str] = set()
        self._make_flow()
        self._make_delivery()
        self._make_data()
        self._make_process()
        ProcessCollector(registry=self.registry)

    def render(self) -> bytes:
        """Write all of them in Prometheus' text format."""
        return generate_latest(self.registry)

    def language_label(self, code: str) -> str:
        """Return a language code that may be a label, else `other`."""
        if code not in self._languages:
            if len(self._languages) >= MOST_LANGUAGES or not _LANGUAGE.fullmatch(code):
                return "other"
            self._languages.add(code)
        return code

    def _make_flow(self) -> None:
        self.records = self._counter("records", "records a stage has decided on", "stage", "outcome")
        self.drops = self._counter("drops", "records understood that lead to nothing, by reason", "stage", "reason")
        self.dead_letters = self._counter("dead_letters", "records sent to the dead letters", "stage", "reason")
        self.dead_letter_ratio = self._gauge(
            "dead_letter_ratio", "share of dead among a stage's latest records, 1,000 at most", "stage"
        )
        self.redelivered = self._counter("redelivered", "records this process took more than once", "stage")
        self.stage_duration = self._histogram("stage_duration_seconds", "work of a stage on one record", FAST, "stage")
        self.last_progress = self._gauge(
            "last_progress_timestamp_seconds", "time of a stage's latest acknowledgement", "stage"
        )
        self.in_flight = self._gauge("in_flight_records", "records taken and not yet acknowledged", "stage")
        self.lag_records = self._gauge("consumer_lag_records", "records of a stage's topic not yet committed", "stage")
        self.lag_seconds = self._gauge("consumer_lag_seconds", "age of the oldest record not yet committed", "stage")
        _touch(self.records, STAGE_NAMES, OUTCOMES)
        _touch(self.dead_letters, STAGE_NAMES, get_args(DeadReason))

    def _make_delivery(self) -> None:
        self.produce_duration = self._histogram("produce_duration_seconds", "a record to its confirmation", FAST)
        self.produce_retries = self._counter("produce_retries", "deliveries that failed and were repeated", "stage")
        self.rebalances = self._counter("rebalances", "times partitions were handed out to this worker")
        self.recovery = self._histogram("recovery_seconds", "from a hand-out to records being read again", SLOW)
        self.assigned_partitions = self._gauge("assigned_partitions", "partitions this worker reads now")
        self.broker_reachable = self._gauge("broker_reachable", "1 where the broker answered the last question")
        _touch(self.produce_retries, STAGE_NAMES)

    def _make_data(self) -> None:
        self.freshness = self._histogram("freshness_seconds", "from an article's publication to its event", AGES)
        self.published_in_future = self._counter("published_in_future", "articles published after they were read")
        self.articles = self._counter("articles", "articles identified, by language", "language")
        self.verdicts = self._counter("verdicts", "articles judged for duplicates", "verdict")
        self.events_per_article = self._histogram("events_per_article", "mentions found in a new article", NUMBERS)
        self.events = self._counter("events", "event records written", "change")
        self.table_entries = self._gauge("table_entries", "entries of a table this worker holds", "table")
        self.table_bytes = self._gauge("table_bytes", "keys and values of a table this worker holds", "table")
        _touch(self.articles, ("und",))
        _touch(self.verdicts, VERDICTS)
        _touch(self.events, CHANGES)

    def _make_process(self) -> None:
        self.loop_lag = self._histogram("event_loop_lag_seconds", "how late the event loop wakes a sleeper", FAST)
        self.build = self._gauge(
            "build_info", "1, with the versions that run", "version", "python", "faust", "aiokafka"
        )
        self.build.labels(
            version(DISTRIBUTION), platform.python_version(), version("faust-streaming"), version("aiokafka")
        ).set(1)

    def _counter(self, name: str, doc: str, *labels: str) -> Counter:
        return Counter(f"khabar_{name}", _sentence(doc), labels, registry=self.registry)

    def _gauge(self, name: str, doc: str, *labels: str) -> Gauge:
        return Gauge(f"khabar_{name}", _sentence(doc), labels, registry=self.registry)

    def _histogram(self, name: str, doc: str, buckets: Iterable[float], *labels: str) -> Histogram:
        return Histogram(f"khabar_{name}", _sentence(doc), labels, buckets=tuple(buckets), registry=self.registry)


def _touch(counter: Counter, *values: Iterable[str]) -> None:
    """Make the series of all label values, so that a rate is known from the first record on."""
    first, *rest = values
    for value in first:
        for other in rest[0] if rest else ((),):
            counter.labels(value, *((other,) if rest else ()))


def _sentence(doc: str) -> str:
    return f"{doc[0].upper()}{doc[1:]}."
