"""Atoms: the reports of one event key, and what they say together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter

from pipeline.lazy import lazy
from pipeline.linking.party import Parties, Party, People
from pipeline.linking.period import Period
from pipeline.linking.report import Number, Report
from schemas.event import EventLocation

Days = tuple[int, int]
Order = tuple[int, int, str, str]
EVER = (0, date.max.toordinal())


class Atom:
    """The reports of one event key, in order: they are of one event by definition.

    What they say together is summed up when first asked for: most atoms of a block are too far off in time to be
    compared at all. `order` is canonical: the most precise date first, then the earliest, then the first published.
    `dates` are when it may have been: its period, and the days of publication where the date is that of a sentence
    beside it. `days` are the first and the last of them, all days where none is known.
    """

    def __init__(self, event_key: str, reports: Iterable[Report]) -> None:
        self.event_key = event_key
        told = tuple(reports)
        self.reports = told = told if len(told) == 1 else tuple(sorted(told, key=attrgetter("order")))
        self.period: Period = min([r.period for r in told], key=attrgetter("rank", "first", "last"))
        self.order: Order = min([(r.period.rank, r.period.first, *r.order) for r in told])
        self.dates: tuple[Period, ...] = (self.period,)
        self.days: Days = (self.period.first, self.period.last) if self.period.known else EVER
        if any(r.borrowed for r in told) and self.told is not None:
            self.dates += (self.told,)
            self.days = min(self.days[0], self.told.first), max(self.days[1], self.told.last)

    @lazy
    def told(self) -> Period | None:
        """The days of publication."""
        days = [r.told for r in self.reports if r.told]
        return Period(min(days), max(days), 0) if days else None

    @lazy
    def actors(self) -> Parties:
        """Who acts."""
        return frozenset([Party.of(party, r.language) for r in self.reports for party in r.actors])

    @lazy
    def recipients(self) -> Parties:
        """Who is acted on."""
        return frozenset([Party.of(party, r.language) for r in self.reports for party in r.recipients])

    @lazy
    def people(self) -> People:
        """Who they are, by country."""
        return People((party, r.language) for r in self.reports for party in r.parties)

    @lazy
    def organisations(self) -> frozenset[str]:
        """The bodies that act or are acted on."""
        return frozenset([p.organisation for r in self.reports for p in r.parties if p.organisation])

    @lazy
    def countries(self) -> frozenset[str]:
        """The countries of both sides."""
        return frozenset([p.country for r in self.reports for p in r.parties if p.country])

    @lazy
    def places(self) -> frozenset[str]:
        """The cities, by gazetteer id or name."""
        return frozenset([r.place for r in self.reports if r.place])

    @lazy
    def locations(self) -> tuple[EventLocation, ...]:
        """All that is said of where it was, save where it was filed."""
        return tuple(p for r in self.reports if (p := r.event_location) is not None and p.basis != "dateline")

    @lazy
    def lands(self) -> frozenset[str]:
        """The countries where it was."""
        return frozenset([p.country for p in self.locations if p.country])

    @lazy
    def modes(self) -> frozenset[str]:
        """The PLOVER modes."""
        return frozenset([r.event_mode for r in self.reports if r.event_mode])

    @lazy
    def numbers(self) -> frozenset[Number]:
        """What is counted."""
        return frozenset([n for r in self.reports for n in r.numbers])

    @lazy
    def speakers(self) -> frozenset[str]:
        """The keys of those who say so."""
        return frozenset([r.speaker for r in self.reports if r.speaker])

    @lazy
    def languages(self) -> frozenset[str]:
        """The languages of its articles."""
        return frozenset([r.language for r in self.reports])

    @lazy
    def words(self) -> dict[str, frozenset[str]]:
        """The words of its own, by language."""
        told = {language: [r.words for r in self.reports if r.language == language] for language in self.languages}
        return {language: frozenset().union(*words) for language, words in told.items()}

    @lazy
    def stories(self) -> frozenset[str]:
        """The stories of its articles."""
        return frozenset([r.story for r in self.reports])

    @lazy
    def articles(self) -> frozenset[str]:
        """The ids of its articles."""
        return frozenset([r.article_id for r in self.reports])

    @lazy
    def state(self) -> bool:
        """Whether a state itself speaks."""
        return any(r.state for r in self.reports)

    @lazy
    def past(self) -> bool:
        """Whether it is told as past."""
        return any(r.past for r in self.reports)

    @lazy
    def recalled(self) -> bool:
        """Whether it is told as past and it is unknown when it was."""
        return any(r.past and not r.period.known for r in self.reports)
