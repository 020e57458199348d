"""`khabar tail`: subscribe to the output topic (or another) and print what arrives."""

from __future__ import annotations

import asyncio
import select
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from agents.broker import connect
from agents.client import RECORDS, Subscriber
from agents.config import Settings, read_settings
from agents.subscription.failure import EXPECTED, fail
from agents.subscription.lines import event_line, json_line, other_line
from agents.subscription.start import FORMS, parse_start
from schemas.topics import topics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine

EX_OK, EX_TERMINATED, EX_PIPE = 0, 143, 141
# Seconds between two looks whether somebody still reads what is printed.
LOOK_AGAIN = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar tail`."""
    parser.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
    parser.add_argument(
        "--topic", default="news.events", choices=sorted(topics()), help="the topic to read (default: news.events)"
    )
    parser.add_argument(
        "--where", default="", help="a filter, e.g. 'country=PAK,IND type=CONSULT confidence>=0.7 not mode=phone'"
    )
    parser.add_argument("--from", dest="start", default="end", metavar="START", help=f"{FORMS} (default: end)")
    parser.add_argument("--group", help="keep the place under this name, and go on there the next time")
    parser.add_argument("--no-follow", action="store_true", help="stop at the end of the topic")
    parser.add_argument("--count", type=int, default=0, metavar="N", help="stop after N records")
    parser.add_argument("--json", action="store_true", help="print whole records as JSON Lines")


def run(args: argparse.Namespace) -> int:
    """Run `khabar tail`."""
    try:
        return asyncio.run(_until_stopped(tail(args, read_settings(broker=args.broker))))
    except EXPECTED as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail("tail", error)


async def tail(args: argparse.Namespace, settings: Settings) -> int:
    """Print the records of a topic as they come.

    Raises:
        WhereError: the filter cannot be understood.
        ValueError: the starting point is none, or a filter or a group is asked for on a topic that has no events.
    """
    if args.topic in RECORDS:
        return await _tail_events(args, settings)
    if args.where or args.group:
        raise ValueError(f"--where and --group are for {' and '.join(RECORDS)}")
    return await _tail_others(args, settings)


async def _tail_events(args: argparse.Namespace, settings: Settings) -> int:
    subscriber = Subscriber(
        settings, where=args.where, start=args.start, group=args.group, topic=args.topic, follow=not args.no_follow
    )
    left = args.count
    async with subscriber as events:
        async for delivery in events.deliveries():
            as_json = json_line(delivery.received.value or b"") if args.json else None
            print(as_json or event_line(delivery.record), flush=True)
            left -= 1
            if left == 0:
                break
    if subscriber.refused:
        print(f"khabar tail: {subscriber.refused} records could not be read", file=sys.stderr)
    return EX_OK


async def _tail_others(args: argparse.Namespace, settings: Settings) -> int:
    left = args.count
    async with connect(settings) as broker:
        async for received in broker.records(args.topic, parse_start(args.start), follow=not args.no_follow):
            line = other_line(received, as_json=args.json)
            if line is None:
                continue
            print(line, flush=True)
            left -= 1
            if left == 0:
                break
    return EX_OK


async def _until_stopped(tailing: Coroutine[Any, Any, int]) -> int:
    """Tail until the end, SIGTERM, or the reader of a pipe goes away; the subscriber commits in any case."""
    task = asyncio.create_task(tailing)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel, EX_TERMINATED)
    watch = asyncio.create_task(_until_unread())
    watch.add_done_callback(lambda watch: None if watch.cancelled() else task.cancel(EX_PIPE))
    try:
        return await task
    except asyncio.CancelledError as stopped:
        if stopped.args and isinstance(stopped.args[0], int):
            return stopped.args[0]
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        raise
    finally:
        watch.cancel()


async def _until_unread() -> None:
    """Wait until nobody reads the standard output any more; a terminal or a file is always read."""
    poll = select.poll()
    poll.register(sys.__stdout__.fileno() if sys.__stdout__ else 1, 0)
    while not any(state & select.POLLERR for _, state in poll.poll(0)):  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(LOOK_AGAIN)
