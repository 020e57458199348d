"""Noun phrases that may be parties to an event: what they say of country, office, person, body."""

from __future__ import annotations

from typing import Literal, NamedTuple

from schemas.event import CountryBasis

ChunkKind = Literal[
    "state", "person", "body", "people", "organisation", "place", "pair", "speaker", "pronoun", "counterpart"
]
PARTIES = frozenset({"state", "person", "body", "people", "organisation", "counterpart", "speaker", "pronoun", "pair"})
# How far a country is to be believed by how it is known.
BASIS_WEIGHT: dict[str, float] = {
    "explicit": 0.97,
    "demonym": 0.97,
    "apposition": 0.95,
    "office": 0.92,
    "remembered": 0.85,
    "publisher_default": 0.6,
}


class Chunk(NamedTuple):
    """Tokens [start, end) of a chart that name a party or a place.

    `case` is its role marker, `case_end` where that ends, `head` the case of what it owns ("on Iran's oil exports");
    `name` the tokens of a person's name, `person` that name in the fullest form the article uses; `stands_for` the kind
    of pronoun the chunk was put in the place of.
    A tuple, as there are hundreds to an article.
    """

    start: int
    end: int
    kind: ChunkKind
    country: str | None = None
    basis: CountryBasis | None = None
    office: str | None = None
    sector: str | None = None
    name: tuple[int, int] | None = None
    person: str | None = None
    organisation: str | None = None
    place: object | None = None
    national: bool = False
    case: str | None = None
    case_end: int = 0
    group: int = 0
    stands_for: str | None = None
    head: str | None = None
    chart: int = 0

    @property
    def identity(self) -> tuple[str | None, str | None]:
        """What tells two parties apart: the country and the finest name known."""
        return self.country, self.person or self.organisation or self.office
