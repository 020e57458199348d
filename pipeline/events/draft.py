"""An event as the coder first sees it, before repeats are merged and records are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.firing import Firing
    from pipeline.events.triggers import Trigger
    from schemas.event import EventDate, EventLocation


@dataclass(slots=True, kw_only=True)
class Draft:
    """One event of one clause; `repeats` are other clauses of the article that report it too."""

    chart: Chart
    sentence: int
    firing: Firing
    event_type: str
    mode: str | None
    cameo: str
    quad: int
    actors: tuple[Chunk, ...]
    recipients: tuple[Chunk, ...]
    mutual: bool
    inherited: bool
    resolved: bool
    reported: bool
    speaker: Chunk | None
    date: EventDate | None
    location: EventLocation | None
    future: bool = False
    historical: bool = False
    contexts: tuple[str, ...] = ()
    repeats: list[Draft] = field(default_factory=list)

    @property
    def act(self) -> Trigger:
        """The trigger that fired."""
        return self.firing.act

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries of both sides, sorted, each once."""
        return tuple(sorted({c.country for c in (*self.actors, *self.recipients) if c.country}))


def one_assault(drafts: list[Draft]) -> list[Draft]:
    """Within a clause, the attack and those it killed are one event: "ten were killed in an air strike"."""
    assaults = [d for d in drafts if d.event_type == "ASSAULT"]
    if len(assaults) < 2:
        return drafts
    kept = next((d for d in assaults if d.firing.group is not None), assaults[0])
    for other in assaults:
        if other is not kept:
            kept.actors = kept.actors or other.actors
            named = any(c.country for c in kept.recipients)
            kept.recipients = kept.recipients if named else other.recipients or kept.recipients
            kept.mode, kept.cameo = (
                (other.mode, other.cameo) if other.mode and not kept.mode else (kept.mode, kept.cameo)
            )
    return [d for d in drafts if d is kept or d.event_type != "ASSAULT"]
