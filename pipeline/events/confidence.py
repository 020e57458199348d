"""How sure a mention is: the product of four parts.

trigger  how clearly the words name the event (the trigger's own figure, less where no verb stands, by type as measured)
roles    whether the parties stand in the cases of the frame, or were carried over or resolved
country  the weakest basis among the parties' countries
realis   whether the verb says that it happened
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pipeline.events.chunks import BASIS_WEIGHT
from pipeline.resources import knowledge_toml
from schemas.event import ConfidenceParts

if TYPE_CHECKING:
    from pipeline.events.draft import Draft

TENSES = {
    "past": 0.98, "passive": 0.96, "participle": 0.9, "progressive": 0.88, "present": 0.9, "nominal": 0.85,
    "future": 0.8, "need": 0.85, "habitual past": 0.7,
}  # fmt: skip
NOMINAL = 0.9
INHERITED = 0.85
PAIR = 0.85
ONE_SIDED = 0.85
OPEN_OFFER = 0.6
TWO = 2
NO_COUNTRY = 0.5
REPORTED_DEED = 0.8
# What is only recalled is seldom what the article reports.
RECALLED = 0.6


def confidence(draft: Draft) -> ConfidenceParts:
    """Return the parts of a draft's confidence."""
    parties = (*draft.actors, *draft.recipients)
    trigger = draft.act.confidence * (NOMINAL if draft.firing.group is None else 1.0)
    trigger = min(trigger * _reliability().get(draft.event_type, 1.0), 1.0)
    roles = 0.95
    if draft.inherited:
        roles *= INHERITED
    if draft.resolved:
        roles *= PAIR
    if len(parties) < TWO and draft.act.frame != "self":
        roles *= OPEN_OFFER if draft.event_type == "AGREE" else ONE_SIDED
    weights = [BASIS_WEIGHT.get(c.basis or "", NO_COUNTRY) for c in parties if c.country or c.kind == "person"]
    country = min(weights, default=NO_COUNTRY)
    realis = TENSES.get(draft.firing.tense, 0.7)
    if draft.historical:
        realis *= RECALLED
    if draft.reported and draft.quad == 4:
        realis *= REPORTED_DEED
    return ConfidenceParts(
        trigger=round(trigger, 4), roles=round(roles, 4), country=round(country, 4), realis=round(realis, 4)
    )


@cache
def _reliability() -> dict[str, float]:
    """How far each type is to be believed, as measured."""
    table: dict[str, float] = knowledge_toml("reliability")["type"]
    return table


def total(parts: ConfidenceParts) -> float:
    """Return the product of the parts."""
    return round(parts.trigger * parts.roles * parts.country * parts.realis, 4)
