"""Sends the inputs of a run, as it goes on, through whatever happens to the broker: a poller that never gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from agents.app import build
from agents.config import Settings
from agents.delivery import Outbound, Window
from tests.chaos.workload import Input

IN_FLIGHT = 64
LOOK_AGAIN = 0.1


class Feed:
    """Inputs on their way to news.raw; `allowed` says how many may be sent by now."""

    def __init__(self, settings: Settings, inputs: Sequence[Input], allowed: Callable[[], int]) -> None:
        """Send `inputs` in order."""
        self._settings = settings
        self._inputs = inputs
        self._allowed = allowed
        self.confirmed = 0

    async def send(self) -> None:
        """Send everything, and return when the broker has it."""
        built = build(self._settings, names=())
        built.app.loop = asyncio.get_running_loop()
        window = Window(built.produce, size=IN_FLIGHT)
        confirming = asyncio.create_task(window.confirm_forever())
        try:
            for number, one in enumerate(self._inputs):
                while number >= self._allowed():  # noqa: ASYNC110 - nobody tells when more is allowed
                    await asyncio.sleep(LOOK_AGAIN)
                await window.put([Outbound("news.raw", one.key, one.value, one.headers)], self._done)
            while len(window):  # noqa: ASYNC110 - a window tells nobody when it is empty
                await asyncio.sleep(LOOK_AGAIN)
        finally:
            confirming.cancel()
            await asyncio.gather(confirming, return_exceptions=True)
            await built.close_producer()

    async def _done(self) -> None:
        self.confirmed += 1
