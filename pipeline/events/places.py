"""Where: the place a clause states, else the dateline's, labelled as such; a country unless finer is stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale

from pipeline.events.gazetteer import Place, alpha2
from schemas.event import EventLocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chunks import Chunk

INSIDE = frozenset({"in"})
_ENGLISH = Locale("en").territories


def stated(chunks: Sequence[Chunk], near: int) -> Chunk | None:
    """Return the place or country in the locative nearest to token `near`; a finer one wins."""
    able = {"place", "state"}
    found = [c for c in chunks if c.kind in able and c.country and (c.case in INSIDE or c.head in INSIDE)]
    if not found:
        return None
    return min(found, key=lambda c: (c.kind != "place", abs(c.start - near)))


def location(chunk: Chunk, basis: str) -> EventLocation | None:
    """Make the record of a place chunk."""
    place = chunk.place
    if isinstance(place, Place):
        return of_place(place, basis)
    if chunk.country is None:
        return None
    return EventLocation(name=country_name(chunk.country), country=chunk.country, precision="country", basis=basis)  # type: ignore[arg-type]


def of_place(place: Place, basis: str) -> EventLocation:
    """Make the record of a place of the gazetteer."""
    return EventLocation(
        name=place.name, geonameid=place.geonameid, lat=place.lat, lon=place.lon, country=place.country,
        precision="place", basis=basis,  # type: ignore[arg-type]
    )  # fmt: skip


def country_name(iso3: str) -> str:
    """The English name of a country."""
    return str(_ENGLISH.get(alpha2().get(iso3, ""), iso3))
