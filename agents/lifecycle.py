"""Run an app until it is told to stop, and end the process in bounded time whatever the broker does.

Exit codes: 0 stopped as asked, 75 try again (broker gone, stuck or past the deadline), 78 configuration or dead-letter
limit, 70 an error of ours.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from agents.deadletter import DeadLimitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agents.app import Built

logger = logging.getLogger("khabar.lifecycle")

EX_OK, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 0, 70, 75, 78
BEAT = 1.0


async def run_until_stopped(
    built: Built, *, stop: asyncio.Event, ready: Callable[[], Awaitable[None]] | None = None
) -> int:
    """Start the app, wait for `stop` or a crash, stop the app; returns the exit code."""
    app = built.app
    loop = asyncio.get_running_loop()
    app.loop = loop
    deadline = Deadline(built.settings.shutdown_deadline)
    _stop_on_signals(loop, stop, deadline)
    watchdog = Watchdog(built)
    watchdog.start()
    beat = asyncio.create_task(watchdog.beat())
    code = EX_OK
    try:
        await app.start()
        logger.info("ready", extra={"broker": built.settings.broker, "stages": ",".join(built.shells)})
        if ready is not None:
            await ready()
        code = await _wait(app, stop)
    except Exception:
        logger.exception("cannot run")
        code = EX_TEMPFAIL
    finally:
        deadline.start()
        with suppress(Exception):
            await app.stop()
        beat.cancel()
        watchdog.stop()
        deadline.cancel()
    return code


async def _wait(app: object, stop: asyncio.Event) -> int:
    crashed = asyncio.ensure_future(app._crashed.wait())  # type: ignore[attr-defined]  # noqa: SLF001 - mode has no public way to wait for a crash
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({crashed, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for waiter in (crashed, stopped):
        waiter.cancel()
    if stop.is_set():
        return EX_OK
    reason = getattr(app, "crash_reason", None)
    logger.error("crashed", extra={"reason": repr(reason)})
    return EX_CONFIG if isinstance(reason, DeadLimitError) else EX_SOFTWARE


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, deadline: Deadline) -> None:
    def ask(number: int) -> None:
        if stop.is_set():
            os._exit(EX_TEMPFAIL)  # asked twice: now
        logger.info("stopping", extra={"signal": signal.Signals(number).name})
        deadline.start()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError, NotImplementedError):  # not in the main thread: the caller decides when to stop
            loop.add_signal_handler(number, ask, number)


class Deadline:
    """Ends the process if it is still there some seconds after `start`; unacknowledged records come again."""

    def __init__(self, seconds: float) -> None:
        """Allow `seconds` for stopping."""
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Start the clock; a second call changes nothing."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._end)
            self._timer.daemon = True
            self._timer.start()

    def cancel(self) -> None:
        """Stop the clock: the app has stopped by itself."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        logger.error("shutdown deadline passed", extra={"seconds": self._seconds})
        os._exit(EX_TEMPFAIL)


class Watchdog:
    """A thread that ends a process whose event loop stands still or whose stage makes no progress.

    A worker that looks alive but is not is the best known field problem of Faust (faust-streaming#175, #523, #629).
    """

    def __init__(self, built: Built) -> None:
        """Watch an app by its settings `watchdog` and `stall`."""
        self._built = built
        self._last_beat = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._done.set()

    async def beat(self) -> None:
        """Show that the event loop turns, until cancelled."""
        while True:
            self._last_beat = time.monotonic()
            await asyncio.sleep(BEAT)

    def verdict(self, now: float) -> str | None:
        """Say what is wrong at a time of the monotonic clock, None if nothing is."""
        settings = self._built.settings
        if settings.watchdog and now - self._last_beat > settings.watchdog:
            return f"the event loop stands still for {now - self._last_beat:.0f} s"
        for name, shell in self._built.shells.items():
            window = shell.window
            busy = window is not None and len(window) and not window.waiting_for_broker
            if settings.stall and busy and now - shell.last_progress > settings.stall:
                return f"stage {name} holds records without progress for {now - shell.last_progress:.0f} s"
        return None

    def _watch(self) -> None:
        while not self._done.wait(BEAT):
            reason = self.verdict(time.monotonic())
            if reason is not None:
                logger.critical("watchdog", extra={"why": reason})
                os._exit(EX_TEMPFAIL)
