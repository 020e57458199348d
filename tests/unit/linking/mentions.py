"""Invented mentions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.event import Actor, ConfidenceParts, EventDate, EventLocation, Mention, Span

LAVROV = ("RUS", "lrf")
PUTIN = ("RUS", "ptn")
QURESHI = ("PAK", "krs")
KHAN = ("PAK", "mrn kn")
ISLAMABAD = ("Islamabad", 1176615, 33.7, 73.1, "PAK")
MOSCOW = ("Moscow", 524901, 55.8, 37.6, "RUS")


def actor(country: str | None, person: str | None = None, start: int = 0) -> Actor:
    """Make an actor; a person that is written with a capital is an office."""
    text = person or country or "somebody"
    is_office = text[:1].isupper() and person is not None
    return Actor(
        text=text,
        start=start,
        end=start + len(text),
        person_key=None if is_office else person,
        office=person.lower() if person and is_office else None,
        country=country,
    )


def day(text: str, basis: Any = "sentence") -> EventDate:
    return EventDate(start=text, end=text, precision="day", basis=basis)


def month(text: str, last: int) -> EventDate:
    return EventDate(start=f"{text}-01", end=f"{text}-{last}", precision="month", basis="header")


def city(place: tuple[str, int, float, float, str], basis: Any = "sentence") -> EventLocation:
    name, number, lat, lon, country = place
    return EventLocation(name=name, geonameid=number, lat=lat, lon=lon, country=country, precision="place", basis=basis)


def mention(
    name: str,
    *,
    actors: tuple[tuple[str | None, str | None], ...] = (("RUS", None),),
    recipients: tuple[tuple[str | None, str | None], ...] = (("PAK", None),),
    event_type: Any = "CONSULT",
    article: str | None = None,
    story: str | None = None,
    published: str | None = "2021-04-07T10:00:00Z",
    **fields: Any,
) -> Mention:
    article = article or f"article-{name}"
    values: dict[str, Any] = {
        "mention_id": name,
        "article_id": article,
        "story": story or article,
        "event_type": event_type,
        "quad_class": 1,
        "intensity": 1.0,
        "actors": tuple(actor(country, person) for country, person in actors),
        "recipients": tuple(actor(country, person, 40) for country, person in recipients),
        "segment": 0,
        "trigger": Span(text="met", start=20, end=23),
        "evidence": (Span(text=f"evidence of {name}", start=0, end=12 + len(name)),),
        "confidence": 0.8,
        "confidence_parts": ConfidenceParts(trigger=0.8, roles=0.8, country=0.8, realis=0.8),
        "coder": "test",
        "language": "ur",
        "published": published,
    }
    return Mention(**{**values, **fields})


def withdrawn(one: Mention, version: int = 2) -> Mention:
    """Make the record by which a later version of its article takes a mention back."""
    return replace(one, article_version=version, withdrawn=True, evidence=(), confidence=0.0)
