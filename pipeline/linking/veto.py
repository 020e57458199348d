"""Vetoes: what two atoms say that cannot be true of one event."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import cos, hypot, radians

from pipeline.linking.atom import Atom
from pipeline.linking.party import NOBODY, same_name, strangers
from pipeline.linking.period import DAY
from pipeline.linking.report import VERBAL, Number
from pipeline.resources import ResourceError, knowledge_rows
from schemas.event import EventLocation

DAYS_APART = 1
TOLD_DAYS_APART = 3
# Tolls are counted anew all day; sums, shares and terms are not.
COUNT_RATIO, EXACT_RATIO = 1.5, 1.05
VISIT = "visit"
# CAMEO 036: agreeing to meet is no vaguer agreement told more exactly.
MEETING = "036"
# Fewer words than these are no wording.
FEW_WORDS, MANY_WORDS, LONG = 2, 3, 5
NEAR_KM, DEGREE_KM = 40.0, 111.2

Veto = Callable[[Atom, Atom], bool]


def veto(one: Atom, other: Atom) -> str | None:
    """Name what keeps two atoms apart, None where nothing does."""
    for name, keeps_apart in VETOES.items():
        if keeps_apart(one, other):
            return name
    return None


def days_apart(one: Atom, other: Atom) -> int | None:
    """Days between the two, None when their dates exclude each other."""
    if one.period.known and other.period.known:
        gap = min(a.gap(b) for a in one.dates for b in other.dates)
        # Of two days that one article states neither is the other.
        stated = one.period.rank == other.period.rank == DAY and _one_article(one, other)
        return gap if gap <= (0 if stated else DAYS_APART) else None
    if one.recalled != other.recalled:
        return None
    if one.stories & other.stories:
        return 0
    # Of what has no date only the day of the report is known.
    days = [atom.period if atom.period.known else atom.told for atom in (one, other)]
    if days[0] is None or days[1] is None:
        return None
    gap = days[0].gap(days[1])
    return gap if gap <= TOLD_DAYS_APART else None


def same_persons(one: Atom, other: Atom, country: str) -> int:
    """Count the persons of a country that both name: by key, an office of one holder, or the sound of the name."""
    shared = one.people.persons.get(country, NOBODY) & other.people.persons.get(country, NOBODY)
    if shared:
        return len(shared)
    if not (one.people.persons.get(country) and other.people.persons.get(country)):
        return 0
    names = one.people.names.get(country, frozenset()), other.people.names.get(country, frozenset())
    same_office = not one.people.offices.get(country, NOBODY).isdisjoint(other.people.offices.get(country, NOBODY))
    return int(any(same_name(a, b, same_office=same_office) for a in names[0] for b in names[1]))


def numbers_agree(one: Number, other: Number, *, recounted: bool = True) -> bool:
    """Whether two numbers of one unit may be the same one; within one article nobody counts anew."""
    ratio = COUNT_RATIO if recounted and one.unit.startswith("count") else EXACT_RATIO
    low, high = sorted((abs(one.value), abs(other.value)))
    return high <= ratio * low


def _dates(one: Atom, other: Atom) -> bool:
    """A year and a day within it agree in name only, unless one article tells both."""
    years = [atom.period.is_year for atom in (one, other)]
    return days_apart(one, other) is None or (years[0] != years[1] and one.stories.isdisjoint(other.stories))


def _countries(one: Atom, other: Atom) -> bool:
    """Where many countries take part, one report may leave some out; it names no others."""
    return not (one.countries <= other.countries or other.countries <= one.countries)


def _direction(one: Atom, other: Atom) -> bool:
    """Whether another side acts; of one day, another article may leave out a side or some of its countries."""
    flows = one.reports[0].flow, other.reports[0].flow
    if flows[0] == flows[1]:
        return False
    if _one_article(one, other) or one.period.coarse != other.period.coarse:
        return True
    if not all(flows):
        return False
    sides = list(zip(_sides(one), _sides(other), strict=True))
    told = [(a, b) for a, b in sides if a and b]
    return not told or not all(a <= b or b <= a for a, b in told)


def _sides(atom: Atom) -> tuple[set[str], set[str]]:
    actors, _, recipients = atom.reports[0].flow.partition(">")
    return set(filter(None, actors.split(","))), set(filter(None, recipients.split(",")))


def _modes(one: Atom, other: Atom) -> bool:
    """Articles choose among related words for one deed; one article so tells a visit from the talks held on it."""
    if one.modes & other.modes:
        return False
    if _one_article(one, other):
        return VISIT in one.modes | other.modes or bool(one.modes and other.modes)
    if not one.modes or not other.modes:
        return False
    return _kinds(one).isdisjoint(_kinds(other))


def _kinds(atom: Atom) -> set[str]:
    return {_kin().get((atom.reports[0].event_type, mode), mode) for mode in atom.modes}


def _acts(one: Atom, other: Atom) -> bool:
    """One article may be vaguer than another, and where modes agree finer codes hang on the word chosen."""
    a, b = one.reports[0].code, other.reports[0].code
    if a and b and a != b and _one_article(one, other):
        return True
    if MEETING in (a, b) and a != b:
        return True
    if a.startswith(b) or b.startswith(a) or (one.modes & other.modes and a[:2] == b[:2]):
        return False
    apart = one.reports[0].event_type in VERBAL or not _means(one, other)
    return apart and not _same_quarrel(one, other)


def _same_quarrel(one: Atom, other: Atom) -> bool:
    """Whether both have one person say something of another, in related words: "called him a liar", "accused him"."""
    sides = (one.actors, other.actors), (one.recipients, other.recipients)
    if _kinds(one).isdisjoint(_kinds(other)):
        return False
    named = all(any(party.person_key for party in side) for pair in sides for side in pair)
    return named and not any(strangers(*pair) for pair in sides)


def _means(one: Atom, other: Atom) -> bool:
    """Whether one tells by what means the deed was done that the other tells without, or both tell of like means."""
    if one.modes and other.modes:
        return bool(_kinds(one) & _kinds(other))
    return all((atom.reports[0].event_type, mode) in _kin() for atom in (one, other) for mode in atom.modes)


def _one_article(one: Atom, other: Atom) -> bool:
    return not one.articles.isdisjoint(other.articles)


def _persons(one: Atom, other: Atom) -> bool:
    a, b = one.people, other.people
    both = (a.persons.keys() & b.persons.keys()) | (a.posts.keys() & b.posts.keys())
    return any(_persons_differ(one, other, country) for country in both)


def _persons_differ(one: Atom, other: Atom, country: str) -> bool:
    """Whether both name persons of a country, and none is the same; offices stand in where one names no person.

    Within one article, each naming somebody the other does not is enough: there, names are written alike.
    """
    a, b = one.people.persons.get(country, NOBODY), other.people.persons.get(country, NOBODY)
    if a and b:
        return not same_persons(one, other, country) or bool(a - b and b - a and _one_article(one, other))
    a, b = one.people.posts.get(country, NOBODY), other.people.posts.get(country, NOBODY)
    return bool(a and b) and a.isdisjoint(b)


def _strangers(one: Atom, other: Atom) -> bool:
    """Whether, of words within one country, each report has on one side a party that is none of the other's.

    The head of a government sees and blames many people in a day.
    """
    first = one.reports[0]
    if not first.domestic or first.event_type not in VERBAL:
        return False
    if first.event_type == "CONSULT":
        return strangers(one.actors | one.recipients, other.actors | other.recipients)
    return strangers(one.actors, other.actors) or strangers(one.recipients, other.recipients)


def _memories(one: Atom, other: Atom) -> bool:
    """Whether one article recalls one deed beside another, and names nobody and no number that both have."""
    if one.past == other.past or one.reports[0].event_type == "CONSULT" or not _one_article(one, other):
        return False
    return not (_same_people(one, other) or _same_sums(one, other))


def _wording(one: Atom, other: Atom) -> bool:
    """Whether reports in one language share no word of their own, nor else what tells of one deed."""
    told = [(a, b) for a, b in _wordings(one, other) if min(len(a), len(b)) >= FEW_WORDS]
    spoken = _is_spoken(one)
    if not told or any(len(a & b) >= (_least(a, b) if spoken else 1) for a, b in told):
        return False
    return not (_told_otherwise(one, other) if spoken else _same_people(one, other) or _same_deed(one, other))


def _is_spoken(atom: Atom) -> bool:
    kind = atom.reports[0].event_type
    return kind in VERBAL and kind != "CONSULT"


def _told_otherwise(one: Atom, other: Atom) -> bool:
    """Whether two articles have one person say something to another: in one, these are two statements."""
    return _same_people(one, other) > 1 and not _one_article(one, other)


def _same_deed(one: Atom, other: Atom) -> bool:
    """Whether both count the same, or are talks of one article, which are told in few words of their own."""
    if one.reports[0].event_type == "CONSULT":
        return _one_article(one, other)
    return _same_sums(one, other)


def _least(some: frozenset[str], others: frozenset[str]) -> int:
    """How many words two statements share that are one; of two long ones one in ten share a word by chance."""
    return 2 if min(len(some), len(others)) >= LONG else 1


def same_telling(one: Atom, other: Atom) -> bool:
    """Whether both tell in one language in words that are hardly the same by chance: several, or all they have."""
    if not {r.evidence for r in one.reports}.isdisjoint(r.evidence for r in other.reports if r.evidence):
        return True
    return any(len(a & b) >= MANY_WORDS or (a == b and len(a) >= FEW_WORDS) for a, b in _wordings(one, other))


def _wordings(one: Atom, other: Atom) -> list[tuple[frozenset[str], frozenset[str]]]:
    """The words of both, by each language that both speak."""
    return [(one.words[language], other.words[language]) for language in sorted(one.languages & other.languages)]


def _same_people(one: Atom, other: Atom) -> int:
    return sum(same_persons(one, other, country) for country in one.people.persons.keys() & other.people.persons.keys())


def _same_sums(one: Atom, other: Atom) -> bool:
    return any(a.unit == b.unit and numbers_agree(a, b) for a in one.numbers for b in other.numbers)


def _bodies(one: Atom, other: Atom) -> bool:
    """Whether the bodies differ, within one country, where they are all that is known of who acts."""
    apart = bool(one.organisations and other.organisations) and one.organisations.isdisjoint(other.organisations)
    return apart and one.reports[0].domestic


def _numbers(one: Atom, other: Atom) -> bool:
    """Whether both state numbers in one unit and none is the same."""
    pairs = [(a, b) for a in one.numbers for b in other.numbers if a.unit == b.unit]
    recounted = not _one_article(one, other)
    return bool(pairs) and not any(numbers_agree(a, b, recounted=recounted) for a, b in pairs)


def _countries_of_place(one: Atom, other: Atom) -> bool:
    return bool(one.lands and other.lands) and one.lands.isdisjoint(other.lands)


def _cities(one: Atom, other: Atom) -> bool:
    """Whether the cities differ: names of different languages are not compared."""
    pairs = [(a, b) for a in one.places for b in other.places if _comparable(a, b)]
    return bool(pairs) and all(a != b for a, b in pairs) and not _near(one, other)


def _comparable(one: str, other: str) -> bool:
    return one.isdigit() == other.isdigit() and (one.isdigit() or one.partition(" ")[0] == other.partition(" ")[0])


def _near(one: Atom, other: Atom) -> bool:
    """Whether two of their places are one town and its suburb, or neighbours."""
    return any(_kilometres(a, b) <= NEAR_KM for a in one.locations for b in other.locations)


def _kilometres(one: EventLocation, other: EventLocation) -> float:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return float("inf")
    if one.precision != "place" or other.precision != "place":
        return float("inf")
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return DEGREE_KM * hypot(one.lat - other.lat, east)


@cache
def _kin() -> dict[tuple[str, str], str]:
    rows = knowledge_rows("same_mode")
    if any(len(row) != 3 for row in rows):
        raise ResourceError("same_mode.tsv: expected type, mode, same_as")
    return {(kind, mode): same for kind, mode, same in rows}


VETOES: dict[str, Veto] = {
    "date": _dates,
    "countries": _countries,
    "direction": _direction,
    "mode": _modes,
    "act": _acts,
    "number": _numbers,
    "country of place": _countries_of_place,
    "city": _cities,
    "person": _persons,
    "body": _bodies,
    "party": _strangers,
    "memory": _memories,
    "wording": _wording,
}
