"""Events made of their reports: who, where, when, in which languages, and how sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Literal

from pipeline.linking.report import Report
from schemas.event import Actor, Event, EventDate, EventLocation, HeadlineMention

# Reports of one coder share its faults, so agreement never makes certain.
SURE = 0.99
FINENESS = {"place": 0, "region": 1, "country": 2}


def event(event_id: str, reports: Sequence[Report], *, revision: int) -> Event:
    """Merge the reports of a cluster, the canonical one first, into an event.

    Offsets of actors and recipients refer to the article of the first headline mention; those that only another
    article names have start = end = 0.
    """
    canonical, ranked, groups = reports[0], sorted(reports, key=_rank), independent(reports)
    actors, recipients = _parties(ranked)
    return Event(
        event_id=event_id,
        revision=revision,
        event_type=canonical.event_type,
        event_mode=next((r.event_mode for r in reports if r.event_mode), None),
        actors=actors,
        recipients=recipients,
        event_date=_date(reports),
        event_location=_place(reports),
        languages=tuple(sorted({r.language for r in reports})),
        num_mentions=len(reports),
        num_articles=len({r.article_id for r in reports}),
        num_sources=len(groups),
        first_seen=min((r.published for r in reports if r.published), default=None),
        last_seen=max((r.published for r in reports if r.published), default=None),
        mention_ids=tuple(sorted(r.mention_id for r in reports)),
        headline_mentions=_headlines(ranked),
        confidence=_confidence(groups),
    )


def ended(
    event_id: str,
    reports: Sequence[Report],
    *,
    revision: int,
    status: Literal["merged", "retracted"],
    into: str | None,
) -> Event:
    """Write the record of an id that stands for no event any more, with the reports that had it."""
    return replace(event(event_id, reports, revision=revision), status=status, merged_into=into)


def independent(reports: Iterable[Report]) -> list[list[Report]]:
    """Group reports that are not independent: of one source, or of one story, directly or by way of others."""
    groups: list[tuple[set[str], list[Report]]] = []
    for r in reports:
        names = {f"story {r.story}"} | ({f"source {r.source.casefold()}"} if r.source else set())
        joined, apart = [r], []
        for group in groups:
            if names.isdisjoint(group[0]):
                apart.append(group)
            else:
                names |= group[0]
                joined = group[1] + joined
        groups = [*apart, (names, joined)]
    return [group for _, group in groups]


def _rank(r: Report) -> tuple[int, float, tuple[str, str]]:
    """Best first: the one that names most persons, then the surest, then the first published."""
    return -len(r.persons), -r.confidence, r.order


def _headlines(ranked: Sequence[Report]) -> tuple[HeadlineMention, ...]:
    """The best report first, then the best of every other language."""
    best = ranked[0]
    chosen: dict[str, Report] = {}
    for r in ranked:
        chosen.setdefault(r.language, r)
    others = [chosen[language] for language in sorted(chosen) if language != best.language]
    return tuple(
        HeadlineMention(
            language=r.language,
            mention_id=r.mention_id,
            article_id=r.article_id,
            evidence=r.evidence,
            source=r.source,
            url=r.url,
            confidence=r.confidence,
        )
        for r in (best, *others)
    )


def _parties(ranked: Sequence[Report]) -> tuple[tuple[Actor, ...], tuple[Actor, ...]]:
    """The parties of the best report, then those that only others name, on the side of their country."""
    best = ranked[0]
    if len(ranked) == 1:
        return best.actors, best.recipients
    known = {a.person_key: a for r in reversed(ranked) for a in (*r.actors, *r.recipients) if a.person_key and a.office}
    sides = [_with_office(a, known) for a in best.actors], [_with_office(a, known) for a in best.recipients]
    for r in ranked:
        for own, party in [*((0, a) for a in r.actors), *((1, a) for a in r.recipients)]:
            if not _named(party, [*sides[0], *sides[1]]):
                sides[_side(party, sides, own)].append(replace(party, start=0, end=0))
    return tuple(sides[0]), tuple(sides[1])


def _with_office(party: Actor, known: Mapping[str, Actor]) -> Actor:
    """Give a person the office another report names."""
    other = known.get(party.person_key or "")
    if other is None or party.office:
        return party
    return replace(party, office=other.office, sector=party.sector or other.sector)


def _named(party: Actor, known: list[Actor]) -> bool:
    """Whether a party is there already: the person, or where it names none, somebody of its country."""
    if party.person_key:
        return any(a.person_key == party.person_key for a in known)
    return any(a.country == party.country for a in known)


def _side(party: Actor, sides: tuple[list[Actor], list[Actor]], own: int) -> int:
    at = [any(a.country == party.country for a in side) for side in sides]
    return own if at[0] == at[1] else at.index(True)


def _date(reports: Sequence[Report]) -> EventDate | None:
    """The most precise date that is stated, then the earliest."""
    dated = [r for r in reports if r.event_date]
    return min(dated, key=lambda r: (r.period.rank, r.period.first, r.order)).event_date if dated else None


def _place(reports: Sequence[Report]) -> EventLocation | None:
    """The finest place; a dateline only where nothing else is known."""
    places = [r.event_location for r in reports if r.event_location]
    return min(places, key=lambda p: (p.basis == "dateline", FINENESS[p.precision]), default=None)


def _confidence(groups: Iterable[Iterable[Report]]) -> float:
    """Noisy-or over groups of independent reports, each counting with its surest; at most 0.99."""
    surest = sorted(max(r.confidence for r in group) for group in groups)
    return round(min(SURE, 1.0 - prod(1.0 - one for one in surest)), 4)
