"""Atoms: the reports of one event key, and what they say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.linking.offices import holder
from pipeline.linking.period import Period
from pipeline.linking.report import Report
from schemas.event import Actor


@dataclass(frozen=True)
class Atom:
    """The reports of one event key, in order: they are of one event by definition."""

    event_key: str
    reports: tuple[Report, ...]

    @cached_property
    def order(self) -> tuple[int, int, str, str]:
        """Canonical order: the most precise date first, then the earliest, then the first published."""
        return min((r.period.rank, r.period.first, *r.order) for r in self.reports)

    @cached_property
    def period(self) -> Period:
        """When its event was."""
        return min((r.period for r in self.reports), key=lambda p: (p.rank, p.first, p.last))

    @cached_property
    def persons(self) -> dict[str, frozenset[str]]:
        """Keys of the persons it names, by country."""
        return self._by_country(lambda actor: actor.person_key)

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """The persons as its reports write them, by country."""
        return self._by_country(lambda actor: actor.person if actor.person_key else None)

    @cached_property
    def offices(self) -> dict[str, frozenset[str]]:
        """The offices of one holder that it names, by country."""
        return self._by_country(lambda actor: holder(actor.office))

    def _by_country(self, identity: Callable[[Actor], str | None]) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for r in self.reports:
            for actor in (*r.actors, *r.recipients):
                value = identity(actor)
                if value:
                    found[actor.country or ""].add(value)
        return {country: frozenset(values) for country, values in found.items()}

    @cached_property
    def places(self) -> frozenset[str]:
        """Its cities."""
        return frozenset(r.place for r in self.reports if r.place)

    @cached_property
    def modes(self) -> frozenset[str]:
        """Its PLOVER modes."""
        return frozenset(r.event_mode for r in self.reports if r.event_mode)

    @cached_property
    def sums(self) -> frozenset[str]:
        """The sums it states."""
        return frozenset(s for r in self.reports for s in r.sums)

    @cached_property
    def stories(self) -> frozenset[str]:
        """The stories it is told in."""
        return frozenset(r.story for r in self.reports)

    @cached_property
    def articles(self) -> frozenset[str]:
        """The articles it is told in."""
        return frozenset(r.article_id for r in self.reports)

    @cached_property
    def told(self) -> Period | None:
        """The days of its publication."""
        days = [r.told for r in self.reports if r.told]
        return Period(min(days), max(days), 0) if days else None


def atoms(reports: Iterable[Report]) -> list[Atom]:
    """Group reports by event key, in canonical order."""
    groups: dict[str, list[Report]] = defaultdict(list)
    for r in sorted(reports, key=lambda r: r.order):
        groups[r.event_key].append(r)
    return sorted((Atom(key, tuple(group)) for key, group in groups.items()), key=lambda atom: atom.order)


def outgrown(reports: Iterable[Report]) -> Iterator[Report]:
    """The reports of articles of which a later version is at hand."""
    known = tuple(reports)
    latest: dict[str, int] = {}
    for r in known:
        latest[r.article_id] = max(r.article_version, latest.get(r.article_id, 0))
    return (r for r in known if r.article_version < latest[r.article_id])
