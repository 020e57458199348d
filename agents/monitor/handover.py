"""Whether this worker has its partitions, and their tables: from the group's word to records being read again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.metrics import Metrics


class Handover:
    """Told by the table manager; a worker that has got nothing to do is ready too, as a spare."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        """Count hand-overs and time recoveries in `metrics`."""
        self._metrics = metrics
        self._clock = clock
        self._began: float | None = None
        self.has_partitions = self.is_restored = False
        self.restored_at = clock()

    def begin(self) -> None:
        """Note that the group hands its partitions out anew: whoever has some gives them up."""
        self.has_partitions = self.is_restored = False

    def take(self, partitions: int) -> None:
        """Note that so many partitions are ours; their tables are to be restored."""
        self.has_partitions, self.is_restored = True, False
        self._began = self._clock()
        self._metrics.rebalances.inc()
        self._metrics.assigned_partitions.set(partitions)

    def restore(self) -> None:
        """Note that the tables are restored and records are read again."""
        self.is_restored = True
        self.restored_at = self._clock()
        if self._began is not None:
            self._metrics.recovery.observe(self.restored_at - self._began)
            self._began = None
