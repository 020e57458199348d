"""Whether a process is alive and ready; the reasons are what an operator reads."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.app import Built
    from agents.metrics import Metrics
    from agents.monitor.lag import Lag
    from agents.shell import Shell

# Seconds between two beats, and without one after which the loop counts as standing still.
BEAT, STILL = 0.1, 5.0


class Pulse:
    """Shows that the event loop turns, and how late it is."""

    def __init__(self, metrics: Metrics) -> None:
        """Note the lag in `metrics`."""
        self._observe = metrics.loop_lag.observe
        self.last = time.monotonic()

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            due = time.monotonic() + BEAT
            await asyncio.sleep(BEAT)
            self.last = time.monotonic()
            self._observe(max(0.0, self.last - due))

    def faults(self, now: float) -> list[str]:
        """Say whether the loop stands still."""
        still = now - self.last
        return [f"the event loop stands still for {still:.0f} s"] if still > STILL else []


class PollerVitals:
    """Of a process that only sends."""

    def __init__(self, built: Built, pulse: Pulse, lag: Lag) -> None:
        """Look at the loop, the producer and the broker."""
        self._built, self._pulse, self._lag = built, pulse, lag

    def not_alive(self, now: float) -> list[str]:
        """Say why it should be started anew."""
        return self._pulse.faults(now)

    def not_ready(self, now: float) -> list[str]:
        """Say why it does not do its work at the moment."""
        faults = self.not_alive(now)
        if not self._lag.is_reachable(now):
            faults.append("the broker does not answer")
        if self._built.deliveries.failing:
            faults.append("the broker did not take the latest record")
        return faults

    def stuck(self, now: float) -> list[str]:
        """Say which stages stand still: there are none."""
        del now
        return []


class WorkerVitals:
    """Of a process that runs stages."""

    def __init__(self, built: Built, pulse: Pulse, lag: Lag) -> None:
        """Look at the loop, the stages, the tables, the producer and the broker."""
        self._built, self._pulse, self._lag = built, pulse, lag
        self._sending = PollerVitals(built, pulse, lag)

    def not_alive(self, now: float) -> list[str]:
        """Say why it should be started anew; a broker that is away is no reason."""
        crash = getattr(self._built.app, "crash_reason", None)
        faults = [] if crash is None else [f"crashed: {type(crash).__name__}"]
        return [*faults, *self._sending.not_alive(now), *self.stuck(now)]

    def not_ready(self, now: float) -> list[str]:
        """Say why it does not do its work at the moment."""
        handover = self._built.handover
        faults = [*self.not_alive(now), *self._sending.not_ready(now)]
        if not handover.has_partitions:
            faults.append("no partitions were handed out yet")
        elif not handover.is_restored:
            faults.append("the tables are being restored")
        return list(dict.fromkeys(faults))

    def stuck(self, now: float) -> list[str]:
        """Say which stages have work and do none of it for longer than the setting `stall`."""
        limit = self._built.settings.stall
        if not limit or not self._lag.is_reachable(now) or not self._built.handover.is_restored:
            return []
        # What was done while the broker was away, or tables were restored, is held against nobody.
        since = max(self._lag.back_since, self._built.handover.restored_at)
        quiet = {name: now - max(since, self._moved(shell, now)) for name, shell in self._built.shells.items()}
        return [f"stage {name} makes no progress for {still:.0f} s" for name, still in quiet.items() if still > limit]

    def _moved(self, shell: Shell, now: float) -> float:
        """Return when a stage last did something, or got something to do; now where it has nothing to do."""
        own: set[Any] = {tuple(tp) for tp in self._built.app.consumer.assignment()}
        since = self._lag.backlog.since.items()
        got = [min((at for place, at in since if place[0] == shell.spec.source and place in own), default=now)]
        if shell.window is not None and len(shell.window):
            got.append(shell.window.last_progress)
        return max(shell.observer.last_acknowledged, min(got))
