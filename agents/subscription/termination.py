"""Running a subscriber until it ends or SIGTERM asks it to."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def terminated(work: Coroutine[Any, Any, None]) -> bool:
    """Run to the end, or cancel the work at SIGTERM; says whether it was. What the work raises is passed on."""
    task, asked = asyncio.create_task(work), asyncio.Event()

    def stop() -> None:
        asked.set()
        task.cancel()

    with suppress(RuntimeError):  # not in the main thread, where signals arrive
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
        return True
    return False
