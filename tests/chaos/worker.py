"""`khabar worker` with what a test asks for in it: `python -m tests.chaos.worker`.

KHABAR_CHAOS_REPORT names a file that gets a line of JSON every REPORT_SECONDS: what the worker holds and counted, and
the longest its event loop stood still since the last line. KHABAR_CHAOS_WINDOWS=small makes the windows of the tables so short that three
of them pass in a run. KHABAR_CHAOS_BUG and KHABAR_CHAOS_REFUSE are told in tests/chaos/bugs.py.
KHABAR_CHAOS_NEXT=1 makes it a worker of the next version, whose records have a field more.
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

REPORT, WINDOWS, NEXT = "KHABAR_CHAOS_REPORT", "KHABAR_CHAOS_WINDOWS", "KHABAR_CHAOS_NEXT"
REPORT_SECONDS = 1.0
BEAT = 0.05
# Entries of dedup that stay whatever their age, and hours for which what left the window is still known.
LEAST_ENTRIES, LASTING_HOURS, MOST_LASTING = 1000, 10 * 24, 4000
# Of linking: reports and blocks that stay whatever their age, and days of its window and that of events.
FEW_REPORTS, MANY_BLOCKS, DAYS = 8, 64, 7


def shrink_windows() -> None:
    """Let the tables forget sooner: the windows of event time stay as they are but for these."""
    from pipeline.dedup import index, memory
    from pipeline.events import told
    from pipeline.linking import block, window

    index.LEAST_ENTRIES = LEAST_ENTRIES
    memory.LASTING_HOURS, memory.MOST_LASTING = LASTING_HOURS, MOST_LASTING
    block.FEW_REPORTS, block.DAYS = FEW_REPORTS, DAYS
    told.DAYS_KEPT = DAYS
    window.MANY_BLOCKS, window.DAYS = MANY_BLOCKS, DAYS


def write_next_version() -> None:
    """Write every record as a later minor version would: with an optional field that no reader of this one knows."""
    from agents import shell

    encode = shell.encode

    def later(record: object) -> bytes:
        value = orjson.loads(encode(record))
        name, _, _ = value["schema"].partition("/")
        return orjson.dumps(value | {"schema": f"{name}/1.99", "later": {"since": 2}}, option=orjson.OPT_SORT_KEYS)

    shell.encode = later


class Pulse:
    """Measures how long the event loop stood still: by the clock, and by the CPU time its thread took at a stretch.

    Only the second tells of the code alone, where others have the machine too.
    """

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0

    async def beat(self) -> None:
        """Turn with the loop until cancelled."""
        while True:
            began, worked = time.monotonic(), time.thread_time()
            await asyncio.sleep(BEAT)
            self.longest = max(self.longest, time.monotonic() - began - BEAT)
            self.busiest = max(self.busiest, time.thread_time() - worked)

    def taken(self) -> tuple[float, float]:
        """Return both since the last call."""
        found = (self.longest, self.busiest)
        self.longest = self.busiest = 0.0
        return found


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
        stall, busy = self._pulse.taken()
        return {
            "time": time.time(),
            "pid": os.getpid(),
            "stall": round(stall, 3),
            "busy": round(busy, 3),
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
    if os.environ.get(NEXT) == "1":
        write_next_version()
    if REPORT in os.environ:
        report_to(os.environ[REPORT])
    return cli.main(["worker", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
