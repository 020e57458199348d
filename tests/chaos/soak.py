"""Hours of even load on real Kafka: `python -m tests.chaos.soak --hours 2 --rate 12 --csv FILE`.

Two workers run the four stages. Event time runs SPEED times as fast as the clock and the windows of the tables are
short (tests/chaos/worker.py), so that several of them pass. Every SAMPLE_SECONDS one line is written: memory, handles
and CPU of each process, lag of each stage, entries and bytes of each table. `python -m tests.chaos.soak_plot` draws it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import psutil
from aiokafka import AIOKafkaProducer

from agents.broker import connect
from agents.config import Settings, read_settings
from agents.topics import create
from pipeline.source import raw_from_line, site_key
from pipeline.topology import STAGE_NAMES, stages
from schemas.article import RawArticle
from schemas.codec import encode
from schemas.headers import headers_for
from tests.chaos.prose import Prose
from tests.chaos.run import say
from tests.chaos.workers import Worker
from tests.eval.dedup_corpus import makers
from tests.kafka.broker import Cluster
from tests.paths import shared

SAMPLE_SECONDS = 15.0
# 72 hours of event time are ten minutes.
SPEED = 432
START = datetime(2026, 3, 2, tzinfo=UTC)
SITES = 60
COUNTRIES = ["USA", "GBR", "IND", "PAK", "TUR", "EGY", "CHN", "RUS", "ESP", "FRA"]
MEGABYTE = 1 << 20


def articles(rate: float, seed: int) -> Iterator[RawArticle]:
    """Yield articles without end: of ten six like real ones in 16 languages, three that tell events, one a copy."""
    chance, prose = random.Random(seed), Prose(seed)
    models, weights = makers() if shared() else ((), ())
    told: list[dict[str, Any]] = []
    for number in itertools.count():
        kind = chance.random()
        if kind < 0.1 and told:
            line = dict(chance.choice(told))
        elif kind < 0.7 and models:
            line = chance.choices(models, weights)[0].line(chance)
        else:
            line = {"title": prose.title(), "text": prose.text(chance.randint(5, 15), deed=kind > 0.8)}
        if not ((line["title"] or "") + (line["text"] or "")).strip():
            continue
        told = [*told[-199:], {"title": line["title"], "text": line["text"]}]
        site = chance.randrange(SITES)
        seen = (START + timedelta(seconds=SPEED * number / rate)).isoformat(timespec="seconds")
        line |= {"id": f"soak-{number}", "url": f"https://www.paper{site}.example/{number}", "published": seen}
        yield raw_from_line({**line, "source": f"Paper {site}", "country": COUNTRIES[site % len(COUNTRIES)]})


def worker_row(worker: Worker) -> dict[str, Any]:
    """Return what is known of a worker's process and its tables."""
    name = f"w{worker.place}"
    assert worker.process is not None
    told = worker.told()
    found = {f"{name}_starts": worker.starts, f"{name}_stall": told.get("stall"), **usage(name, worker.process.pid)}
    for stage, held in told.get("stages", {}).items():
        found |= {f"{name}_{stage}_{what}": held[what] for what in ("received", "entries", "bytes")}
    return found


def usage(name: str, pid: int) -> dict[str, Any]:
    """Return memory, handles, threads and CPU of a process, nothing where it has ended."""
    try:
        process = psutil.Process(pid)
        cpu = process.cpu_times()
        return {
            f"{name}_rss_mb": round(process.memory_info().rss / MEGABYTE, 2),
            f"{name}_handles": process.num_fds(),
            f"{name}_threads": process.num_threads(),
            f"{name}_cpu_s": round(cpu.user + cpu.system, 1),
        }
    except psutil.Error:
        return {}


async def feed(settings: Settings, rate: float, seed: int, sent: list[int]) -> None:
    """Send articles evenly until cancelled."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker.removeprefix("kafka://"), acks="all", enable_idempotence=True
    )
    await producer.start()
    began = time.monotonic()
    try:
        for number, raw in enumerate(articles(rate, seed)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            key = site_key(raw)
            headers = list(headers_for(raw, key=key))
            await producer.send("news.raw", encode(raw), key=key.encode(), headers=headers)
            sent[0] = number + 1
    finally:
        await producer.stop()


async def broker_row(settings: Settings) -> dict[str, Any]:
    """Return the lag of each stage and what is on the topics that come out."""
    sources = [spec.source for spec in stages()]
    async with connect(settings) as broker:
        ends = await broker.end_offsets([*sources, "news.events", "news.dead"])
        committed = await broker.committed(settings.app_id, sources)
    row = {
        f"lag_{stage}": sum(end - committed.get(place, 0) for place, end in ends.items() if place[0] == topic)
        for stage, topic in zip(STAGE_NAMES, sources, strict=True)
    }
    for topic in ("news.raw", "news.unique", "news.mentions", "news.events", "news.dead"):
        row[f"end_{topic}"] = sum(end for place, end in ends.items() if place[0] == topic)
    return row


class Soak:
    """A load, its workers and what is measured of them."""

    def __init__(self, cluster: Cluster, settings: Settings, folder: Path, workers: int) -> None:
        self._cluster, self._settings = cluster, settings
        self._workers = [Worker(place, settings, folder, KHABAR_CHAOS_WINDOWS="small") for place in range(workers)]
        self._sent = [0]

    async def run(self, hours: float, rate: float, seed: int, out: TextIO) -> None:
        """Feed for some hours and sample; the columns are those of the first sample."""
        for worker in self._workers:
            worker.start()
        await asyncio.sleep(2 * SAMPLE_SECONDS)
        feeding = asyncio.create_task(feed(self._settings, rate, seed, self._sent))
        began, writer = time.monotonic(), None
        while time.monotonic() < began + hours * 3600 and not feeding.done():
            await asyncio.sleep(SAMPLE_SECONDS)
            row = {"seconds": round(time.monotonic() - began), **await self._sample()}
            if writer is None:
                writer = csv.DictWriter(out, list(row), extrasaction="ignore")
                writer.writeheader()
            writer.writerow(row)
            out.flush()
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        for worker in self._workers:
            say(f"worker {worker.place}: {worker.starts} starts, SIGTERM {await worker.terminate()}")

    async def _sample(self) -> dict[str, Any]:
        row: dict[str, Any] = {"sent": self._sent[0], "load": os.getloadavg()[0], **usage("feeder", os.getpid())}
        row["broker_rss_mb"] = round(self._cluster.rss() / MEGABYTE, 1)
        for worker in self._workers:
            if not worker.is_running:
                worker.start()
            row |= worker_row(worker)
        return row | await broker_row(self._settings)


async def soak(cluster: Cluster, folder: Path, args: argparse.Namespace, out: TextIO) -> None:
    """Create the topics and run."""
    settings = read_settings({}, broker=cluster.url, app_id="soak")
    async with connect(settings) as broker:
        await create(broker, settings)
    await Soak(cluster, settings, folder, args.workers).run(args.hours, args.rate, args.seed, out)


def main() -> int:
    """Run the soak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=12.0, help="articles a second")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=Path, required=True)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="khabar-soak-"))
    say(f"logs of the workers in {folder}")
    cluster = Cluster(1)
    try:
        with args.csv.open("w") as out:
            asyncio.run(soak(cluster, folder, args, out))
    finally:
        cluster.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
