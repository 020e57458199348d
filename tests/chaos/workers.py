"""Worker processes that a test starts, kills, pauses and stops."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from agents.config import PREFIX, Settings
from tests.paths import ROOT

LAUNCH = ROOT / "tests" / "kafka" / "launch.py"
LOOK_AGAIN = 0.05
# Longer than any shutdown deadline.
END_SECONDS = 60.0


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that give a process these settings."""
    given = {field.name: getattr(settings, field.name) for field in fields(Settings)}
    return {PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None}


class Worker:
    """One slot: a process of `tests.chaos.worker` under a stable instance id, started again as often as a test likes."""

    def __init__(
        self,
        place: int,
        settings: Settings,
        folder: Path,
        *,
        stages: tuple[str, ...] = (),
        static: bool = True,
        **environ: str,
    ) -> None:
        """Run in the slot `place`; `environ` is for every start. The process's log and reports lie in `folder`."""
        self.place = place
        self.report = folder / f"worker{place}.jsonl"
        self.log = folder / f"worker{place}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.paused = False
        identity = {"KHABAR_INSTANCE_ID": f"{settings.app_id}-{place}"} if static else {}
        self._environ = {**environment(settings), **identity, "KHABAR_CHAOS_REPORT": str(self.report), **environ}
        self._arguments = ["--stages", *stages] if stages else []

    @property
    def is_running(self) -> bool:
        """Say whether the process lives (it may be paused)."""
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code of the last process, None while it lives."""
        return self.process.poll() if self.process is not None else None

    def start(self, **environ: str) -> None:
        """Start the process; it dies with this one. `environ` is for this start only."""
        self.starts += 1
        command = [sys.executable, "-m", "tests.chaos.worker", *self._arguments]
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid())]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                launch + command, cwd=ROOT, env={**os.environ, **self._environ, **environ}, stdout=log, stderr=log
            )
        self.paused = False

    def send(self, number: signal.Signals) -> None:
        """Send a signal where there is a process to take it."""
        if self.is_running:
            assert self.process is not None
            self.process.send_signal(number)
            self.paused = number == signal.SIGSTOP or (self.paused and number != signal.SIGCONT)

    async def kill(self) -> None:
        """End the process with SIGKILL."""
        self.send(signal.SIGKILL)
        await self.ended()

    async def terminate(self) -> tuple[int, float]:
        """Ask the process to stop; returns its exit code and the seconds that took."""
        began = time.monotonic()
        self.send(signal.SIGTERM)
        return await self.ended(), time.monotonic() - began

    async def ended(self, seconds: float = END_SECONDS) -> int:
        """Wait for the end of the process and return its code.

        Raises:
            TimeoutError: it lives on.
        """
        assert self.process is not None
        async with asyncio.timeout(seconds):
            while self.process.poll() is None:  # noqa: ASYNC110 - a process tells nobody
                await asyncio.sleep(LOOK_AGAIN)
        return int(self.process.returncode)

    def told(self) -> dict[str, Any]:
        """Return the latest report of the process that runs now, empty before its first."""
        lines = self.report.read_bytes().splitlines() if self.report.exists() else []
        last: dict[str, Any] = orjson.loads(lines[-1]) if lines else {}
        return last if self.process is not None and last.get("pid") == self.process.pid else {}

    def log_end(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def codes(workers: Mapping[int, Worker]) -> dict[int, int | None]:
    """Return the exit codes by slot."""
    return {place: worker.code for place, worker in workers.items()}
