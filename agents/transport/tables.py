"""Tables on an embedded broker."""

from __future__ import annotations

import asyncio

from faust.tables import manager


class TableManager(manager.TableManager):
    """Faust's, without its pause of 1 s: every table is defined before the app starts."""

    async def on_start(self) -> None:
        """Register the changelogs and start recovery at once."""
        await asyncio.sleep(0)
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()
