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
        now = self._watermark()
        oldest = min((_told(r, now) for r in self.reports), default=now)
        if len(self.reports) <= FEW_REPORTS or (len(self.reports) <= MOST_REPORTS and oldest >= now - DAYS):
            return self
        left, gone = len(self.reports), []
        for cluster in sorted(clusters(self.reports), key=lambda c: _last_told(c, now))[:-1]:
            day, _ = _last_told(cluster, now)
            if left <= FEW_REPORTS or (left <= MOST_REPORTS and day >= now - DAYS):
                break
            # A wrong date in the future must not close the block to all that comes.
            gone += [Ended(atom.event_key, min(day, now)) for atom in cluster]
            left -= sum(len(atom.reports) for atom in cluster)
        return self._let_go(gone)

    def _watermark(self) -> int:
        """The third latest day of publication of different sources: two with wrong clocks do not move it."""
        latest: dict[str, int] = {}
        for r in self.reports:
            name = r.source or r.story
            latest[name] = max(latest.get(name, 0), r.told or 0)
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


def _told(r: Report, now: int) -> int:
    """The day of publication; what has none counts as of now."""
    return now if r.told is None else r.told


def _last_told(cluster: Cluster, now: int) -> tuple[int, str]:
    return max((_told(r, now), r.published or "") for atom in cluster for r in atom.reports)
