"""The monitor of a process: beats, looks at the lag, and serves both; off where `metrics_port` is 0."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from math import isnan
from typing import TYPE_CHECKING

from agents.monitor.endpoint import Endpoint
from agents.monitor.lag import Lag
from agents.monitor.vitals import PollerVitals, Pulse, WorkerVitals
from pipeline.topology import STAGE_NAMES

if TYPE_CHECKING:
    from agents.app import Built
    from pipeline.stage import StageName


class Monitor:
    """Watches an app from its start to its end."""

    def __init__(self, built: Built) -> None:
        """Watch as the settings say; nothing is started yet."""
        settings, metrics = built.settings, built.metrics
        self._built = built
        self._tasks: list[asyncio.Task[None]] = []
        self.pulse, self.lag = Pulse(metrics), Lag(settings, metrics)
        vitals = WorkerVitals if built.shells else PollerVitals
        self.vitals = vitals(built, self.pulse, self.lag)
        self._endpoint = Endpoint(settings.metrics_host, settings.metrics_port, metrics, self.vitals)
        for name in STAGE_NAMES:
            metrics.lag_seconds.labels(name).set_function(partial(self._lag_seconds, name))

    async def start(self) -> None:
        """Begin.

        Raises:
            EndpointError: the address to serve at is taken.
        """
        if self._built.settings.metrics_port:
            self._endpoint.start()
            self._tasks = [asyncio.create_task(self.pulse.beat()), asyncio.create_task(self.lag.watch())]

    async def stop(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._endpoint.stop)

    def _lag_seconds(self, name: StageName) -> float:
        """The age of the oldest record at hand, which the broker stamped, or the time one is known to wait."""
        shell = self._built.shells.get(name)
        held = shell.observer.oldest_age(time.time()) if shell else 0.0
        known = self.lag.seconds(name)
        return (held or known) if isnan(known) else max(held, known)
