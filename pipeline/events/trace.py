"""What the coder found in each sentence and what it refused, for those who write language data (`khabar explain`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
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
    parties: dict[tuple[int, int], tuple[Chunk, ...]] = field(default_factory=dict)

    def refuse(self, chart: Chart, act: Trigger, span: tuple[int, int], reason: str) -> None:
        """Take note of a trigger that led to no event; said once where several clauses or readings refuse it."""
        refusal = Refusal(chart.segment, *span, act.id, reason)
        if refusal not in self.refusals:
            self.refusals.append(refusal)

    def name(self, chart: Chart, start: int, chunks: Sequence[Chunk]) -> None:
        """Take note of the parties and places found in the sentence that begins at token `start`."""
        self.parties[chart.segment, start] = tuple(chunks)
