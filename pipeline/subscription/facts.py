"""What a filter looks at: the values of each of its fields, read from an event, a mention, or a message's headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from pipeline.events.ontology import ontology
from pipeline.subscription.times import Period, dates, moment
from schemas.escaping import VALUE_LIMIT
from schemas.event import Actor, Event, Mention
from schemas.filters import PREFIX
from schemas.parties import Dyad, actor_countries, countries, dyads, recipient_countries

Value: TypeAlias = str | float | Period | Dyad
Values: TypeAlias = tuple[Value, ...]
# None: this source of facts does not tell.
Facts: TypeAlias = Callable[[str], Values | None]
# A header this long may have been cut.
LONGEST_HEADER = VALUE_LIMIT - 16
LISTS = frozenset({"mode", "countries", "dyads", "languages"})
# What a merged or retracted event still says as it did before: all else may have changed on the way.
LASTING = frozenset({"id", "status", "type", "country", "dyad", "actor", "recipient", "revision", "quad"})


def facts_of(record: Event | Mention) -> Facts:
    """Give the facts of a record."""
    return lambda field: READERS[field](record)


def lasting_facts_of(event: Event) -> Facts:
    """Give the facts of an event that has ended which it had all its life."""
    return lambda field: READERS[field](event) if field in LASTING else None


def facts_of_headers(headers: Iterable[tuple[str, bytes]]) -> Facts:
    """Give the facts that a message's headers tell, so that the value need not be decoded."""
    given = {name.removeprefix(PREFIX): value for name, value in headers if name.startswith(PREFIX)}

    def facts(field: str) -> Values | None:
        name, read = FROM_HEADERS.get(field, ("", _texts))
        value = given.get(name)
        if value is None:
            # A record of a producer that writes these headers always has its type; an empty list is left out.
            return () if name in LISTS and "type" in given else None
        try:
            return read(value.decode("utf-8")) if len(value) < LONGEST_HEADER else None
        except ValueError:
            return None

    return facts


def _parties(record: Event | Mention) -> tuple[Actor, ...]:
    return (*record.actors, *record.recipients)


def _given(*values: Value | None) -> Values:
    return tuple(value for value in values if value is not None and value != "")


def quad(record: Event | Mention) -> int:
    """Give the quad class, 1 to 4; that of an event is that of its type."""
    return record.quad_class if isinstance(record, Mention) else ontology().quad(record.event_type)


def intensity(record: Event | Mention) -> float:
    """Give the intensity, -10 to 10; that of an event is that of its type and mode."""
    if isinstance(record, Mention):
        return record.intensity
    known = ontology().knows(record.event_type, record.event_mode)
    return ontology().intensity(record.event_type, record.event_mode if known else None)


def _sources(record: Event | Mention) -> Values:
    if isinstance(record, Mention):
        return _given(record.source)
    return _given(*(headline.source for headline in record.headline_mentions))


def _evidence(record: Event | Mention) -> Values:
    if isinstance(record, Mention):
        return _given(*(span.text for span in record.evidence))
    return _given(*(headline.evidence for headline in record.headline_mentions))


def _text(record: Event | Mention) -> Values:
    place = record.event_location.name if record.event_location else None
    said = [text for a in _parties(record) for text in (a.text, a.person, a.office, a.organisation)]
    return (*_evidence(record), *_given(*said, place))


def _date(record: Event | Mention) -> Values:
    return _given(dates(record.event_date.start, record.event_date.end) if record.event_date else None)


def _seen(record: Event | Mention) -> Values:
    return _given(moment(record.published if isinstance(record, Mention) else record.last_seen))


def _count(event_field: str) -> Callable[[Event | Mention], Values]:
    """Read a count of an event; a mention is one of each."""
    return lambda record: (float(getattr(record, event_field, 1)),)


READERS: dict[str, Callable[[Event | Mention], Values]] = {
    "id": lambda r: (r.mention_id if isinstance(r, Mention) else r.event_id,),
    "status": lambda r: ("active" if isinstance(r, Mention) else r.status,),
    "type": lambda r: (r.event_type,),
    "mode": lambda r: _given(r.event_mode),
    "quad": lambda r: (float(quad(r)),),
    "intensity": lambda r: (intensity(r),),
    "country": countries,
    "actor": actor_countries,
    "recipient": recipient_countries,
    "dyad": dyads,
    "language": lambda r: (r.language,) if isinstance(r, Mention) else r.languages,
    "confidence": lambda r: (r.confidence,),
    "sources": _count("num_sources"),
    "mentions": _count("num_mentions"),
    "articles": _count("num_articles"),
    "revision": _count("revision"),
    "source": _sources,
    "person": lambda r: _given(*(party.person for party in _parties(r))),
    "office": lambda r: _given(*(party.office for party in _parties(r))),
    "organisation": lambda r: _given(*(party.organisation for party in _parties(r))),
    "place": lambda r: _given(r.event_location.name if r.event_location else None),
    "text": _text,
    "date": _date,
    "seen": _seen,
}


def _texts(header: str) -> Values:
    return tuple(header.split(","))


def _numbers(header: str) -> Values:
    return (float(header),)


def _pairs(header: str) -> Values:
    found = []
    for pair in header.split(","):
        together = "-" in pair
        actor, _, recipient = pair.partition("-" if together else ">")
        found.append(Dyad(actor, recipient, together))
    return tuple(found)


FROM_HEADERS: dict[str, tuple[str, Callable[[str], Values]]] = {
    "type": ("type", _texts),
    "mode": ("mode", _texts),
    "status": ("status", _texts),
    "country": ("countries", _texts),
    "dyad": ("dyads", _pairs),
    "language": ("languages", _texts),
    "confidence": ("confidence", _numbers),
    "sources": ("sources", _numbers),
}
