"""`khabar worker`: run the stage agents until stopped."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

from agents import logs
from agents.app import Built, build
from agents.broker import BrokerError, connect, exit_code
from agents.config import SettingError, Settings, read_settings
from agents.lifecycle import EX_CONFIG, EX_TEMPFAIL, run_until_stopped
from agents.topics import create, wrong
from pipeline.topology import STAGE_NAMES, StageName

if TYPE_CHECKING:
    import argparse

logger = logging.getLogger("khabar.worker")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar worker`."""
    parser.add_argument(
        "--stages", nargs="+", choices=STAGE_NAMES, default=list(STAGE_NAMES), help="the stages to run (default: all)"
    )
    parser.add_argument(
        "--broker", help="kafka://HOST:PORT[;kafka://...] or sqlite:///FILE.db (default: setting broker)"
    )


def run(args: argparse.Namespace) -> int:
    """Run `khabar worker`."""
    try:
        settings = read_settings(broker=args.broker)
    except SettingError as error:
        print(f"khabar worker: {error}", file=sys.stderr)
        return EX_CONFIG
    logs.set_up(settings)
    return asyncio.run(work(settings, tuple(name for name in STAGE_NAMES if name in args.stages)))


async def work(settings: Settings, names: tuple[StageName, ...] = STAGE_NAMES) -> int:
    """Run the agents of some stages until SIGTERM; returns the exit code."""
    try:
        await prepare(settings)
    except BrokerError as error:
        logger.error("not ready", extra={"why": error})  # noqa: TRY400 - the message is the whole story
        return exit_code(error, EX_TEMPFAIL)
    return await run_until_stopped(build(settings, names=names), stop=asyncio.Event())


async def prepare(settings: Settings) -> None:
    """See that the topics are there: made where the broker is embedded, demanded where it is Kafka.

    Raises:
        BrokerError: the broker is away, or topics are missing or have other partitions than declared.
    """
    async with connect(settings) as broker:
        if settings.embedded:
            await create(broker, settings)
        problems = await wrong(broker, settings)
    if problems:
        raise BrokerError("; ".join(problems))


def stopped(built: Built) -> bool:
    """Say whether an app has ended, by order or by crash."""
    return bool(built.app.should_stop)
