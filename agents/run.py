"""`khabar run`: the poller and all stage agents in one process; with sqlite:// the whole product on one machine."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from agents import logs
from agents.app import build
from agents.broker import BrokerError, exit_code
from agents.config import SettingError, Settings, read_settings
from agents.lifecycle import EX_CONFIG, EX_SOFTWARE, EX_TEMPFAIL, run_until_stopped
from agents.web.access import Access
from agents.web.command import Page, serving
from agents.worker import prepare

if TYPE_CHECKING:
    import argparse

    from pipeline.feeds.catalog import Catalog

logger = logging.getLogger("khabar.run")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar run`."""
    parser.add_argument("--feeds", required=True, type=Path, help="the feed catalog (TOML)")
    parser.add_argument("--broker", help="default: sqlite:///.khabar/khabar.db")
    parser.add_argument(
        "--web", type=int, nargs="?", const=8080, metavar="PORT", help="serve the live page too, on 127.0.0.1:8080"
    )


def run(args: argparse.Namespace) -> int:
    """Run `khabar run`."""
    try:
        settings = read_settings(broker=args.broker)
        if args.broker is None and settings.broker == Settings().broker:
            settings = read_settings(broker=f"sqlite:///{settings.state_dir}/khabar.db")
        Path(settings.state_dir).mkdir(parents=True, exist_ok=True)
    except (SettingError, OSError) as error:
        print(f"khabar run: {error}", file=sys.stderr)
        return EX_CONFIG
    logs.set_up(settings)
    return asyncio.run(_run(args, settings))


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    from pipeline.feeds.catalog import CatalogError, read_catalog

    try:
        catalog = read_catalog(args.feeds)
        await prepare(settings)
    except CatalogError as error:
        print(f"khabar run: {error}", file=sys.stderr)
        return EX_CONFIG
    except BrokerError as error:
        print(f"khabar run: {error}", file=sys.stderr)
        return exit_code(error, EX_TEMPFAIL)
    async with AsyncExitStack() as around:
        return await _poll_and_work(catalog, settings, around, args.web)


async def _poll_and_work(catalog: Catalog, settings: Settings, around: AsyncExitStack, web: int | None) -> int:
    from agents.poller.loop import poll_forever
    from agents.poller.metrics import PollerMetrics

    stop = asyncio.Event()
    built = build(settings)
    pollers: list[asyncio.Task[None]] = []

    async def ready() -> None:
        state, metrics = Path(settings.state_dir) / "feeds.db", PollerMetrics(built.metrics.registry)
        largest = settings.max_message_bytes
        polling = poll_forever(catalog, built.send, state_path=state, stop=stop, metrics=metrics, largest=largest)
        poller = asyncio.create_task(polling)
        poller.add_done_callback(lambda _: stop.set())
        pollers.append(poller)
        if web is not None:
            await around.enter_async_context(serving(settings, Page(port=web, access=Access(settings.web_token))))

    async def closing() -> None:
        stop.set()
        await asyncio.wait(pollers)

    code = await run_until_stopped(built, stop=stop, ready=ready, closing=closing)
    for error in (poller.exception() for poller in pollers if poller.done() and not poller.cancelled()):
        if error is not None:
            logger.error("the poller ended", exc_info=error)
            code = code or EX_SOFTWARE
    return code
