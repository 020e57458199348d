"""Pictures: the records that a block of reports stands for, one an event key, as they should be on news.events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pipeline.linking.atom import Atom
from pipeline.linking.cluster import Cluster, clusters, reach
from pipeline.linking.merge import ended, event
from pipeline.linking.report import Report
from schemas.event import Event


@dataclass(frozen=True, slots=True)
class Picture:
    """What an event id stands for: its state and its reports. Two equal pictures give the same record."""

    status: Literal["active", "merged", "retracted"]
    revision: int
    reports: tuple[Report, ...]
    into: str | None = None

    def event(self, event_id: str) -> Event:
        """Write the record."""
        if self.status == "active":
            return event(event_id, self.reports, revision=self.revision)
        return ended(event_id, self.reports, revision=self.revision, status=self.status, into=self.into)


@dataclass(slots=True)
class Telling:
    """The reports of a block by event key: those that stand, and those that a later version or a withdrawal ended."""

    atoms: dict[str, Atom] = field(default_factory=dict)
    gone: dict[str, Atom] = field(default_factory=dict)

    def with_keys(self, keys: Iterable[str], other: Telling) -> Telling:
        """This with some keys as in another."""
        atoms, gone = dict(self.atoms), dict(self.gone)
        for mine, theirs in ((atoms, other.atoms), (gone, other.gone)):
            for key in keys:
                mine.pop(key, None)
                if key in theirs:
                    mine[key] = theirs[key]
        return Telling(atoms, gone)

    def of(self, keys: Iterable[str]) -> Telling:
        """This of some keys alone."""
        only = frozenset(keys)
        standing, gone = ({k: a for k, a in atoms.items() if k in only} for atoms in (self.atoms, self.gone))
        return Telling(standing, gone)

    def reports(self, key: str) -> int:
        """Count the reports of a key."""
        return sum(len(atoms[key].reports) for atoms in (self.atoms, self.gone) if key in atoms)

    def pictures(self, keys: Iterable[str]) -> dict[str, Picture]:
        """The pictures of event keys and of all that depends on them, by key.

        A cluster stands under the key of its first atom; the keys of the others are merged into it. A key that has no
        report any more is retracted.
        """
        found: dict[str, Picture] = {}
        for cluster in clusters(self.atoms[key] for key in keys if key in self.atoms):
            found.update(self._of_cluster(cluster))
        for key in keys:
            if key not in self.atoms and key in self.gone:
                found[key] = Picture("retracted", self._revision(key), self.gone[key].reports)
        return found

    def _of_cluster(self, cluster: Cluster) -> dict[str, Picture]:
        members = tuple(r for atom in cluster for r in atom.reports)
        revision = sum(self._revision(atom.event_key) for atom in cluster)
        first, *others = cluster
        merged = {a.event_key: Picture("merged", revision, a.reports, first.event_key) for a in others}
        return {first.event_key: Picture("active", revision, members), **merged}

    def _revision(self, key: str) -> int:
        """Count what became of a key: every report that came, and every one that went again."""
        gone = len(self.gone[key].reports) if key in self.gone else 0
        return self.reports(key) + gone


def differences(before: Telling, after: Telling, seeds: Iterable[str]) -> list[tuple[str, Picture]]:
    """The pictures that are others after than before, by event key, when only the reports of `seeds` differ."""
    keys = sorted({*seeds} | reach(before.atoms, seeds) | reach(after.atoms, seeds))
    old, new = before.pictures(keys), after.pictures(keys)
    for key in old.keys() - new.keys():
        # Nothing is left of what an older coder told.
        new[key] = Picture("retracted", old[key].revision + 1, old[key].reports)
    return [(key, picture) for key, picture in sorted(new.items()) if picture != old.get(key)]
