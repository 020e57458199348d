"""One rule at work: the events of its window by group, and the alerts they give.

Time is that of the last report of an event; no clock is looked at. An event without a time counts at the time reached.
Partitions are read in no fixed order, so a report that comes up to a day late is counted with those around its time.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.alerts.rules import Rule
from pipeline.clock import advanced, seconds
from pipeline.subscription.facts import facts_of
from schemas.event import Event
from schemas.parties import Dyad

MOST_GROUPS = 10_000
MOST_EVENTS = 2_000
# Seconds by which a report may come late, behind others of other partitions, and still count.
LATEST_REPORT = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a rule found; `alert_id` is a hash of rule, group and events, so that the same alert has the same id.

    `time` is RFC 3339, that of the report which gave the alert; `event_ids` are those within the window, the oldest
    report first, and `event` is the one that came last.
    """

    alert_id: str
    rule: str
    group: str | None
    time: str
    count: int
    event_ids: tuple[str, ...]
    event: Event


@dataclass(slots=True)
class Window:
    """The events of one group: the time of each by id, and when an alert was given last; in seconds since 1970."""

    events: dict[str, int] = field(default_factory=dict)
    fired: int | None = None

    def expire(self, oldest: int) -> None:
        """Let go of events that were reported then or before, and of the oldest where there are too many."""
        for name in [name for name, time in self.events.items() if time <= oldest]:
            del self.events[name]
        if len(self.events) >= MOST_EVENTS:
            del self.events[min(self.events, key=lambda name: (self.events[name], name))]

    def fullest(self, time: int, length: int) -> tuple[int, tuple[str, ...]]:
        """Find the stretch of `length` seconds around a time with most events: its end, and the events in order."""
        ordered = sorted((at, name) for name, at in self.events.items() if time - length < at < time + length)
        times = [at for at, _ in ordered]
        best, end = 0, time
        for last in range(bisect_left(times, time), len(times)):
            count = last + 1 - bisect_right(times, times[last] - length)
            if count > best and times[last] - length < time:
                best, end = count, times[last]
        return end, tuple(name for at, name in ordered if end - length < at <= end)


class Watch:
    """A rule with its windows; what it knows can be written as JSON and read back."""

    def __init__(self, rule: Rule, known: Mapping[str, Any] | None = None) -> None:
        """Begin with nothing, or with what `state` gave earlier."""
        self.rule = rule
        self._clock: int | None = known["clock"] if known else None
        self._windows: OrderedDict[str, Window] = OrderedDict(
            (group, Window(dict(window["events"]), window["fired"]))
            for group, window in (known["windows"] if known else {}).items()
        )

    def state(self) -> dict[str, Any]:
        """Give what is known, for JSON."""
        windows = {group: {"events": one.events, "fired": one.fired} for group, one in self._windows.items()}
        return {"clock": self._clock, "windows": windows}

    def take(self, event: Event) -> list[Alert]:
        """Take an event; returns the alerts it gives, one a group at most."""
        self._clock = advanced(self._clock, seconds(event.last_seen))
        if event.status != "active":
            for window in self._windows.values():
                window.events.pop(event.event_id, None)
            return []
        if not self.rule.where.holds(event):
            return []
        return [alert for group in self._groups(event) for alert in self._counted(group, event)]

    def _groups(self, event: Event) -> list[str]:
        if self.rule.group_by is None:
            return [""]
        values = facts_of(event)(self.rule.group_by) or ()
        names = {"-".join(sorted(value[:2])) if isinstance(value, Dyad) else str(value) for value in values}
        return sorted(names)

    def _counted(self, group: str, event: Event) -> Iterator[Alert]:
        now = self._clock or 0
        oldest = now - self.rule.window - LATEST_REPORT
        window = self._window(group)
        window.expire(oldest)
        time = min(seconds(event.last_seen) or now, now)
        if event.event_id in window.events or time <= oldest:
            return
        window.events[event.event_id] = time
        end, names = window.fullest(time, self.rule.window)
        cooled = window.fired is None or abs(end - window.fired) >= self.rule.cool_down
        if len(names) >= self.rule.count and cooled:
            window.fired = end
            yield self._alert(group, names, event, end)

    def _window(self, group: str) -> Window:
        window = self._windows.setdefault(group, Window())
        self._windows.move_to_end(group)
        if len(self._windows) > MOST_GROUPS:
            self._windows.popitem(last=False)
        return window

    def _alert(self, group: str, names: tuple[str, ...], event: Event, end: int) -> Alert:
        digest = hashlib.sha256("\0".join((self.rule.name, group, str(end), *names)).encode("utf-8", "replace"))
        return Alert(
            alert_id=f"al1_{digest.hexdigest()[:32]}",
            rule=self.rule.name,
            group=group or None,
            time=datetime.fromtimestamp(end, UTC).isoformat().replace("+00:00", "Z"),
            count=len(names),
            event_ids=names,
            event=event,
        )
