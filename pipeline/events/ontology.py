"""PLOVER: types, modes, quad classes, intensities and CAMEO codes, from knowledge/plover.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.resources import knowledge_toml


@dataclass(frozen=True, slots=True)
class Ontology:
    """The table of the manual."""

    types: dict[str, Any]
    contexts: frozenset[str]
    sectors: frozenset[str]
    nonstate: frozenset[str]

    def knows(self, event_type: str, mode: str | None) -> bool:
        """Whether the type exists and has the mode."""
        return event_type in self.types and (mode is None or mode in self.types[event_type]["modes"])

    def quad(self, event_type: str) -> int:
        """Quad class, 1 to 4."""
        return int(self.types[event_type]["quad"])

    def intensity(self, event_type: str, mode: str | None) -> float:
        """Intensity score, -10 to 10: that of the mode where it has one."""
        row = self.types[event_type]
        return float(row["modes"][mode]["intensity"] if mode else row["intensity"])

    def cameo(self, event_type: str, mode: str | None) -> str:
        """CAMEO code where nothing finer is known."""
        row = self.types[event_type]
        return str(row["modes"][mode]["cameo"] if mode else row["cameo"])

    def in_future(self, event_type: str) -> str:
        """Return the type of an event of this type that has not happened yet."""
        return str(self.types[event_type]["future"])


@cache
def ontology() -> Ontology:
    """Read knowledge/plover.toml."""
    table = knowledge_toml("plover")
    return Ontology(
        types=table["types"],
        contexts=frozenset(table["contexts"]),
        sectors=frozenset(table["sectors"]),
        nonstate=frozenset(table["nonstate"]),
    )
