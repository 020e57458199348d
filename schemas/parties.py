"""The countries of an event or a mention, and the pairs of countries between which it is."""

from __future__ import annotations

from typing import NamedTuple

from schemas.event import Event, Mention


class Dyad(NamedTuple):
    """Two countries: one acts on the other, or both act together (then in alphabetical order)."""

    actor: str
    recipient: str
    together: bool = False

    def __str__(self) -> str:
        return f"{self.actor}{'-' if self.together else '>'}{self.recipient}"


def actor_countries(record: Event | Mention) -> tuple[str, ...]:
    """Give the countries of those who act, sorted."""
    return tuple(sorted({party.country for party in record.actors if party.country}))


def recipient_countries(record: Event | Mention) -> tuple[str, ...]:
    """Give the countries of those who are acted on, sorted."""
    return tuple(sorted({party.country for party in record.recipients if party.country}))


def countries(record: Event | Mention) -> tuple[str, ...]:
    """Give the countries of all parties and of the place, sorted."""
    place = record.event_location.country if record.event_location else None
    return tuple(sorted({*actor_countries(record), *recipient_countries(record), *([place] if place else [])}))


def dyads(record: Event | Mention) -> tuple[Dyad, ...]:
    """Give the pairs of countries, sorted: each actor with each recipient; without recipients, who act together."""
    actors, recipients = actor_countries(record), recipient_countries(record)
    if recipients:
        return tuple(Dyad(actor, recipient) for actor in actors for recipient in recipients)
    return tuple(Dyad(one, other, together=True) for one in actors for other in actors if one < other)
