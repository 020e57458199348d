"""`khabar bench`: articles a second and memory of each stage alone, of the driver, and of the Faust pipeline.

Every row runs in a process of its own over the same articles, so that its memory is its own. Rates on one machine are
not comparable with rates on another; the ratios within one table are.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import multiprocessing
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.table import Table

from pipeline.topology import STAGE_NAMES, StageName

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from schemas.article import RawArticle

EX_OK, EX_NO_INPUT = 0, 66
DEFAULT_LIMIT = 2000
WIDTH = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: `seconds` of CPU and wall clock for `articles`, `megabytes` the work left in memory."""

    what: str
    articles: int
    records: int
    wall: float
    cpu: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Articles a second of CPU time."""
        return self.articles / self.cpu if self.cpu else 0.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar bench`."""
    default = os.environ.get("KHABAR_BENCH_ARTICLES")
    parser.add_argument(
        "--articles", type=Path, default=default, help="a .jsonl[.gz] file of articles (default: KHABAR_BENCH_ARTICLES)"
    )
    parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="how many articles (default: 2000)")
    parser.add_argument(
        "--broker", help="also measure the Faust pipeline on kafka://HOST:PORT (its topics are created)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")


def run(args: argparse.Namespace) -> int:
    """Run `khabar bench`."""
    if args.articles is None or not args.articles.is_file():
        print("khabar bench: no articles: give --articles FILE or set KHABAR_BENCH_ARTICLES", file=sys.stderr)
        return EX_NO_INPUT
    rows = [_in_process(stage_alone, name, args.articles, args.limit) for name in STAGE_NAMES]
    rows.append(_in_process(whole_driver, args.articles, args.limit))
    brokers = ["memory://bench", *([args.broker] if args.broker else [])]
    rows += [_in_process(faust_pipeline, broker, args.articles, args.limit) for broker in brokers]
    if args.json:
        for row in rows:
            print(orjson.dumps({**asdict(row), "rate": round(row.rate, 1)}).decode())
    else:
        _print(rows)
    return EX_OK


def articles(path: Path, limit: int) -> Iterator[RawArticle]:
    """Read the first `limit` articles of a file."""
    from pipeline.source import raw_from_line

    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in islice(lines, limit):
            yield raw_from_line(orjson.loads(line))


def stage_alone(name: StageName, path: Path, limit: int) -> Row:
    """Measure one stage over what the stages before it made of the articles; what they cost is not counted."""
    from pipeline.driver import Driver
    from pipeline.source import site_key
    from pipeline.stage import Emit
    from pipeline.topology import stages

    specs = list(stages())
    place = [spec.name for spec in specs].index(name)
    before, alone = Driver(specs[:place]), Driver([specs[place]])
    raws = list(articles(path, limit))
    inputs: list[Emit[Any]] = []
    for raw in raws:
        inputs += before.feed(raw).emitted[specs[place - 1].name] if place else [Emit(site_key(raw), raw)]

    def work() -> int:
        return sum(len(alone.run(message).emitted[name]) for message in inputs)

    return _measure(f"stage {name}", len(raws), work)


def whole_driver(path: Path, limit: int) -> Row:
    """Measure all four stages in one process, without a broker."""
    from pipeline.driver import Driver
    from pipeline.topology import stages

    raws = list(articles(path, limit))
    for spec in stages():
        spec.make()  # loading the language data is not the work of an article
    driver = Driver()

    def work() -> int:
        return sum(len(driver.feed(raw).emitted["linking"]) for raw in raws)

    return _measure("driver (process)", len(raws), work)


def faust_pipeline(broker: str, path: Path, limit: int) -> Row:
    """Measure the four agents on a broker, from the first article sent to the last offset committed."""
    from agents.broker import connect
    from agents.config import read_settings
    from agents.replay import Outcome, replay
    from agents.topics import create
    from pipeline.topology import stages

    settings = read_settings(broker=broker, app_id=f"khabar-bench-{os.getpid()}", commit_interval=0.2, metrics_port=0)
    raws = list(articles(path, limit))
    for spec in stages():
        spec.make()
    outcome = Outcome()

    async def topics() -> None:
        async with connect(settings) as client:
            await create(client, settings)

    def work() -> int:
        asyncio.run(replay(settings, raws, outcome))
        return len(outcome.events)

    asyncio.run(topics())
    return _measure(f"Faust on {broker.partition(':')[0]}", len(raws), work)


def _measure(what: str, count: int, work: Callable[[], int]) -> Row:
    gc.collect()
    memory, wall, cpu = _resident(), time.perf_counter(), time.process_time()
    records = work()
    took, used = time.perf_counter() - wall, time.process_time() - cpu
    return Row(what, count, records, took, used, _resident() - memory)


def _resident() -> float:
    """Megabytes of this process in memory: now where the system tells (Linux), else the most so far."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return int(lines["VmRSS"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _in_process(measure: Callable[..., Row], *args: Any) -> Row:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, args)


def _print(rows: list[Row]) -> None:
    whole = next(row for row in rows if row.what.startswith("driver"))
    table = Table(
        "what", "articles", "records out", "articles/s of CPU", "articles/s of clock", "MB kept", "CPU of driver's"
    )
    for row in rows:
        numbers = (
            f"{row.articles}",
            f"{row.records}",
            f"{row.rate:.0f}",
            f"{row.articles / row.wall:.0f}",
            f"{row.megabytes:.0f}",
        )
        table.add_row(row.what, *numbers, f"{row.cpu / whole.cpu:.0%}" if whole.cpu else "")
    # Where the output goes to a file, the columns need not fit a terminal.
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
