"""The state of a block: the reports it still compares with, and the event ids it has let go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.linking.cluster import Cluster, clusters
from pipeline.linking.report import Report

MOST_REPORTS = 160
MOST_OF_ONE = 128
# Below this, old reports are kept whatever their age: an archive may come in any order.
FEW_REPORTS = 48
DAYS = 45
MOST_ENDED = 512
# Reports under one event key are published within a month of each other, or within twice NEAR_DAYS.
KEY_DAYS = 31


@dataclass(frozen=True, slots=True)
class Ended:
    """An event id that takes no more reports, and the last day (ordinal) one of its reports was published."""

    event_key: str
    told: int


@dataclass(frozen=True, slots=True)
class Block:
    """Reports by publication; `ended` oldest first. What was told up to day `floor` (ordinal) comes too late."""

    reports: tuple[Report, ...] = ()
    ended: tuple[Ended, ...] = ()
    floor: int = 0

    def refuses(self, r: Report) -> bool:
        """Whether a report comes too late: its event may have been let go, and must not begin anew under its id."""
        told = r.told
        return (told is not None and told <= self.floor) or any(e.event_key == r.event_key for e in self.ended)

    def without(self, mention_id: str) -> Block:
        """The block as if a mention had never come."""
        return replace(self, reports=tuple(r for r in self.reports if r.mention_id != mention_id))

    def plus(self, r: Report) -> Block:
        """The block with a report more, or in the place of the one of the same mention."""
        reports = (*self.without(r.mention_id).reports, r)
        return replace(self, reports=tuple(sorted(reports, key=lambda r: r.order)))

    def trimmed(self) -> Block:
        """Let whole clusters go, the longest silent first: those too old, and more while there are too many reports."""
        if len(self.reports) <= FEW_REPORTS:
            return self
        found = sorted(clusters(self.reports), key=_last_told)
        oldest = self._watermark() - DAYS
        left, gone = len(self.reports), []
        for cluster in found[:-1]:
            day = _last_day(cluster)
            if left <= FEW_REPORTS or (left <= MOST_REPORTS and day >= oldest):
                break
            gone += [Ended(atom.event_key, day) for atom in cluster]
            left -= sum(len(atom.reports) for atom in cluster)
        return self._let_go(gone)

    def _watermark(self) -> int:
        """The third latest day of publication of different stories: two wrong dates do not move it."""
        latest: dict[str, int] = {}
        for r in self.reports:
            latest[r.story] = max(latest.get(r.story, 0), r.told or 0)
        return sorted(latest.values(), reverse=True)[2] if len(latest) > 2 else 0

    def _let_go(self, gone: list[Ended]) -> Block:
        keys = {e.event_key for e in gone}
        ended = (*self.ended, *gone)
        forgotten = ended[: max(0, len(ended) - MOST_ENDED)]
        return Block(
            reports=tuple(r for r in self.reports if r.event_key not in keys),
            ended=ended[len(forgotten) :],
            floor=max([self.floor, *(e.told + KEY_DAYS for e in forgotten)]),
        )


def _last_told(cluster: Cluster) -> str:
    return max(r.published or "" for atom in cluster for r in atom.reports)


def _last_day(cluster: Cluster) -> int:
    return max(r.told or 0 for atom in cluster for r in atom.reports)
