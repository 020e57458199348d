"""Bonds: whether two atoms can be of one event, and how much speaks for it."""

from __future__ import annotations

from pipeline.linking.atom import Atom
from pipeline.text.sounds import likeness

DAYS_APART = 1
TOLD_DAYS_APART = 3
# One or two in ten thousand pairs of different officeholders are as alike; country, type and date agree here besides.
SAME_NAME = 0.8
NOBODY: frozenset[str] = frozenset()

Bond = tuple[int, ...]


def bond(one: Atom, other: Atom) -> Bond | None:
    """How strongly two atoms are of one event, None when they are not; larger tuples are stronger."""
    gap = _gap(one, other)
    if gap is None or _conflict(one, other):
        return None
    grounds = (
        _shared(one.persons, other.persons),
        _shared(one.offices, other.offices),
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
    """Whether type, countries and date alone are too little: a person, office, city, sum or story must be shared."""
    loose = gap > 0 or one.period.coarse or other.period.coarse
    return loose or one.reports[0].domestic


def _conflict(one: Atom, other: Atom) -> bool:
    return (
        _apart(one.modes, other.modes)
        or _sums_differ(one.sums, other.sums)
        or _flows_differ(one.reports[0].flow, other.reports[0].flow)
        or _codes_differ(one, other)
        or any(_persons_differ(one, other, country) for country in one.offices.keys() | one.persons.keys())
        or _places_differ(one, other)
    )


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _shared(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> int:
    return sum(len(one[country] & other[country]) for country in one.keys() & other.keys())


def _persons_differ(one: Atom, other: Atom, country: str) -> bool:
    """Whether both name persons of a country, and none is the same; offices stand in where one names no person."""
    a, b = one.persons.get(country, NOBODY), other.persons.get(country, NOBODY)
    if a and b:
        return a.isdisjoint(b) and not _sound_alike(one.names.get(country, NOBODY), other.names.get(country, NOBODY))
    return _apart(one.offices.get(country, NOBODY), other.offices.get(country, NOBODY))


def _sound_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a name of one is that of the other in another script or spelling, which the keys did not show."""
    return any(likeness(a, b) >= SAME_NAME for a in one for b in other)


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
