"""How the producer does: the time to each confirmation, and whether the broker took the latest record."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from agents.metrics import Metrics


class Deliveries:
    """Follows every record that is handed to the producer."""

    def __init__(self, metrics: Metrics) -> None:
        """Note durations in `metrics`."""
        self._observe = metrics.produce_duration.observe
        self.failing = False

    async def follow(self, send: Awaitable[Awaitable[Any]]) -> asyncio.Future[Any]:
        """Hand a record over; the result resolves when the broker has it."""
        began = time.perf_counter()
        try:
            delivery = asyncio.ensure_future(await send)
        except Exception:
            self.failing = True
            raise
        delivery.add_done_callback(partial(self._done, began))
        return delivery

    def _done(self, began: float, delivery: asyncio.Future[Any]) -> None:
        if delivery.cancelled():
            return
        self.failing = delivery.exception() is not None
        if not self.failing:
            self._observe(time.perf_counter() - began)
