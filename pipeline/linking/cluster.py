"""Clusters: the atoms of a block that are of one event. A function of the set of atoms, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

from pipeline.linking.atom import EVER, Atom
from pipeline.linking.bond import Bond, bond
from pipeline.linking.veto import DAYS_APART

Cluster = tuple[Atom, ...]


def clusters(atoms: Iterable[Atom]) -> list[Cluster]:
    """Put atoms into clusters, every member of which agrees with every other; the first atom is the canonical one.

    Complete linkage, so that no chain of small steps joins what does not belong together.
    """
    found: list[Growing] = []
    for atom in sorted(atoms, key=attrgetter("order")):
        best: tuple[Bond, Growing] | None = None
        first, last = atom.days
        # The dates alone spare most of the others; in the open, for this is asked most often of all.
        near = [
            cluster for cluster in found if cluster.last >= first - DAYS_APART and cluster.first <= last + DAYS_APART
        ]
        for cluster in near:
            strength = cluster.bond(atom)
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
        first, last = one.days[0] - DAYS_APART, one.days[1] + DAYS_APART
        close = [(key, other) for key, other in left.items() if other.days[0] <= last and first <= other.days[1]]
        near = [key for key, other in close if bond(one, other)]
        for key in near:
            del left[key]
        ahead += near
        found.update(near)
    return found


class Growing:
    """A cluster to which atoms are added, and the days that all its members have in common."""

    __slots__ = ("first", "last", "members")

    def __init__(self, atom: Atom) -> None:
        self.members: list[Atom] = []
        self.first, self.last = EVER
        self.take(atom)

    def take(self, atom: Atom) -> None:
        """Add an atom."""
        self.members.append(atom)
        first, last = atom.days
        self.first, self.last = max(self.first, first), min(self.last, last)

    def bond(self, atom: Atom) -> Bond | None:
        """The strongest bond of an atom to a member, None where one of them excludes it."""
        strongest: Bond | None = None
        for member in self.members:
            found = bond(member, atom)
            if found is None:
                return None
            strongest = found if strongest is None else max(strongest, found)
        return strongest
