"""Names of countries and places in a language, and the people known to hold an office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

from pipeline.resources import knowledge_rows, language_rows, language_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.resources import Row

CAPITAL = frozenset({"capital"})
# Sectors of those who hold a seat or lead a party; all others in the table govern.
ELECTED = frozenset({"LEG", "PTY", "OPP"})
REGION = "region"
# Names this short are too often something else.
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Country:
    """A name of a country; a `common` one is also another word and needs support, an `upper` one stands in capitals.

    A `short` one is a single letter that stands for the name in compounds.
    """

    iso3: str
    common: bool = False
    upper: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place below the level of countries; a capital or seat also speaks for its government (`sector`).

    A region may act where it is the subject: "California sued".
    """

    name: str
    country: str
    kind: str = "place"
    geonameid: int | None = None
    lat: float | None = None
    lon: float | None = None
    sector: str | None = None
    common: bool = False
    upper: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A person known to have held an office from a day (ISO 8601) to another, None = still.

    `single`: the name is one word that others bear too.
    """

    name: str
    country: str
    office: str
    since: str
    until: str | None
    sector: str = "GOV"
    single: bool = False

    def held(self, day: str | None) -> bool:
        """Whether the office was held on a day; without one, whether it still is."""
        if day is None:
            return self.until is None
        return self.since <= day and (self.until is None or day <= self.until)


@cache
def states() -> dict[str, str]:
    """Map ISO 3166-1 alpha-2 codes to the state an actor from there belongs to (territories to their state)."""
    return {row[1]: row[2] if row[5] == "territory" else row[0] for row in knowledge_rows("countries")}


@cache
def folded_states() -> dict[str, str]:
    """Map ISO 3166-1 alpha-3 codes to the state an actor from there belongs to."""
    return {row[0]: row[2] if row[5] == "territory" else row[0] for row in knowledge_rows("countries")}


def shared_rows(code: str, table: str) -> tuple[Row, ...]:
    """Rows of a table of names: the language's own, then of the language it shares names with those not in it.

    `names_from` of meta.toml says which; a name in the table of corrections (`_extra`) is not taken over.
    """
    own, lender = language_rows(code, table), language_toml(code, "meta").get("names_from")
    if lender is None:
        return own
    names = {row[0] for row in (*own, *language_rows(code, f"{table}_extra"))}
    return own + tuple(row for row in language_rows(lender, table) if row[0] not in names)


def country_phrases(code: str) -> Iterator[tuple[str, Country]]:
    """Yield the names of countries in a language: those of CLDR, then those of the language's own table."""
    own = {row[0]: row for row in language_rows(code, "countries")}
    try:
        territories = sorted(Locale(code).territories.items())
    except UnknownLocaleError:
        territories = []
    for iso2, name in territories:
        if iso2 in states() and name not in own and len(name) > SHORTEST_NAME:
            yield name, Country(states()[iso2])
    for name, iso3, kind, _, flags in own.values():
        if kind == "name":
            yield name, Country(folded_states().get(iso3, iso3), "common" in flags, "upper" in flags)


def short_phrases(code: str) -> Iterator[tuple[str, Country]]:
    """Yield the letters that stand for names of countries in compounds."""
    for name, iso3, kind, _, flags in language_rows(code, "countries"):
        if kind == "short":
            yield name, Country(folded_states().get(iso3, iso3), "common" in flags, short=True)


def place_phrases(code: str) -> Iterator[tuple[str, Place]]:
    """Yield capitals, seats of government and cities in a language."""
    capitals = {row[0]: row for row in knowledge_rows("countries")}
    for name, iso3, kind, sector, flags in language_rows(code, "countries"):
        if kind == "capital" and iso3 in capitals:
            row = capitals[iso3]
            place = Place(row[6], folded_states()[iso3], kind, sector=sector or None, common="common" in flags)
            if row[7]:
                place = replace(place, geonameid=int(row[7]), lat=float(row[8]), lon=float(row[9]))
            yield name, place
        elif kind == "seat":
            upper = "upper" in flags
            yield name, Place(name, folded_states().get(iso3, iso3), kind, sector=sector or None, upper=upper)
    known = {row[0]: row for row in knowledge_rows("places")}
    rows = [row for row in shared_rows(code, "places") if row[1] in known]
    # Of places of one name the first is meant where nothing tells: a region or site, else the most populous city.
    for phrase, geonameid, flags in sorted(rows, key=lambda row: (row[0], *_rank(known[row[1]]))):
        _, name, iso3, lat, lon, _, kind = known[geonameid]
        country = folded_states().get(iso3, iso3)
        number = int(geonameid) if geonameid.isdigit() else None
        kind = REGION if kind == REGION else "place"
        yield phrase, Place(name, country, kind, number, float(lat), float(lon), None, "common" in flags)


def _rank(row: Row) -> tuple[bool, int]:
    *_, population, kind = row
    return kind == "city", -int(population)


def holder_phrases(code: str) -> Iterator[tuple[str, tuple[Holder, ...]]]:
    """Yield the names office holders go by in a language, with their offices, the latest first."""
    offices = _offices_of_persons()
    for phrase, person, flags in shared_rows(code, "persons"):
        rows = offices.get(person, ())
        if rows:
            yield phrase, tuple(replace(row, single="single" in flags) for row in rows)


@cache
def _offices_of_persons() -> dict[str, tuple[Holder, ...]]:
    """Offices by person, the latest first; bodies that are no states stand under their PLOVER code."""
    sectors = {row[0]: row[1] for row in knowledge_rows("offices") if row[1] in ELECTED}
    codes = {row[0]: row[1] for row in knowledge_rows("organisations")} | {
        row[0]: row[4] or row[1] for row in knowledge_rows("groups")
    }
    found: dict[str, list[Holder]] = {}
    for body, office, since, until, person in knowledge_rows("officeholders"):
        country = folded_states().get(body) or codes.get(body, "")
        if country:
            sector = sectors.get(office, "GOV")
            found.setdefault(person, []).append(Holder(person, country, office, since, until or None, sector))
    return {name: tuple(sorted(rows, key=lambda r: r.since, reverse=True)) for name, rows in found.items()}


@cache
def alpha2() -> dict[str, str]:
    """Map ISO 3166-1 alpha-3 to alpha-2 codes."""
    return {row[0]: row[1] for row in knowledge_rows("countries")}
