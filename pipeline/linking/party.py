"""Parties: who acts and who is acted on, and whether two of them may be one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pipeline.linking.offices import holder, is_many, post
from pipeline.text.sounds import likeness
from schemas.event import Actor

# Five in a thousand pairs of different officeholders are as alike; country, type and date agree here besides.
SAME_NAME = 0.7
# One person's name in two scripts, Han left out, is hardly ever less alike than this.
OTHER_NAME = 0.5
NOBODY: frozenset[str] = frozenset()
ByCountry = dict[str, frozenset[str]]


class Name(NamedTuple):
    """A person's name as written in a language, "" where none is."""

    text: str
    language: str


class Party(NamedTuple):
    """Who is on a side of a report; None where it does not say."""

    country: str | None
    name: Name
    person_key: str | None
    office: str | None
    organisation: str | None

    @classmethod
    def of(cls, actor: Actor, language: str) -> Party:
        """Keep of an actor what tells it from others."""
        name = Name(actor.person or "", language)
        return cls(actor.country, name, actor.person_key, actor.office, actor.organisation)

    @property
    def described(self) -> bool:
        """Whether more is known than a country and perhaps a name."""
        return bool(self.office or self.organisation)


Parties = frozenset[Party]


class People:
    """What the parties of some reports are called, by country.

    `persons` are keys, `names` the same persons as written, `offices` those of one holder, `posts` those that tell
    persons apart.
    """

    __slots__ = ("names", "offices", "persons", "posts")

    def __init__(self, parties: Iterable[tuple[Actor, str]]) -> None:
        self.persons: ByCountry = {}
        self.names: dict[str, frozenset[Name]] = {}
        self.offices: ByCountry = {}
        self.posts: ByCountry = {}
        for party, language in parties:
            country = party.country or ""
            if party.person_key:
                _add(self.persons, country, party.person_key)
                name = Name(party.person or "", language)
                self.names[country] = self.names.get(country, frozenset()) | {name}
            if party.office:
                _add(self.offices, country, holder(party.office))
                _add(self.posts, country, post(party.office))


def _add(found: ByCountry, country: str, value: str | None) -> None:
    if value:
        found[country] = found.get(country, NOBODY) | {value}


def strangers(some: Parties, others: Parties) -> bool:
    """Whether two sides each have a party that the other has not; of a side that is left out nothing is known."""
    return _has_stranger(some, others) and _has_stranger(others, some)


def _has_stranger(some: Parties, others: Parties) -> bool:
    return bool(others) and any(not any(same_party(one, other) for other in others) for one in some)


def same_party(one: Party, other: Party) -> bool:
    """Whether two parties may be one; what is known of a country alone may be anybody of it."""
    if one.country and other.country and one.country != other.country:
        return False
    if one.person_key and other.person_key:
        alike = same_name(one.name, other.name, same_office=_same_office(one, other))
        return one.person_key == other.person_key or alike
    if _same_office(one, other) or (one.organisation and one.organisation == other.organisation):
        return True
    if (one.person_key and is_many(other.office)) or (other.person_key and is_many(one.office)):
        return False
    return not (one.described and other.described)


def _same_office(one: Party, other: Party) -> bool:
    if one.office == other.office:
        return one.office is not None
    return holder(one.office) is not None and holder(one.office) == holder(other.office)


def same_name(one: Name, other: Name, *, same_office: bool) -> bool:
    """Whether a name may be that of the other in another script or spelling, which the keys did not show.

    Where the office is the same too, the names may differ more, but not within one language.
    """
    kindly = same_office and one.language != other.language
    return _likeness(one.text, other.text) >= (OTHER_NAME if kindly else SAME_NAME)


@lru_cache(maxsize=1 << 15)
def _likeness(one: str, other: str) -> float:
    return max(likeness(one, other), likeness(_last_word(one), _last_word(other)))


def _last_word(name: str) -> str:
    words = name.split()
    return words[-1] if words else name
