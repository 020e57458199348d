"""Atoms: the reports of one event key, and what they say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pipeline.linking.offices import holder
from pipeline.linking.period import Period
from pipeline.linking.report import Number, Report
from schemas.event import Actor, EventLocation


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
    def organisations(self) -> frozenset[str]:
        """The bodies it names."""
        found = (a.organisation for r in self.reports for a in (*r.actors, *r.recipients))
        return frozenset(name for name in found if name)

    @cached_property
    def state(self) -> bool:
        """Whether it is a state itself that speaks."""
        return any(r.state for r in self.reports)

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries of its parties."""
        return frozenset(a.country for r in self.reports for a in (*r.actors, *r.recipients) if a.country)

    @cached_property
    def places(self) -> frozenset[str]:
        """Its cities."""
        return frozenset(r.place for r in self.reports if r.place)

    @cached_property
    def locations(self) -> tuple[EventLocation, ...]:
        """Where its reports say it was; where they were filed does not count."""
        places = (r.event_location for r in self.reports)
        return tuple(p for p in places if p is not None and p.basis != "dateline")

    @cached_property
    def modes(self) -> frozenset[str]:
        """Its PLOVER modes."""
        return frozenset(r.event_mode for r in self.reports if r.event_mode)

    @cached_property
    def numbers(self) -> frozenset[Number]:
        """The exact numbers it states."""
        return frozenset(n for r in self.reports for n in r.numbers)

    @cached_property
    def speakers(self) -> frozenset[str]:
        """Who says so."""
        return frozenset(r.speaker for r in self.reports if r.speaker)

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

    @cached_property
    def recalled(self) -> bool:
        """Whether it is told as past, and it is unknown when it was."""
        return any(r.recalled for r in self.reports)
