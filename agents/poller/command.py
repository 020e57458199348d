"""`khabar poll`: poll the feeds of a catalog and send their articles to the broker."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agents import logs
from agents.broker import BrokerError, RefusedError, Start, connect
from agents.config import SettingError, Settings, read_settings
from agents.monitor.endpoint import EndpointError
from agents.poller.emit import FEEDS_TOPIC, BrokerEmitter, EmitError, NoEmitter
from agents.poller.loop import active, poll_forever, poll_once
from agents.poller.memory import restore
from agents.poller.metrics import PollerMetrics
from agents.poller.shard import Shard
from agents.poller.state import MemoryStore, SQLiteStore, StateError
from pipeline.feeds.catalog import Catalog, CatalogError, read_catalog
from schemas.codec import encode

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

    from agents.app import Built
    from agents.poller.poll import Polled

logger = logging.getLogger("khabar.poller")

EX_OK, EX_FAILED, EX_USAGE, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 0, 1, 64, 70, 75, 78
STATE_FILE = "feeds.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar poll`."""
    parser.add_argument("--feeds", required=True, type=Path, metavar="CATALOG.toml", help="the feed catalog")
    parser.add_argument("--once", action="store_true", help="poll every feed once, due or not, and end")
    parser.add_argument(
        "--dry-run", action="store_true", help="send nothing and remember nothing: show what would be sent (once)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON Lines: feed states, and articles on a dry run")
    parser.add_argument("--broker", help="kafka://HOST:PORT[;kafka://...] (default: setting broker)")
    parser.add_argument(
        "--shard", type=Shard.parse, metavar="I/N", help="poll the Ith of N shares of the feeds; a host is never split"
    )
    parser.add_argument(
        "--restore", action="store_true", help="first take over from news.feeds what the state file does not know"
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help=f"default: {STATE_FILE} in the setting state_dir")


def run(args: argparse.Namespace) -> int:
    """Run `khabar poll`: 0 done, 1 a feed failed (--once), 64 usage, 75 broker or state unusable, 78 wrong settings."""
    try:
        settings = read_settings(broker=args.broker)
        catalog = read_catalog(args.feeds)
    except (SettingError, CatalogError) as error:
        return _complain(error, EX_CONFIG)
    if not args.dry_run and settings.embedded:
        return _complain(_needs_kafka(settings), EX_USAGE)
    logs.set_up(settings)
    state = args.state or Path(settings.state_dir) / STATE_FILE
    work = (
        _dry_run(args, catalog, state, known=state.is_file()) if args.dry_run else _run(args, settings, catalog, state)
    )
    try:
        return asyncio.run(work)
    except (RefusedError, EndpointError, CatalogError) as error:
        return _complain(error, EX_CONFIG)
    except (StateError, EmitError, BrokerError) as error:
        return _complain(error, EX_TEMPFAIL)


async def _run(args: argparse.Namespace, settings: Settings, catalog: Catalog, state: Path) -> int:
    if args.restore:
        await _restore(args, settings, catalog, state)
    async with _kafka(settings) as built:
        if args.once:
            emitter = BrokerEmitter(built.send, largest=settings.max_message_bytes)
            printer = _Printer(as_json=args.json)
            with SQLiteStore(state) as store:
                return _code(await poll_once(catalog, emitter, store, printer, shard=args.shard))
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        from agents.monitor.monitor import Monitor

        metrics = PollerMetrics(built.metrics.registry)
        monitor = Monitor(built)
        await monitor.start()
        try:
            await poll_forever(
                catalog,
                built.send,
                state_path=state,
                stop=stop,
                metrics=metrics,
                shard=args.shard,
                largest=settings.max_message_bytes,
            )
        finally:
            await monitor.stop()
        return EX_OK


async def _restore(args: argparse.Namespace, settings: Settings, catalog: Catalog, state: Path) -> None:
    """Read the topic once, up to its end, before anything is polled."""
    with SQLiteStore(state) as store:
        async with connect(settings) as broker:
            records = broker.records(FEEDS_TOPIC, Start(), follow=False)
            restored = await restore(records, store, active(catalog, args.shard))
    logger.info("restored", extra={"feeds": restored})


async def _dry_run(args: argparse.Namespace, catalog: Catalog, state: Path, *, known: bool) -> int:
    """Compare with what is remembered, if anything is, and write nothing."""
    printer = _Printer(as_json=args.json, articles=True)
    if not known:
        return _code(await poll_once(catalog, NoEmitter(), MemoryStore(), printer))
    with SQLiteStore(state) as store:
        return _code(await poll_once(catalog, NoEmitter(), MemoryStore(store), printer))


@asynccontextmanager
async def _kafka(settings: Settings) -> AsyncIterator[Built]:
    """Connect to Kafka; gives an app that only sends, and returns when all in-sync replicas have a record.

    Raises:
        EmitError: nobody answers at the address.
        RefusedError: the settings are wrong for the broker.
    """
    from aiokafka.errors import KafkaError

    from agents.app import build
    from agents.credentials import refusal

    # The producer of the workers: it outlives a batch that failed for good.
    built = build(settings, names=())
    built.app.loop = asyncio.get_running_loop()
    try:
        await built.app.maybe_start_producer()
    except KafkaError as error:
        await built.app.producer.stop()
        reason = await refusal(settings)
        if reason is not None:
            raise RefusedError(reason) from None
        raise EmitError(f"no Kafka at {settings.broker}: {error}") from error
    try:
        yield built
    finally:
        await built.close_producer()


class _Printer:
    """Prints polls as they end."""

    def __init__(self, *, as_json: bool, articles: bool = False) -> None:
        self._as_json = as_json
        self._articles = articles

    def __call__(self, polled: Polled) -> None:
        if self._as_json:
            self._print_json(polled)
            return
        status = polled.status
        what = f"{status.items} items, {status.new_items - polled.updated} new, {polled.updated} changed"
        why = f"  {status.error}: {polled.message}" if status.error else f"  {polled.message}" if polled.message else ""
        print(logs.safe(f"{status.feed_id:24}  {status.state:9}  {what}{why}"))
        for article in polled.articles if self._articles else ():
            print(logs.safe(f"    {article.contentcreated or '-':20}  v{article.version}  {article.headline or '-'}"))

    def _print_json(self, polled: Polled) -> None:
        print(encode(polled.status).decode("utf-8"))
        for article in polled.articles if self._articles else ():
            print(encode(article).decode("utf-8"))


def _code(failed: int) -> int:
    return EX_FAILED if failed else EX_OK


def _needs_kafka(settings: Settings) -> str:
    return (
        f"{settings.broker} can only be written by the process that runs the stages. Use `khabar run --feeds CATALOG` "
        "to poll and process in one process, name a Kafka with --broker kafka://HOST:PORT, or try the catalog with "
        "--dry-run."
    )


def _complain(error: object, code: int) -> int:
    print(f"khabar poll: {error}", file=sys.stderr)
    return code
