"""Atoms: the reports of one event key, and what they say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.linking.offices import holder, post
from pipeline.linking.period import Period
from pipeline.linking.report import Number, Report
from schemas.event import EventLocation

ByCountry = dict[str, frozenset[str]]
Order = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Atom:
    """The reports of one event key, in order: they are of one event by definition.

    `order` is canonical: the most precise date first, then the earliest, then the first published. `persons` are keys,
    `names` the same persons as written, `offices` those of one holder, `posts` those
    that tell persons apart, all by country. `locations` leave datelines out.
    `told` are the days of publication. `state` says that a state itself speaks; `recalled`, that it is told as past and
    it is unknown when it was. `past` says that it is told as past.
    """

    event_key: str
    reports: tuple[Report, ...]
    order: Order
    period: Period
    told: Period | None
    persons: ByCountry
    names: ByCountry
    offices: ByCountry
    posts: ByCountry
    organisations: frozenset[str]
    countries: frozenset[str]
    places: frozenset[str]
    locations: tuple[EventLocation, ...]
    modes: frozenset[str]
    numbers: frozenset[Number]
    speakers: frozenset[str]
    stories: frozenset[str]
    articles: frozenset[str]
    state: bool
    past: bool
    recalled: bool

    @classmethod
    def of(cls, event_key: str, reports: Iterable[Report]) -> Atom:
        """Sum reports up."""
        told = tuple(sorted(reports, key=lambda r: r.order))
        parties = [party for r in told for party in (*r.actors, *r.recipients)]
        days = [r.told for r in told if r.told]
        return cls(
            event_key=event_key,
            reports=told,
            order=min((r.period.rank, r.period.first, *r.order) for r in told),
            period=min((r.period for r in told), key=lambda p: (p.rank, p.first, p.last)),
            told=Period(min(days), max(days), 0) if days else None,
            persons=_by_country((p.country, p.person_key) for p in parties),
            names=_by_country((p.country, p.person) for p in parties if p.person_key),
            offices=_by_country((p.country, holder(p.office)) for p in parties),
            posts=_by_country((p.country, post(p.office)) for p in parties),
            organisations=frozenset(p.organisation for p in parties if p.organisation),
            countries=frozenset(p.country for p in parties if p.country),
            places=frozenset(r.place for r in told if r.place),
            locations=tuple(p for r in told if (p := r.event_location) is not None and p.basis != "dateline"),
            modes=frozenset(r.event_mode for r in told if r.event_mode),
            numbers=frozenset(n for r in told for n in r.numbers),
            speakers=frozenset(r.speaker for r in told if r.speaker),
            stories=frozenset(r.story for r in told),
            articles=frozenset(r.article_id for r in told),
            state=any(r.state for r in told),
            past=any(r.past for r in told),
            recalled=any(r.past and not r.period.known for r in told),
        )


def _by_country(pairs: Iterable[tuple[str | None, str | None]]) -> ByCountry:
    found: dict[str, set[str]] = defaultdict(set)
    for country, value in pairs:
        if value:
            found[country or ""].add(value)
    return {country: frozenset(values) for country, values in found.items()}
