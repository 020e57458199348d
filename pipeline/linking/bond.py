"""Bonds: whether two atoms can be of one event, and how much speaks for it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.linking.atom import Atom
from pipeline.linking.period import DAY, PUBLICATION
from pipeline.linking.report import Number
from pipeline.linking.veto import days_apart, numbers_agree, same_persons, same_telling, veto

# A number as large as this is rarely met twice by chance.
LARGE = 20
# So is one above this where both name the day as well.
SEVERAL = 5
# Digits of a CAMEO code that names more than the type: 129 is "veto", 120 "reject".
EXACT_CODE = 3
# What is told of a day this long ago is told of because of that day.
LONG_AGO = 7
GROUNDS = ("persons", "offices", "places", "organisations", "stories", "numbers", "speakers", "acts", "words")
GROUNDS_OF_ATTACKS = tuple(name for name in GROUNDS if name not in ("offices", "organisations"))
TOO_LITTLE = "too little in common"


class Bond(NamedTuple):
    """What two atoms have in common; the larger bond is the stronger one."""

    persons: int
    offices: int
    manner: int
    places: int
    organisations: int
    stories: int
    numbers: int
    speakers: int
    acts: int
    words: int
    nearness: int
    evenness: int

    @property
    def grounds(self) -> tuple[str, ...]:
        """Name what both share that is reason enough; the same manner alone is not."""
        return tuple(name for name in GROUNDS if getattr(self, name))


def bond(one: Atom, other: Atom) -> Bond | None:
    """How strongly two atoms are of one event, None when they are not; the same either way."""
    return _bond(one, other) if one.order <= other.order else _bond(other, one)


@lru_cache(maxsize=1 << 15)
def _bond(one: Atom, other: Atom) -> Bond | None:
    found = tie(one, other)
    return found if isinstance(found, Bond) else None


def tie(one: Atom, other: Atom) -> Bond | str:
    """The bond of two atoms, or the name of the veto that keeps them apart."""
    against = veto(one, other)
    if against is not None:
        return against
    gap = days_apart(one, other) or 0
    a, b = one.people, other.people
    found = Bond(
        persons=sum(same_persons(one, other, country) for country in a.persons.keys() & b.persons.keys()),
        offices=sum(len(a.offices[country] & b.offices[country]) for country in a.offices.keys() & b.offices.keys()),
        manner=int(one.modes == other.modes),
        places=len(one.places & other.places),
        organisations=len(one.organisations & other.organisations),
        stories=len(one.stories & other.stories),
        numbers=_same_numbers(one, other),
        speakers=len(one.speakers & other.speakers),
        acts=int(gap == 0 and _same_act(one, other)),
        words=int(gap == 0 and _is_attack(one) and same_telling(one, other)),
        nearness=-gap,
        evenness=-abs(one.period.rank - other.period.rank),
    )
    return found if _enough(found, one, other, gap) else TOO_LITTLE


def _enough(found: Bond, one: Atom, other: Atom, gap: int) -> bool:
    """Whether what both share is reason enough: of attacks, on a day of war, more than who fights whom."""
    if _is_attack(one):
        return any(getattr(found, name) for name in GROUNDS_OF_ATTACKS)
    loose = gap > 0 or one.period.coarse or other.period.coarse or one.reports[0].domestic
    return bool(found.grounds) or not loose


def _is_attack(atom: Atom) -> bool:
    return atom.reports[0].event_type == "ASSAULT"


def _same_act(one: Atom, other: Atom) -> bool:
    """Whether a state itself says the same kind of thing in both, or both tell of one day long ago."""
    if one.period.coarse or other.period.coarse:
        return False
    code = one.reports[0].code
    alike = bool(one.modes & other.modes) or (len(code) >= EXACT_CODE and code == other.reports[0].code)
    return (alike and one.state and other.state) or (_long_ago(one) and _long_ago(other))


def _long_ago(atom: Atom) -> bool:
    if atom.period.rank == PUBLICATION:
        return False
    return atom.past or (atom.told is not None and atom.told.first - atom.period.last > LONG_AGO)


def _same_numbers(one: Atom, other: Atom) -> int:
    return sum(any(_telling(a, b, one, other) for b in other.numbers) for a in one.numbers)


def _telling(a: Number, b: Number, one: Atom, other: Atom) -> bool:
    """Whether one number in both is hardly chance: a sum or share, a large count, or one count of one stated day."""
    if a.unit != b.unit or not numbers_agree(a, b):
        return False
    if not a.unit.startswith("count") or a.value >= LARGE:
        return True
    return a.value == b.value >= SEVERAL and one.period == other.period and one.period.rank == DAY
