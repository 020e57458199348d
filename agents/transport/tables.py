"""Tables whose recovery never ends unseen, and on an embedded broker begins at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from faust.tables import manager, recovery
from faust.tables.recovery import ServiceStopped

if TYPE_CHECKING:
    from faust.types import TP
    from mode.utils.times import Seconds

    from agents.monitor.handover import Handover


class RecoveryTimeoutError(TimeoutError):
    """The broker did not answer in time while the tables were restored."""


class Recovery(recovery.Recovery):
    """Faust's, which takes a broker that does not answer for the end of the service, and stands still for ever."""

    async def _wait(self, coro: Any, timeout: Seconds | None = None) -> None:  # noqa: ASYNC109 - Faust's signature
        try:
            await super()._wait(coro, timeout=timeout)
        except ServiceStopped:
            if self.should_stop:
                raise
            raise RecoveryTimeoutError(f"no answer within {timeout} s while the tables were restored") from None


class TableManager(manager.TableManager):
    """Faust's, with the recovery above; tells `handover` when partitions come and when their tables are restored."""

    handover: Handover | None = None

    def on_rebalance_start(self) -> None:
        """Note that partitions are handed out anew."""
        super().on_rebalance_start()
        if self.handover is not None:
            self.handover.begin()

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Note that partitions came, and restore their tables."""
        if self.handover is not None:
            self.handover.take(sum(tp.topic not in self.changelog_topics for tp in assigned))
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    def on_actives_ready(self) -> None:
        """Note that the tables are restored and records are read."""
        super().on_actives_ready()
        if self.handover is not None:
            self.handover.restore()

    @property
    def recovery(self) -> recovery.Recovery:
        """The service that restores the tables."""
        if self._recovery is None:
            self._recovery = Recovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


class EmbeddedTableManager(TableManager):
    """Without Faust's pause of 1 s: every table is defined before the app starts."""

    async def on_start(self) -> None:
        """Register the changelogs and start recovery at once."""
        await asyncio.sleep(0)
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()
