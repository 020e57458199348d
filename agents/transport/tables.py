"""Tables whose recovery never ends unseen, and on an embedded broker begins at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from faust.tables import manager, recovery
from faust.tables.recovery import ServiceStopped

if TYPE_CHECKING:
    from mode.utils.times import Seconds


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
    """Faust's, with the recovery above."""

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
