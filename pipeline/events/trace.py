"""What the coder found and what it refused, for those who write language data (`khabar explain`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Refusal:
    """A trigger whose words stood at tokens [start, end) of a segment and led to no event, and the rule why."""

    segment: int
    start: int
    end: int
    trigger: str
    reason: str


@dataclass(slots=True)
class Trace:
    """Notes taken while an article is read; nobody takes them unless asked to."""

    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, chart: Chart, act: Trigger, span: tuple[int, int], reason: str) -> None:
        """Take note of a trigger that led to no event."""
        self.refusals.append(Refusal(chart.segment, *span, act.id, reason))
