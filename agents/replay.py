"""`khabar replay`: send articles through the whole Faust pipeline and show the events that come out."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from rich.console import Console
from rich.progress import Progress

from agents import logs
from agents.app import Built, build
from agents.broker import Broker, BrokerError, Offsets, Start, connect, exit_code
from agents.config import SettingError, Settings, read_settings
from agents.delivery import Outbound
from agents.lifecycle import EX_CONFIG, EX_OK, EX_SOFTWARE, EX_TEMPFAIL, run_until_stopped
from agents.playback import Chosen, Pace, Playback, PlaybackError
from agents.poller.clock import Clock, SystemClock
from agents.quiescence import Look, wait_processed
from agents.subscription.start import StartError, parse_time
from agents.view import fates, show
from agents.worker import prepare
from pipeline.feeds.catalog import CatalogError, FeedSpec, read_catalog
from pipeline.feeds.document import articles_of
from pipeline.feeds.parsed import NotAFeedError
from pipeline.feeds.saved import SavedError, articles_of_answers, is_folder_of_answers, read_answers
from pipeline.source import SourceError, raw_from_line, read_seeds, site_key
from pipeline.topology import STAGE_NAMES
from schemas.article import JudgedArticle, RawArticle
from schemas.codec import DecodeError, decode, encode
from schemas.event import Event, Mention
from schemas.headers import headers_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Iterable, Iterator

R = TypeVar("R")
EX_USAGE, EX_DATA = 64, 65
IN_FLIGHT = 256
EXPECTED = (SettingError, CatalogError, SourceError, SavedError, StartError, PlaybackError, OSError)
FEED_SUFFIXES = frozenset({".xml", ".rss", ".atom", ".json"})
RESULTS: dict[str, type[Any]] = {"news.unique": JudgedArticle, "news.mentions": Mention, "news.events": Event}


@dataclass(slots=True)
class Outcome:
    """What a replay brought: the records it added to each topic, and what became of the articles."""

    sent: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    dead_from: Counter[str] = field(default_factory=Counter)
    judged: list[JudgedArticle] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar replay`."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a folder of .txt seeds or of saved answers, a .jsonl file of articles, a feed (.xml, .rss, .atom, .json)",
    )
    parser.add_argument("--feeds", type=Path, metavar="CATALOG.toml", help="settings of the feeds in saved answers")
    parser.add_argument(
        "--broker", help="default: memory://, everything in this process; sqlite:///FILE.db or kafka://HOST:PORT"
    )
    parser.add_argument("--no-worker", action="store_true", help="only send; workers that run elsewhere do the rest")
    parser.add_argument(
        "--since", metavar="TIME", help="only articles published at or after this time (2026-01-31, 7d)"
    )
    parser.add_argument("--until", metavar="TIME", help="only articles published before this time")
    parser.add_argument(
        "--speed",
        type=float,
        default=0.0,
        metavar="N",
        help="send N times as fast as they were published: 1, 60 (an hour a minute); 0 (default): as fast as it goes",
    )
    parser.add_argument("--json", action="store_true", help="print the events as JSON Lines, the summary on stderr")


def run(args: argparse.Namespace) -> int:
    """Run `khabar replay`; exit code 1 when something became a dead letter, 70 when the sums do not add up."""
    try:
        settings, chosen = _asked(args, SystemClock())
    except EXPECTED as error:
        return _fail(error)
    _tell(chosen)
    outcome = Outcome()
    try:
        code = asyncio.run(_replay(settings, chosen.articles, outcome, args))
    except BrokerError as error:
        return _fail(error)
    if code == EX_OK and not args.no_worker:
        _print(outcome, as_json=args.json)
        if fates(outcome).missing:
            return EX_SOFTWARE
    return code or (1 if outcome.dead else EX_OK)


def _asked(args: argparse.Namespace, clock: Clock) -> tuple[Settings, Chosen]:
    """Read the settings and the articles; relative times are before now."""
    now = clock.now()
    since, until = (parse_time(text, now) if text else None for text in (args.since, args.until))
    playback = Playback(since, until, args.speed)
    settings = read_settings(
        broker=args.broker or os.environ.get("KHABAR_BROKER") or f"memory://replay-{os.getpid()}",
        linger=0.0,
        commit_interval=0.2,
        metrics_port=0,
    )
    logs.set_up(settings, decisions=False)
    feeds = read_catalog(args.feeds).feeds if args.feeds else ()
    return settings, playback.chosen(read_articles(args.paths, feeds))


def _fail(error: Exception) -> int:
    print(f"khabar replay: {error}", file=sys.stderr)
    if isinstance(error, BrokerError):
        return exit_code(error, EX_TEMPFAIL)
    if isinstance(error, StartError | PlaybackError):
        return EX_USAGE
    return EX_CONFIG if isinstance(error, SettingError | CatalogError) else EX_DATA


def read_articles(paths: Iterable[Path], feeds: Iterable[FeedSpec] = ()) -> Iterator[RawArticle]:
    """Read seeds (a folder with .txt files), saved answers (`pipeline.feeds.saved`), feed documents and JSON Lines.

    Raises:
        SourceError: a line or file is not an article; the message names it.
        SavedError: a saved answer is none.
    """
    for path in paths:
        if path.is_dir() and is_folder_of_answers(path):
            yield from articles_of_answers(read_answers(path), feeds)
        elif path.is_dir():
            yield from read_seeds(path)
        elif path.suffix in FEED_SUFFIXES:
            yield from _from_feed(path)
        else:
            with path.open("rb") as lines:
                yield from _from_lines(lines, path)


def _from_lines(lines: Iterable[bytes], path: Path) -> Iterator[RawArticle]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield raw_from_line(orjson.loads(line))
        except ValueError as error:  # JSON and source errors alike
            raise SourceError(f"{path}:{number}", str(error)) from error


def _from_feed(path: Path) -> list[RawArticle]:
    try:
        return articles_of(path.read_bytes(), path.stem, datetime.now(UTC))
    except NotAFeedError as error:
        raise SourceError(str(path), str(error)) from error


async def replay(
    settings: Settings, raws: list[RawArticle], outcome: Outcome, *, speed: float = 0.0, progress: bool = False
) -> int:
    """Run all agents in this process, send the articles, wait until all are processed and read what came out."""
    await prepare(settings)
    built = build(settings, names=STAGE_NAMES)
    stop = asyncio.Event()
    result: list[BaseException] = []

    async def work() -> None:
        try:
            async with connect(settings) as broker:
                before = await broker.end_offsets([*RESULTS, "news.dead"])
                outcome.sent = await send(built, raws, speed=speed, progress=progress)
                with _bar(shown=progress) as bar:
                    await wait_processed(broker, settings.app_id, look=_looker(built, bar))
                await collect(broker, before, outcome)
        except Exception as error:  # noqa: BLE001 - handed to the caller below
            result.append(error)
        finally:
            stop.set()

    tasks: list[asyncio.Task[None]] = []

    async def ready() -> None:
        tasks.append(asyncio.create_task(work()))

    async def closing() -> None:
        # Only a signal or a crash stops the app before the work is done.
        result.extend(BrokerError("stopped before all articles were processed") for task in tasks if task.cancel())
        await asyncio.wait(tasks)

    code = await run_until_stopped(built, stop=stop, ready=ready, closing=closing)
    if result and code in (EX_OK, EX_TEMPFAIL):
        raise result[0]
    return code


async def send(
    built: Built, raws: list[RawArticle], *, speed: float = 0.0, progress: bool = False, clock: Clock | None = None
) -> int:
    """Send raw articles in order, spaced by a clock; returns their number once all are confirmed."""
    deliveries: list[Any] = []
    pace, clock = Pace(speed), clock or SystemClock()
    with _bar(shown=progress) as bar:
        for raw in bar.track(raws, description="sending"):
            wait = pace.wait(raw, clock.now())
            # Nothing is left in flight while time passes: a failure is heard of before it does.
            if wait or len(deliveries) >= IN_FLIGHT:
                await asyncio.gather(*deliveries)
                deliveries.clear()
            if wait:
                await clock.sleep(wait)
            deliveries.append(await _on_its_way(built, raw))
        await asyncio.gather(*deliveries)
    return len(raws)


async def _on_its_way(built: Built, raw: RawArticle) -> Awaitable[Any]:
    """Hand an article to the producer, which keeps the order; the result resolves when the broker has it."""
    key = site_key(raw)
    return await built.produce(
        Outbound("news.raw", key.encode("utf-8", "replace"), encode(raw), headers_for(raw, key=key))
    )


async def collect(broker: Broker, before: Offsets, outcome: Outcome) -> None:
    """Read what was added to the result topics since `before`; of the events, the last revision of each."""
    outcome.judged = [record async for record in _added(broker, "news.unique", before, JudgedArticle)]
    outcome.mentions = [record async for record in _added(broker, "news.mentions", before, Mention)]
    latest = {event.event_id: event async for event in _added(broker, "news.events", before, Event)}
    outcome.events = [latest[key] for key in sorted(latest)]
    async for dead in broker.records("news.dead", _since("news.dead", before), follow=False):
        headers = dict(dead.headers)
        outcome.dead[headers.get("dlq.reason", b"?").decode()] += 1
        outcome.dead_from[headers.get("dlq.origin.topic", b"?").decode()] += 1


async def _added(broker: Broker, topic: str, before: Offsets, kind: type[R]) -> Any:
    async for received in broker.records(topic, _since(topic, before), follow=False):
        try:
            yield decode(kind, received.value or b"")
        except DecodeError:
            continue  # somebody else's record on a shared topic; ours are in the dead letters


def _since(topic: str, before: Offsets) -> Start:
    return Start({partition: offset for (name, partition), offset in before.items() if name == topic})


async def _replay(settings: Settings, raws: list[RawArticle], outcome: Outcome, args: argparse.Namespace) -> int:
    progress = sys.stderr.isatty() and len(raws) > 100
    if args.no_worker:
        return await _send_only(settings, raws, outcome, args.speed)
    return await replay(settings, raws, outcome, speed=args.speed, progress=progress)


async def _send_only(settings: Settings, raws: list[RawArticle], outcome: Outcome, speed: float) -> int:
    if settings.embedded:
        raise BrokerError("--no-worker needs kafka://: an embedded broker lives in one process")
    built = build(settings, names=())
    built.app.loop = asyncio.get_running_loop()
    outcome.sent = await send(built, raws, speed=speed)
    await built.close_producer()
    print(f"sent {outcome.sent} articles", file=sys.stderr)
    return EX_OK


def _bar(*, shown: bool) -> Progress:
    return Progress(console=Console(stderr=True), transient=True, disable=not shown)


def _looker(built: Built, bar: Progress) -> Look:
    """Show what still waits, and end the wait when the app has crashed."""
    task = bar.add_task("processing", total=None)

    def look(topic: str, waiting: int) -> None:
        bar.update(task, description=f"processing: {waiting} waiting in {topic}")
        if built.app.crash_reason is not None:
            raise built.app.crash_reason

    return look


def _print(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        for event in outcome.events:
            sys.stdout.buffer.write(encode(event) + b"\n")
        sys.stdout.buffer.flush()
    show(outcome, Console(stderr=as_json, highlight=False), summary_only=as_json)


def _tell(chosen: Chosen) -> None:
    """Say what was left out, which nobody would miss otherwise."""
    if chosen.outside or chosen.undated:
        undated = f", {chosen.undated} of unknown time" if chosen.undated else ""
        print(f"khabar replay: left out: {chosen.outside} of another time{undated}", file=sys.stderr)
