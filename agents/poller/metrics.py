"""What the poller counts and measures, in the registry of its process.

Labels are outcomes, kinds of error and status codes, all from closed lists: never a feed, a host or anything a feed
wrote. docs/feeds.md says what each means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from pipeline.feeds.outcome import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.poller.fetch import FetchResult
    from pipeline.feeds.outcome import Outcome

_STATUSES = frozenset({200, 226, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504})
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
_LATE = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
_CPU = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
_PARSE_FAILURES = (ErrorKind.PARSE_TIMEOUT, ErrorKind.PARSE_MEMORY, ErrorKind.PARSE_ERROR, ErrorKind.NOT_A_FEED)


class PollerMetrics:
    """The instruments of one poller."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Make them in `registry`, in one of their own where none is given."""
        self.registry = registry or CollectorRegistry()
        own = self.registry
        self.feeds = Gauge("khabar_feeds", "Feeds of the catalog this process polls.", registry=own)
        self.due = Gauge("khabar_feeds_due", "Feeds whose time has come and that wait.", registry=own)
        self.silent = Gauge(
            "khabar_feeds_silent", "Feeds that fail and gave no good answer for six hours.", registry=own
        )
        self.throttled = Gauge("khabar_hosts_throttled", "Hosts that asked to be left alone.", registry=own)
        self.lag = Histogram(
            "khabar_poll_lag_seconds", "From the time a feed was due to its poll.", buckets=_LATE, registry=own
        )
        self.polls = Counter("khabar_polls", "Polls by outcome and error.", ("outcome", "error"), registry=own)
        self.fetches = Counter("khabar_fetches", "Answers by HTTP status.", ("status",), registry=own)
        self.bytes = Counter("khabar_fetch_bytes", "Bytes of documents after decompression.", registry=own)
        self.fetch_seconds = Histogram(
            "khabar_fetch_seconds",
            "From asking for a feed to its answer, turns at hosts included.",
            buckets=_SECONDS,
            registry=own,
        )
        self.entries = Counter("khabar_entries", "Items of documents read, by what they were.", ("kind",), registry=own)
        self.parse_cpu = Histogram(
            "khabar_parse_cpu_seconds", "Processor time of parsing a document.", buckets=_CPU, registry=own
        )
        self.parse_failures = Counter(
            "khabar_parse_failures", "Documents that gave no feed, by reason.", ("reason",), registry=own
        )
        self.parser_restarts = Counter("khabar_parser_restarts", "Parsing processes killed and replaced.", registry=own)
        for kind in ("new", "updated", "unchanged", "dropped", "withheld"):
            self.entries.labels(kind)
        for reason in _PARSE_FAILURES:
            self.parse_failures.labels(reason.value)

    def watch(self, *, due: Callable[[], float], silent: Callable[[], float], throttled: Callable[[], float]) -> None:
        """Let the gauges read these whenever they are asked for."""
        self.due.set_function(due)
        self.silent.set_function(silent)
        self.throttled.set_function(throttled)

    def fetched(self, result: FetchResult, seconds: float) -> None:
        """Count an answer."""
        known = result.status in _STATUSES
        self.fetches.labels(str(result.status) if known else "other" if result.status else "none").inc()
        self.bytes.inc(len(result.body))
        self.fetch_seconds.observe(seconds)

    def polled(self, outcome: Outcome) -> None:
        """Count a poll that is over."""
        self.polls.labels(outcome.kind, outcome.error.value if outcome.error else "").inc()

    def read(self, *, items: int, changed: int, updated: int, dropped: int, withheld: int = 0) -> None:
        """Count the items of a document; `changed` includes those updated."""
        self.entries.labels("new").inc(changed - updated)
        self.entries.labels("updated").inc(updated)
        self.entries.labels("unchanged").inc(max(0, items - changed - withheld))
        self.entries.labels("withheld").inc(withheld)
        self.entries.labels("dropped").inc(dropped)
