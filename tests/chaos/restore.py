"""How long a table takes to come back, by its size: `python -m tests.chaos.restore [entries ...]`.

A changelog of dedup is written as the stage writes it, and a worker without anything of its own (there are no local
files: tables lie in memory and in their changelogs) is started and killed. Measured is from its start to the first
judged article: with an empty table that is the time of a start. Then two workers share the tables, one is killed for
good, and the time until the other has judged an article of its partition holds the session timeout too.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

from agents.app import build
from agents.broker import connect
from agents.config import Settings
from agents.delivery import Outbound, Window
from agents.topics import create
from pipeline.driver import Driver
from pipeline.source import raw_from_line, site_key
from schemas.codec import encode
from schemas.headers import headers_for
from tests.chaos.offsets import OffsetWatch
from tests.chaos.prose import Prose
from tests.chaos.workers import Worker
from tests.kafka.broker import Cluster
from tests.stream.harness import fast

SIZES = (0, 1000, 10_000, 50_000)
# News in Latin script.
PARTITION = 0
SESSION, WAIT_SECONDS = 6.0, 300.0


def state_of(count: int) -> list[tuple[str, bytes]]:
    """Return changelog entries like those of the stage, whose passages differ."""
    driver, chance = Driver(), random.Random(count)
    driver.feed(raw_from_line({"id": "model", "text": Prose("model").text(), "url": "https://paper.example/model"}))
    (model,) = [entry for view in driver.state("dedup") for entry in view.values()]
    names = (f"known-{number}" for number in range(count))
    return [(one, encode(replace(model, uri=one, sketch=chance.randbytes(len(model.sketch))))) for one in names]


async def nothing() -> None:
    """Do nothing when a record is confirmed."""


async def send(settings: Settings, records: list[Outbound]) -> None:
    """Send records and wait until the broker has them."""
    built = build(settings, names=())
    built.app.loop = asyncio.get_running_loop()
    window = Window(built.produce, size=256)
    confirming = asyncio.create_task(window.confirm_forever())
    for record in records:
        await window.put([record], nothing)
    while len(window):  # noqa: ASYNC110 - a window tells nobody when it is empty
        await asyncio.sleep(0.05)
    confirming.cancel()
    await asyncio.gather(confirming, return_exceptions=True)
    await built.close_producer()


async def judged(settings: Settings, name: str) -> None:
    """Send an article and wait until the worker has committed it in dedup."""
    raw = raw_from_line({"id": name, "text": Prose(name).text(), "url": f"https://{name}.example/1"})
    key = site_key(raw)
    watch = OffsetWatch(settings)
    watching = asyncio.create_task(watch.watch())
    await send(settings, [Outbound("news.raw", key.encode(), encode(raw), headers_for(raw, key=key))])
    assert await watch.until(lambda: watch.looks > 0, WAIT_SECONDS)
    assert await watch.drained(WAIT_SECONDS), watch.lag
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def restored(settings: Settings, folder: Path, name: str) -> tuple[float, float, float]:
    """Start a worker, let it judge an article, kill it; returns seconds, seconds of CPU and megabytes."""
    worker = Worker(0, settings, folder, static=False)
    began = time.monotonic()
    worker.start()
    await judged(settings, name)
    seconds = time.monotonic() - began
    assert worker.process is not None
    process = psutil.Process(worker.process.pid)
    cpu, rss = sum(process.cpu_times()[:2]), process.memory_info().rss / 2**20
    await worker.kill()
    await asyncio.sleep(SESSION + 1)
    return seconds, cpu, rss


async def taken_over(settings: Settings, folder: Path, name: str) -> float:
    """Kill one of two workers, and return the seconds until the other has judged an article."""
    workers = [Worker(place, settings, folder, static=False) for place in (1, 2)]
    for worker in workers:
        worker.start()
    await judged(settings, f"{name}-before")
    holder = next(w for w in workers if ["news.articles", PARTITION] in w.told().get("assigned", []))
    began = time.monotonic()
    await holder.kill()
    await judged(settings, name)
    seconds = time.monotonic() - began
    for worker in workers:
        await worker.kill()
    return seconds


async def measure(cluster: Cluster, count: int, folder: Path) -> str:
    """Write a table of so many entries and measure; returns a row of a table."""
    settings = fast(cluster.url, app_id=f"restore-{count}", session_timeout=SESSION, heartbeat_interval=1.0)
    async with connect(settings) as broker:
        await create(broker, settings)
    topic = f"{settings.app_id}-dedup-changelog"
    entries = state_of(count)
    await send(
        settings, [Outbound(topic, f"{PARTITION}/{key}".encode(), value, (), PARTITION) for key, value in entries]
    )
    size = sum(len(value) for _, value in entries) / 2**20
    seconds, cpu, rss = await restored(settings, folder, f"a{count}")
    rebalance = await taken_over(settings, folder, f"b{count}")
    return f"| {count} | {size:.1f} | {seconds:.1f} | {cpu:.1f} | {rss:.0f} | {rebalance:.1f} |\n"


def main() -> int:
    """Measure all sizes."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    cluster = Cluster(1)
    try:
        sys.stdout.write("| entries | MB | start to judged, s | CPU, s | RSS, MB | kill to judged by another, s |\n")
        sys.stdout.write("|--:|--:|--:|--:|--:|--:|\n")
        for size in sizes:
            sys.stdout.write(asyncio.run(measure(cluster, size, Path(tempfile.mkdtemp(prefix="khabar-restore-")))))
            sys.stdout.flush()
    finally:
        cluster.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
