"""Clusters: the atoms of a block that are of one event. A function of the set of atoms, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pipeline.linking.atom import Atom
from pipeline.linking.bond import Bond, bond
from pipeline.linking.period import Period
from pipeline.linking.veto import DAYS_APART

Cluster = tuple[Atom, ...]


def clusters(atoms: Iterable[Atom]) -> list[Cluster]:
    """Put atoms into clusters, every member of which agrees with every other; the first atom is the canonical one.

    Complete linkage, so that no chain of small steps joins what does not belong together.
    """
    found: list[Growing] = []
    for atom in sorted(atoms, key=lambda atom: atom.order):
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


def reach(atoms: Mapping[str, Atom], keys: Iterable[str]) -> set[str]:
    """The keys of all atoms that bonds lead to from some of them: no other cluster depends on these."""
    ahead = [key for key in keys if key in atoms]
    left = {key: atom for key, atom in atoms.items() if key not in ahead}
    found = set(ahead)
    while ahead:
        one = atoms[ahead.pop()]
        near = [key for key, other in left.items() if _may_meet(one.period, other.period) and bond(one, other)]
        for key in near:
            del left[key]
        ahead += near
        found.update(near)
    return found


def _may_meet(one: Period, other: Period) -> bool:
    """Whether the dates alone allow one event: a quick look that spares most of the others."""
    if not (one.known and other.known):
        return True
    return one.first - other.last <= DAYS_APART and other.first - one.last <= DAYS_APART


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
        """Whether the dates alone allow an event of then."""
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
