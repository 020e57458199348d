"""The query of /api/events: which events, and how many."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pipeline.subscription.lexer import WhereError
from pipeline.subscription.where import Where, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from schemas.event import Event

LIMIT = 10_000
DEFAULT_LIMIT = 200


class QueryError(ValueError):
    """A query cannot be understood; the message says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Conditions that must all hold; of several values for one field, one is enough."""

    type: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()
    dyad: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()
    min_confidence: float = 0.0
    min_sources: int = 0
    q: str = ""
    where: Where | None = None
    before: int | None = None
    limit: int = DEFAULT_LIMIT

    def holds(self, event: Event) -> bool:
        """Say whether an event meets the conditions."""
        return (
            (not self.type or event.event_type in self.type)
            and (not self.status or event.status in self.status)
            and (not self.country or not self.country.isdisjoint(countries(event)))
            and (not self.dyad or not self.dyad.isdisjoint(dyads(event)))
            and (not self.language or not self.language.isdisjoint(event.languages))
            and event.confidence >= self.min_confidence
            and event.num_sources >= self.min_sources
            and (self.where is None or self.where.holds(event))
            and all(word in words(event) for word in self.q.casefold().split())
        )


def read_query(pairs: Iterable[tuple[str, str]]) -> Query:
    """Read the query of a URL; values of one field may be repeated or separated by commas.

    Raises:
        QueryError: an unknown field, or a number that is none.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    unknown = sorted(given.keys() - {field.name for field in fields(Query)})
    if unknown:
        raise QueryError(f"unknown field {unknown[0]!r}; there are {', '.join(f.name for f in fields(Query))}")
    return Query(
        type=_set(given, "type", str.upper),
        country=_set(given, "country", str.upper),
        dyad=_set(given, "dyad", lambda text: "-".join(sorted(text.upper().split("-")))),
        language=_set(given, "language", str.lower),
        status=_set(given, "status", str.lower),
        min_confidence=_number(given, "min_confidence", 0.0),
        min_sources=int(_number(given, "min_sources", 0)),
        where=_where(given),
        q=" ".join(given.get("q", [])),
        before=int(_number(given, "before", 0)) if "before" in given else None,
        limit=max(0, min(LIMIT, int(_number(given, "limit", DEFAULT_LIMIT)))),
    )


def countries(event: Event) -> set[str]:
    """Return the countries of an event: of its parties and of its place."""
    found = {party.country for party in (*event.actors, *event.recipients)}
    found.add(event.event_location.country if event.event_location else None)
    return {country for country in found if country}


def dyads(event: Event) -> set[str]:
    """Return the pairs of countries between which an event is, such as PAK-RUS, in alphabetical order."""
    actors = {party.country for party in event.actors if party.country}
    others = {party.country for party in event.recipients if party.country} or actors
    return {"-".join(sorted((one, other))) for one in actors for other in others if one != other}


def words(event: Event) -> str:
    """Return the text of an event that is searched, folded."""
    parts: list[str | None] = [event.event_id, event.event_type, event.event_mode]
    for party in (*event.actors, *event.recipients):
        parts += [party.text, party.person, party.office, party.organisation, party.country]
    if event.event_location:
        parts.append(event.event_location.name)
    for headline in event.headline_mentions:
        parts += [headline.evidence, headline.source]
    return "\n".join(part for part in parts if part).casefold()


def _set(given: Mapping[str, list[str]], name: str, fold: Callable[[str], str]) -> frozenset[str]:
    return frozenset(fold(part) for value in given.get(name, []) for part in value.split(",") if part)


def _where(given: Mapping[str, list[str]]) -> Where | None:
    text = " and ".join(f"({one})" for one in given.get("where", []) if one.strip())
    try:
        return parse(text) if text else None
    except WhereError as error:
        raise QueryError(f"where: {error}") from None


def _number(given: Mapping[str, list[str]], name: str, default: float) -> float:
    value = given.get(name, [""])[-1]
    try:
        number = float(value) if value else default
    except ValueError:
        raise QueryError(f"{name} needs a number, not {value!r}") from None
    if not 0 <= number < float(2**53):
        raise QueryError(f"{name} = {value!r} is out of range")
    return number
