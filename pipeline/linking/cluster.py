"""Clusters: the reports of a block that are of one event. A function of the set of reports, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.linking.atom import Atom, atoms
from pipeline.linking.bond import DAYS_APART, Bond, bond
from pipeline.linking.period import Period
from pipeline.linking.report import Report

Cluster = tuple[Atom, ...]


def clusters(reports: Iterable[Report]) -> list[Cluster]:
    """Put reports into clusters, every member of which agrees with every other; the first atom is the canonical one.

    Complete linkage, so that no chain of small steps joins what does not belong together.
    """
    found: list[Growing] = []
    for atom in atoms(reports):
        best: tuple[Bond, Growing] | None = None
        for cluster in found:
            strength = cluster.bond(atom) if cluster.may_take(atom.period) else None
            if strength is not None and (best is None or strength > best[0]):
                best = strength, cluster
        if best is None:
            found.append(Growing(atom))
        else:
            best[1].take(atom)
    return [tuple(cluster.members) for cluster in found]


class Growing:
    """A cluster to which atoms are added, and the days that all its dated members have in common."""

    __slots__ = ("first", "last", "members")

    def __init__(self, atom: Atom) -> None:
        self.members: list[Atom] = []
        self.first, self.last = 0, date.max.toordinal()
        self.take(atom)

    def take(self, atom: Atom) -> None:
        """Add an atom."""
        self.members.append(atom)
        if atom.period.known:
            self.first, self.last = max(self.first, atom.period.first), min(self.last, atom.period.last)

    def may_take(self, when: Period) -> bool:
        """Whether the dates alone allow an event of then: a quick look that spares most of the others."""
        return not when.known or (when.first - self.last <= DAYS_APART and self.first - when.last <= DAYS_APART)

    def bond(self, atom: Atom) -> Bond | None:
        """The strongest bond of an atom to a member, None where one of them excludes it."""
        strongest: Bond | None = None
        for member in self.members:
            found = bond(member, atom)
            if found is None:
                return None
            strongest = found if strongest is None else max(strongest, found)
        return strongest
