"""`khabar web`: the live page of a broker's events."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from agents import logs
from agents.config import SettingError, Settings, read_settings
from agents.web.access import Access, is_loopback
from agents.web.board import EVENTS, Board
from agents.web.feed import Feed
from agents.web.health import Health
from agents.web.server import make_app

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

logger = logging.getLogger("khabar.web")

EX_OK, EX_UNAVAILABLE, EX_CONFIG = 0, 69, 78
HOST, PORT = "127.0.0.1", 8080
DAYS = 7.0
CLOSING_SECONDS = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar web`."""
    parser.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default: {HOST})")
    parser.add_argument("--port", type=int, default=PORT, help=f"port to listen on (default: {PORT})")
    parser.add_argument(
        "--token", help="what readers must show; made up and logged where others can reach the page and none is given"
    )
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a name by which the page is reached"
    )
    parser.add_argument(
        "--days", type=float, default=DAYS, help=f"how far back to read at the start (default: {DAYS:g})"
    )
    parser.add_argument("--events", type=int, default=EVENTS, help=f"events kept on the page (default: {EVENTS})")


def run(args: argparse.Namespace) -> int:
    """Run `khabar web`."""
    try:
        settings = read_settings(broker=args.broker, web_token=args.token)
    except SettingError as error:
        print(f"khabar web: {error}", file=sys.stderr)
        return EX_CONFIG
    logs.set_up(settings)
    try:
        return asyncio.run(_serve_until_stopped(settings, args))
    except OSError as error:
        print(f"khabar web: cannot listen on {args.host}:{args.port}: {error}", file=sys.stderr)
        return EX_UNAVAILABLE


def access_for(settings: Settings, host: str, names: list[str]) -> Access:
    """Return the rules for an address: whoever is on this machine may read, others need a token."""
    token = settings.web_token
    if not token and not is_loopback(host):
        token = secrets.token_urlsafe(24)
        # Shown once, like a key to a door that was just built: nobody could come in otherwise.
        logger.warning("no web_token is set; for this run it is", extra={"token": token})
    return Access(token or None, frozenset(name.lower() for name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where the page is served, to whom, how many days it reads back and how many events it keeps."""

    host: str = HOST
    port: int = PORT
    access: Access = field(default_factory=Access)
    days: float = DAYS
    events: int = EVENTS


@asynccontextmanager
async def serving(settings: Settings, page: Page) -> AsyncIterator[str]:
    """Serve the page while the context is open; gives its address."""
    board, health = Board(page.events), Health()
    runner = web.AppRunner(make_app(board, health, page.access), access_log=None, shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    reading = asyncio.create_task(Feed(settings, board, health).run(page.days))
    reading.add_done_callback(partial(_ended, health))
    try:
        site = web.TCPSite(runner, page.host, page.port)
        await site.start()
        host = f"[{page.host}]" if ":" in page.host else page.host
        address = f"http://{host}:{runner.addresses[0][1]}/"
        logger.info("page", extra={"address": address, "broker": settings.broker})
        yield address
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await runner.cleanup()


def _ended(health: Health, reading: asyncio.Task[None]) -> None:
    """Say on the page and in the log that it stands still, and why."""
    if not reading.cancelled() and (error := reading.exception()) is not None:
        health.fault = "this page has stopped reading; see its log"
        logger.critical("stopped reading", exc_info=error)


async def _serve_until_stopped(settings: Settings, args: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    access = access_for(settings, args.host, args.allow_host)
    page = Page(host=args.host, port=args.port, access=access, days=args.days, events=args.events)
    async with serving(settings, page):
        await stop.wait()
    return EX_OK
