"""Contexts of an event: what it is about, by the words of its clause, and the CAMEO code that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.events.draft import Draft

MOST = 4
BETWEEN_STATES = frozenset({"CONSULT", "AGREE"})


# What an agreement in general becomes with a topic: CAMEO 0311, economic, and 0312, military cooperation.
REFINED = {("030", "economic"): "0311", ("030", "military"): "0312"}


def add_contexts(drafts: Iterable[Draft]) -> None:
    """Set the contexts of each draft from words of its clause; talks between states are diplomatic."""
    for draft in drafts:
        clause = draft.firing.clause
        table = draft.chart.hits["context"]
        found = {name for i in range(clause.start, clause.end) if i in table for name in table[i][1]}
        if len(draft.countries) > 1 and draft.event_type in BETWEEN_STATES:
            found.add("diplomatic")
        draft.contexts = tuple(sorted(found))[:MOST]
        draft.cameo = next(
            (code for (old, name), code in REFINED.items() if old == draft.cameo and name in found), draft.cameo
        )
