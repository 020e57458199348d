"""Pictures: the records that a block of reports stands for, one an event key, as they should be on news.events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.linking.atom import atoms, outgrown
from pipeline.linking.cluster import Cluster, clusters
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


def pictures(reports: Iterable[Report]) -> dict[str, Picture]:
    """The picture of every event key of a block, by key.

    A cluster stands under the key of its first atom; the keys of the others are merged into it. Reports of an outgrown
    version of an article count no more; a key that has no others is retracted.
    """
    known = tuple(reports)
    old = {r.mention_id for r in outgrown(known)}
    found: dict[str, Picture] = {}
    for cluster in clusters(r for r in known if r.mention_id not in old):
        found.update(_of_cluster(cluster))
    for atom in atoms(r for r in known if r.mention_id in old):
        if atom.event_key not in found:
            found[atom.event_key] = Picture("retracted", len(atom.reports) + 1, atom.reports)
    return found


def _of_cluster(cluster: Cluster) -> dict[str, Picture]:
    members = tuple(r for atom in cluster for r in atom.reports)
    first, *others = cluster
    merged = {a.event_key: Picture("merged", len(members), a.reports, first.event_key) for a in others}
    return {first.event_key: Picture("active", len(members), members), **merged}
