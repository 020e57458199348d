"""Clusters: the reports of a block that are of one event. A function of the set of reports, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipeline.linking.period import Period
from pipeline.linking.report import Report

DAYS_APART = 1
TOLD_DAYS_APART = 3

Bond = tuple[int, ...]


@dataclass(frozen=True)
class Atom:
    """The reports of one event key, in order: they are of one event by definition."""

    event_key: str
    reports: tuple[Report, ...]

    @cached_property
    def order(self) -> tuple[int, int, str, str]:
        """Canonical order: the most precise date first, then the earliest, then the first published."""
        return min((r.period.rank, r.period.first, *r.order) for r in self.reports)

    @cached_property
    def period(self) -> Period:
        """When its event was."""
        return min((r.period for r in self.reports), key=lambda p: (p.rank, p.first, p.last))

    @cached_property
    def persons(self) -> dict[str, frozenset[str]]:
        """Keys of the persons it names, by country."""
        found: dict[str, set[str]] = defaultdict(set)
        for r in self.reports:
            for actor in (*r.actors, *r.recipients):
                if actor.person_key:
                    found[actor.country or ""].add(actor.person_key)
        return {country: frozenset(keys) for country, keys in found.items()}

    @cached_property
    def places(self) -> frozenset[str]:
        """Its cities."""
        return frozenset(r.place for r in self.reports if r.place)

    @cached_property
    def modes(self) -> frozenset[str]:
        """Its PLOVER modes."""
        return frozenset(r.event_mode for r in self.reports if r.event_mode)

    @cached_property
    def sums(self) -> frozenset[str]:
        """The sums it states."""
        return frozenset(s for r in self.reports for s in r.sums)

    @cached_property
    def stories(self) -> frozenset[str]:
        """The stories it is told in."""
        return frozenset(r.story for r in self.reports)

    @cached_property
    def articles(self) -> frozenset[str]:
        """The articles it is told in."""
        return frozenset(r.article_id for r in self.reports)

    @cached_property
    def told(self) -> Period | None:
        """The days of its publication."""
        days = [r.told for r in self.reports if r.told]
        return Period(min(days), max(days), 0) if days else None


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


def atoms(reports: Iterable[Report]) -> list[Atom]:
    """Group reports by event key, in canonical order."""
    groups: dict[str, list[Report]] = defaultdict(list)
    for r in sorted(reports, key=lambda r: r.order):
        groups[r.event_key].append(r)
    return sorted((Atom(key, tuple(group)) for key, group in groups.items()), key=lambda atom: atom.order)


def bond(one: Atom, other: Atom) -> Bond | None:
    """How strongly two atoms are of one event, None when they are not; larger tuples are stronger."""
    gap = _gap(one, other)
    if gap is None or _conflict(one, other):
        return None
    shared = sum(len(one.persons[c] & other.persons[c]) for c in one.persons.keys() & other.persons.keys())
    grounds = (
        shared,
        len(one.places & other.places),
        len(one.stories & other.stories),
        len(one.sums & other.sums),
    )
    if not any(grounds) and _needs_grounds(one, other, gap):
        return None
    return (*grounds, -gap, -abs(one.period.rank - other.period.rank))


def _gap(one: Atom, other: Atom) -> int | None:
    """Days between the two, None when their dates exclude each other."""
    if one.period.known and other.period.known:
        gap = one.period.gap(other.period)
        return gap if gap <= DAYS_APART else None
    if _recalled(one) != _recalled(other):
        return None
    if one.stories & other.stories:
        return 0
    # Of what has no date only the day of the report is known.
    days = [atom.period if atom.period.known else atom.told for atom in (one, other)]
    if days[0] is None or days[1] is None:
        return None
    gap = days[0].gap(days[1])
    return gap if gap <= TOLD_DAYS_APART else None


def _recalled(atom: Atom) -> bool:
    return any(r.recalled for r in atom.reports)


def _needs_grounds(one: Atom, other: Atom, gap: int) -> bool:
    """Whether agreement in type, countries and date is too little: a person, city, sum or story must be shared too."""
    loose = gap > 0 or one.period.coarse or other.period.coarse
    return loose or one.reports[0].domestic


def _conflict(one: Atom, other: Atom) -> bool:
    return (
        _apart(one.modes, other.modes)
        or _sums_differ(one.sums, other.sums)
        or _flows_differ(one.reports[0].flow, other.reports[0].flow)
        or _codes_differ(one, other)
        or any(_apart(one.persons[c], other.persons[c]) for c in one.persons.keys() & other.persons.keys())
        or _places_differ(one, other)
    )


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _sums_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both state sums in one currency and none is the same."""
    units = {s.partition(" ")[0] for s in one} & {s.partition(" ")[0] for s in other}
    return bool(units) and one.isdisjoint(other)


def _flows_differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _codes_differ(one: Atom, other: Atom) -> bool:
    """Whether the acts differ. One article may be vaguer than another, but acts it tells apart are different ones."""
    a, b = one.reports[0].code, other.reports[0].code
    if a and b and a != b and not one.articles.isdisjoint(other.articles):
        return True
    return not (a.startswith(b) or b.startswith(a))


def _places_differ(one: Atom, other: Atom) -> bool:
    """Whether the cities differ, or else the countries: names of different languages are not compared."""
    if _apart(_country(one), _country(other)):
        return True
    pairs = [(a, b) for a in one.places for b in other.places if _comparable(a, b)]
    return bool(pairs) and all(a != b for a, b in pairs)


def _comparable(one: str, other: str) -> bool:
    return one.isdigit() == other.isdigit() and (one.isdigit() or one.partition(" ")[0] == other.partition(" ")[0])


def _country(atom: Atom) -> frozenset[str]:
    places = [r.event_location for r in atom.reports]
    return frozenset(p.country for p in places if p and p.country and p.basis != "dateline")


def outgrown(reports: Iterable[Report]) -> Iterator[Report]:
    """The reports of articles of which a later version is at hand."""
    known = tuple(reports)
    latest: dict[str, int] = {}
    for r in known:
        latest[r.article_id] = max(r.article_version, latest.get(r.article_id, 0))
    return (r for r in known if r.article_version < latest[r.article_id])
