"""The web server of a worker or poller: /metrics, /livez and /readyz, from a thread of its own.

A stage may keep the event loop busy for seconds, and a loop that stands still must be reported and not waited for; so
the server has its own loop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agents.metrics import Metrics

    Handler = Callable[[web.Request], Awaitable[web.Response]]

CONTENT_TYPE = "text/plain; version=0.0.4"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Server": "khabar",
    "X-Content-Type-Options": "nosniff",
}


class Vitals(Protocol):
    """What is wrong with a process at a time of the monotonic clock; nothing where it is well."""

    def not_alive(self, now: float) -> list[str]:
        """Say why it should be started anew."""
        ...

    def not_ready(self, now: float) -> list[str]:
        """Say why it does not do its work at the moment."""
        ...


class EndpointError(RuntimeError):
    """The address cannot be listened at."""


def application(metrics: Metrics, vitals: Vitals) -> web.Application:
    """Make the three routes; there are no others."""
    app = web.Application()
    app.router.add_get("/metrics", _metrics(metrics))
    app.router.add_get("/livez", _health(vitals.not_alive))
    app.router.add_get("/readyz", _health(vitals.not_ready))
    return app


class Endpoint:
    """Serves from `start` to `stop`."""

    def __init__(self, host: str, port: int, metrics: Metrics, vitals: Vitals) -> None:
        """Serve at an address; nothing listens yet."""
        self._host, self._port = host, port
        self._app = application(metrics, vitals)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._begun = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="endpoint", daemon=True)

    def start(self) -> None:
        """Listen.

        Raises:
            EndpointError: the address is taken or not of this machine.
        """
        self._thread.start()
        self._begun.wait()
        if self._error is not None:
            raise EndpointError(
                f"metrics_host = {self._host!r}, metrics_port = {self._port}: {self._error.strerror or self._error}; "
                "each process on a machine needs a port of its own, 0 turns it off"
            )

    def stop(self) -> None:
        """Stop listening."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._begun.set()

    async def _serve(self) -> None:
        server = web.AppRunner(self._app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await server.setup()
        try:
            await web.TCPSite(server, self._host, self._port).start()
        except OSError as error:
            self._error = error
        else:
            self._loop = asyncio.get_running_loop()
            self._begun.set()
            await self._stopping.wait()
        finally:
            await server.cleanup()


def _metrics(metrics: Metrics) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={**HEADERS, "Content-Type": CONTENT_TYPE})

    return answer


def _health(look: Callable[[float], list[str]]) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        problems = look(time.monotonic())
        text = "\n".join(problems or ("ok",))
        return web.Response(text=f"{text}\n", status=503 if problems else 200, headers=HEADERS)

    return answer
