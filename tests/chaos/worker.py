"""`khabar worker` with what a test asks for in it: `python -m tests.chaos.worker`.

KHABAR_CHAOS_REPORT names a file that gets a line of JSON every REPORT_SECONDS: what the worker holds and counted, and
the longest its event loop stood still. KHABAR_CHAOS_WINDOWS=small makes the windows of the tables so short that three
of them pass in a run. KHABAR_CHAOS_BUG and KHABAR_CHAOS_REFUSE are told in tests/chaos/bugs.py.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import orjson

REPORT, WINDOWS = "KHABAR_CHAOS_REPORT", "KHABAR_CHAOS_WINDOWS"
REPORT_SECONDS = 1.0
BEAT = 0.05
# Entries of dedup that stay whatever their age, and hours for which what left the window is still known.
LEAST_ENTRIES, LASTING_HOURS, MOST_LASTING = 1000, 10 * 24, 4000
FEW_REPORTS, DAYS = 8, 7


def shrink_windows() -> None:
    """Let the tables forget sooner: the windows of event time stay as they are but for these."""
    from pipeline.dedup import index, memory
    from pipeline.linking import block

    index.LEAST_ENTRIES = LEAST_ENTRIES
    memory.LASTING_HOURS, memory.MOST_LASTING = LASTING_HOURS, MOST_LASTING
    block.FEW_REPORTS, block.DAYS = FEW_REPORTS, DAYS


class Pulse:
    """Measures how long the event loop stood still."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Turn with the loop until cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT)
            self.longest = max(self.longest, time.monotonic() - began - BEAT)


class Reporter(threading.Thread):
    """Writes lines about a worker from a thread of its own, so that it tells also of a loop that stands still."""

    def __init__(self, built: Any, path: str, pulse: Pulse) -> None:
        super().__init__(name="reporter", daemon=True)
        self._built, self._path, self._pulse = built, Path(path), pulse

    def run(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            while True:
                file.write(orjson.dumps(self.line()) + b"\n")
                time.sleep(REPORT_SECONDS)

    def line(self) -> dict[str, Any]:
        """Return what the worker holds now."""
        return {
            "time": time.time(),
            "pid": os.getpid(),
            "stall": round(self._pulse.longest, 3),
            "assigned": sorted(map(list, self._built.app.assignor.assigned_actives())),
            "stages": {name: _stage(shell) for name, shell in self._built.shells.items()},
        }


def _stage(shell: Any) -> dict[str, Any]:
    # Not by `data`: a table that is first asked for it in a thread belongs to an event loop that never runs.
    store = shell.state._table._data if shell.state is not None else None
    # One C call: no other thread changes it meanwhile.
    values = list(store.values()) if store is not None else []
    return {
        "received": shell.counts.received,
        "emitted": shell.counts.emitted,
        "dead": shell.counts.dead.total(),
        "in_flight": len(shell.window or ()),
        "retries": shell.window.retries if shell.window else 0,
        "entries": len(values),
        "bytes": sum(map(len, values)),
    }


def report_to(path: str) -> None:
    """Have the worker that is built report to a file."""
    from agents import worker

    run = worker.run_until_stopped

    async def reporting(built: Any, **how: Any) -> int:
        pulse = Pulse()
        beat = asyncio.create_task(pulse.beat())
        Reporter(built, path, pulse).start()
        try:
            return await run(built, **how)
        finally:
            beat.cancel()

    worker.run_until_stopped = reporting


def main() -> int:
    """Plant what the environment asks for, then be `khabar worker`."""
    from agents import cli
    from tests.chaos.bugs import plant

    plant(os.environ)
    if os.environ.get(WINDOWS) == "small":
        shrink_windows()
    if REPORT in os.environ:
        report_to(os.environ[REPORT])
    return cli.main(["worker", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
