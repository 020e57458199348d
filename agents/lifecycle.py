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

from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError

from agents.broker import BrokerError
from agents.deadletter import DeadLimitError
from agents.monitor.endpoint import EndpointError
from agents.monitor.monitor import Monitor
from agents.reachability import reachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agents.app import Built

logger = logging.getLogger("khabar.lifecycle")

EX_OK, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 0, 70, 75, 78
BEAT = 1.0
# Seconds without progress after which the watchdog looks whether the broker is there.
QUIET = 5.0
# Seconds between two looks of the watchdog after which the whole process stood still, and not its event loop.
PAUSE = 10.0


async def run_until_stopped(
    built: Built,
    *,
    stop: asyncio.Event,
    ready: Callable[[], Awaitable[None]] | None = None,
    closing: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """Start the app, wait for `stop` or a crash, stop the app; returns the exit code.

    `ready` is called once the app has started, `closing` before it is stopped, within the shutdown deadline.
    """
    app = built.app
    loop = asyncio.get_running_loop()
    app.loop = loop
    deadline = Deadline(built.settings.shutdown_deadline)
    _stop_on_signals(loop, stop, deadline)
    monitor = Monitor(built)
    watchdog = Watchdog(built, monitor.vitals.stuck)
    watchdog.start()
    beat = asyncio.create_task(watchdog.beat())
    code = EX_OK
    try:
        await monitor.start()
        await app.start()
        logger.info("ready", extra={"broker": built.settings.broker, "stages": ",".join(built.shells)})
        if ready is not None:
            await ready()
        code = await _wait(app, stop)
    except EndpointError as error:
        logger.error("cannot run", extra={"why": error})  # noqa: TRY400 - the message is the whole story
        code = EX_CONFIG
    except Exception as error:
        logger.exception("cannot run")
        code = _code(error)
    finally:
        deadline.start()
        if closing is not None:
            with suppress(Exception):
                await closing()
        with suppress(Exception):
            await app.stop()
        with suppress(Exception):
            await monitor.stop()
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
    reason = getattr(app, "crash_reason", None)
    if stop.is_set() and reason is None:
        return EX_OK
    logger.error("crashed", extra={"reason": repr(reason)})
    return _code(reason)


def _code(reason: BaseException | None) -> int:
    if isinstance(reason, DeadLimitError):
        return EX_CONFIG
    return EX_TEMPFAIL if isinstance(reason, BrokerError | KafkaError | ProducerSendError | OSError) else EX_SOFTWARE


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
    Neither a broker that is away nor a process that was paused (SIGSTOP, a sleeping machine) is held against it. But
    one that was paused for longer than its session with Kafka ends before it sends what it has: its partitions are
    another's by then.
    """

    def __init__(self, built: Built, stuck: Callable[[float], list[str]] = lambda _: []) -> None:
        """Watch an app by its settings `watchdog` and `stall`; `stuck` says what stands still that holds no record."""
        self._built = built
        self._stuck = stuck
        self.last_beat = self._last_look = time.monotonic()
        self._resumed = self._away = self._last_look
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
            self.last_beat = time.monotonic()
            await asyncio.sleep(BEAT)

    def look(self, now: float) -> str | None:
        """Say what is wrong at a time of the monotonic clock, None if nothing is."""
        pause = now - self._last_look
        if not self._built.settings.embedded and pause > self._built.settings.session_timeout:
            return f"the process was paused for {pause:.0f} s, longer than its session with Kafka"
        if pause > PAUSE:
            self._resumed = now
        if self._quiet(now) > QUIET and not reachable(self._built.settings.broker):
            self._away = now
        self._last_look = max(now, time.monotonic())
        return self.verdict(now)

    def verdict(self, now: float) -> str | None:
        """Say what is wrong at a time of the monotonic clock by what is known."""
        settings = self._built.settings
        still = now - max(self.last_beat, self._resumed)
        if settings.watchdog and still > settings.watchdog:
            return f"the event loop stands still for {still:.0f} s"
        quiet = min(self._quiet(now), now - max(self._away, self._resumed))
        if settings.stall and quiet > settings.stall:
            return f"a stage holds records without progress for {quiet:.0f} s"
        return "; ".join(self._stuck(now)) or None

    def _quiet(self, now: float) -> float:
        """Return for how many seconds the stage that waits longest has held records without progress."""
        windows = [shell.window for shell in self._built.shells.values() if shell.window is not None]
        return max((now - window.last_progress for window in windows if len(window)), default=0.0)

    def _watch(self) -> None:
        while not self._done.wait(BEAT):
            reason = self.look(time.monotonic())
            if reason is not None:
                logger.critical("watchdog", extra={"why": reason})
                os._exit(EX_TEMPFAIL)
