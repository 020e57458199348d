"""Whether an article is about politics at all: sport, weather, film and science use the words of war and talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart

# The beginning tells the topic.
LOOKED_AT = 260
LEAST_PHRASES = 3
# Offices and bodies outweigh this many words of a topic each.
POLITICAL_WEIGHT = 0.7


def off_topic(charts: Sequence[Chart]) -> str | None:
    """Name the topic that keeps an article from being coded, or None."""
    seen: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    political = left = 0
    left = LOOKED_AT
    for chart in charts:
        stop = min(left, len(chart.texts))
        for i, (end, names) in chart.hits["topic"].items():
            if i < stop:
                for name in names:
                    seen.setdefault(name, set()).add(" ".join(chart.folded[i:end]))
                    counts[name] = counts.get(name, 0) + 1
        political += sum(1 for i in chart.hits["role"] if i < stop)
        left -= stop
        if left <= 0:
            break
    for name in sorted(counts, key=lambda topic: (-counts[topic], topic)):
        if len(seen[name]) >= LEAST_PHRASES and counts[name] > POLITICAL_WEIGHT * political:
            return name
    return None
