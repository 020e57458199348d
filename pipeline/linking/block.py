"""The state of a block: the reports it still compares with, and the event ids it has let go."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from pipeline.linking.atom import Atom
from pipeline.linking.cluster import Cluster, clusters
from pipeline.linking.picture import Telling
from pipeline.linking.report import Report
from schemas.event import Mention

MOST_REPORTS = 160
MOST_OF_ONE = 128
# Below this, old reports are kept whatever their age: an archive may come in any order.
FEW_REPORTS = 48
# So many more are waited for, so that not every further report clears the block anew.
SLACK = 4
# A full block is cleared down to this, so that not every further report clears it anew.
ENOUGH_REPORTS = 128
MOST_WITHDRAWN = 256
# Two sources with wrong clocks shall not move the watermark.
SOURCES = 3
DAYS = 45
MOST_ENDED = 512
# Reports under one event key are published within a month of each other, or within twice NEAR_DAYS.
KEY_DAYS = 31
# A busy block forgets ids within days; it must not close to the news for a month. An id may then begin anew.
OPEN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """An event id that takes no more reports, and the last day (ordinal) one of its reports was published."""

    event_key: str
    told: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A mention that an article tells no more, from a version on."""

    mention_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Block:
    """Reports by publication; `ended` oldest first. What was told up to day `floor` (ordinal) comes too late.

    A mention has a report for every version of its article that told it. `clock` is of the partition's window alone.
    """

    reports: tuple[Report, ...] = ()
    ended: tuple[Ended, ...] = ()
    floor: int = 0
    withdrawn: tuple[Withdrawn, ...] = ()
    clock: int = 0

    def refuses(self, r: Report) -> bool:
        """Whether a report comes too late: its event may have been let go, and must not begin anew under its id."""
        told = r.told
        return (told is not None and told <= self.floor) or any(e.event_key == r.event_key for e in self.ended)

    def held(self, mention: Mention) -> tuple[Report, ...]:
        """The reports of a mention, of whatever version."""
        name = mention.mention_id
        return tuple([r for r in self.reports if r.mention_id == name])

    def without(self, mention: Mention) -> Block:
        """The block as if a mention had never come in this version; itself where it has not."""
        name, version = mention.mention_id, mention.article_version
        if all(r.mention_id != name for r in self.reports):
            return self
        reports = tuple(r for r in self.reports if (r.mention_id, r.article_version) != (name, version))
        return self if len(reports) == len(self.reports) else replace(self, reports=reports)

    def plus(self, r: Report) -> Block:
        """The block with a report more."""
        at = bisect(self.reports, r.order, key=attrgetter("order"))
        return replace(self, reports=(*self.reports[:at], r, *self.reports[at:]))

    def standing(self, mention: Mention) -> Block:
        """The block as if a mention had never been withdrawn in this version; itself where it has not."""
        gone = Withdrawn(mention.mention_id, mention.article_version)
        kept = tuple(w for w in self.withdrawn if w != gone)
        return self if len(kept) == len(self.withdrawn) else replace(self, withdrawn=kept)

    def minus(self, mention: Mention) -> Block:
        """The block with a mention withdrawn."""
        known = (*self.withdrawn, Withdrawn(mention.mention_id, mention.article_version))
        return replace(self, withdrawn=known[-MOST_WITHDRAWN:])

    def telling(self) -> Telling:
        """The reports by event key: those that stand, and those whose articles tell them otherwise or no more."""
        return self._telling_of(self.reports)

    def renewed(self, telling: Telling, keys: Iterable[str]) -> Telling:
        """What the block tells, given what it told when only the reports of some event keys were others."""
        only = frozenset(keys)
        names = {r.mention_id for r in self.reports if r.event_key in only}
        return telling.with_keys(only, self._telling_of(r for r in self.reports if r.mention_id in names))

    def _telling_of(self, reports: Iterable[Report]) -> Telling:
        versions: dict[str, list[Report]] = defaultdict(list)
        for r in reports:
            versions[r.mention_id].append(r)
        ends: dict[str, list[int]] = defaultdict(list)
        for w in self.withdrawn:
            ends[w.mention_id].append(w.version)
        standing: dict[str, list[Report]] = defaultdict(list)
        gone: dict[str, list[Report]] = defaultdict(list)
        for name, told in versions.items():
            last, past = course(told, ends.get(name, ())) if len(told) > 1 or name in ends else (told[0], ())
            if last is not None:
                standing[last.event_key].append(last)
            for r in past:
                gone[r.event_key].append(r)
        return Telling(
            {key: Atom(key, reports) for key, reports in standing.items()},
            {key: Atom(key, reports) for key, reports in gone.items()},
        )

    def trimmed(self, telling: Telling) -> Block:
        """Let whole clusters go, the longest silent first: those too old, and more while there are too many reports."""
        if len(self.reports) <= FEW_REPORTS + SLACK:
            return self
        full, now = len(self.reports) > MOST_REPORTS, self._watermark()
        first = next((r.told for r in self.reports if r.told is not None), now)
        if not full and first >= now - DAYS:
            return self
        gone: list[Ended] = []
        left, most = len(self.reports), ENOUGH_REPORTS if full else MOST_REPORTS
        retracted = [(atom,) for key, atom in telling.gone.items() if key not in telling.atoms]
        for cluster in sorted([*clusters(telling.atoms.values()), *retracted], key=lambda c: _last_told(c, now))[:-1]:
            day, _ = _last_told(cluster, now)
            if left <= FEW_REPORTS or (left <= most and day >= now - DAYS):
                break
            # A wrong date in the future must not close the block to all that comes.
            gone += [Ended(atom.event_key, min(day, now)) for atom in cluster]
            left -= sum(telling.reports(atom.event_key) for atom in cluster)
        return self._let_go(gone, now) if gone else self

    def _watermark(self) -> int:
        """The third latest day of publication of different sources; reports are in order of publication."""
        latest: dict[str, int] = {}
        for r in reversed(self.reports):
            if r.told is not None:
                latest.setdefault(r.source or r.story, r.told)
            if len(latest) == SOURCES:
                return min(latest.values())
        return 0

    def _let_go(self, gone: list[Ended], now: int) -> Block:
        keys = {e.event_key for e in gone}
        ended = (*self.ended, *gone)
        forgotten = ended[: max(0, len(ended) - MOST_ENDED)]
        return Block(
            reports=tuple(r for r in self.reports if r.event_key not in keys),
            ended=ended[len(forgotten) :],
            floor=max([self.floor, *(min(e.told + KEY_DAYS, now - OPEN_DAYS) for e in forgotten)]),
            withdrawn=self.withdrawn,
        )


def course(reports: Iterable[Report], ends: Iterable[int]) -> tuple[Report | None, list[Report]]:
    """The report of a mention that stands, if one does, and those that are gone; equal ones in a row count as one.

    `ends` are the versions of the article from which on the mention was told no more.
    """
    last: Report | None = None
    gone: list[Report] = []
    for r in sorted(reports, key=lambda r: r.article_version):
        if last is not None and (r != last or _ended(last.article_version, r.article_version, ends)):
            gone.append(last)
        last = r
    if last is not None and any(end > last.article_version for end in ends):
        return None, [*gone, last]
    return last, gone


def _ended(first: int, then: int, ends: Iterable[int]) -> bool:
    return any(first < end < then for end in ends)


def _told(r: Report, now: int) -> int:
    """The day of publication; what has none counts as of now."""
    return now if r.told is None else r.told


def _last_told(cluster: Cluster, now: int) -> tuple[int, str]:
    return max((_told(r, now), r.published or "") for atom in cluster for r in atom.reports)
