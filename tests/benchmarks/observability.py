"""What counting, tracing and telling of every record costs: `python -m tests.benchmarks.observability ARTICLES.jsonl.gz`.

The same articles go through the Faust pipeline on memory:// with and without it, in turns within one process, so that
the ratio is that of one run. With it, decisions are logged as JSON at level info and the metrics are read every five seconds.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from agents import logs
from agents.bench import articles
from agents.config import Settings, read_settings
from agents.monitor.deliveries import Deliveries
from agents.monitor.observation import StageObserver
from agents.replay import Outcome, replay
from pipeline.topology import stages

LIMIT, ROUNDS = 400, 5


class Unseen:
    """A record nobody looks at."""

    headers: tuple[()] = ()

    def __init__(self, message: Any) -> None:
        self.message = message
        self.fields: dict[str, Any] = {}

    def nothing(self, *_: object) -> None:
        """Do nothing."""

    died = decided = acknowledged = nothing


async def follow(_: Deliveries, send: Any) -> Any:
    """Hand a record over and do not follow it."""
    return await send


@contextmanager
def unobserved() -> Iterator[None]:
    """Run the shell as if there were no observer."""
    take = patch.object(StageObserver, "take", lambda _, message: Unseen(message))
    with take, patch.object(Deliveries, "follow", follow):
        yield


SCRAPER = """
import sys, time, urllib.request
while True:
    time.sleep(float(sys.argv[2]))
    try: urllib.request.urlopen(sys.argv[1], timeout=5).read()
    except OSError: pass
"""


@contextmanager
def scraped(port: int) -> Iterator[None]:
    """Read the metrics from another process, three times as often as docs/observability/prometheus.yml does."""
    url = f"http://127.0.0.1:{port}/metrics"
    scraper = subprocess.Popen([sys.executable, "-c", SCRAPER, url, "5"])
    try:
        yield
    finally:
        scraper.kill()
        scraper.wait()


def settings(number: int, port: int) -> Settings:
    """Settings of a run of its own."""
    name = f"cost-{os.getpid()}-{number}"
    return read_settings(
        {}, broker=f"memory://{name}", app_id=name, commit_interval=0.2, metrics_port=port, log_format="json"
    )


def cpu(used: Settings, raws: list[Any]) -> float:
    """Processor seconds of a replay."""
    gc.collect()
    began = time.process_time()
    asyncio.run(replay(used, raws, Outcome()))
    return time.process_time() - began


def observed(number: int, raws: list[Any]) -> float:
    """Measure with everything on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    logs.set_up(settings(number, port))
    with scraped(port):
        return cpu(settings(number, port), raws)


def unseen(number: int, raws: list[Any]) -> float:
    """Measure with nothing on."""
    logging.getLogger("khabar").setLevel(logging.WARNING)
    with unobserved():
        return cpu(settings(number, 0), raws)


def main(path: Path) -> None:
    """Print the ratio of each round and their median."""
    raws = list(articles(path, LIMIT))
    for spec in stages():
        spec.make()
    unseen(0, raws)
    ratios = []
    for number in range(1, ROUNDS + 1):
        # The order changes, so that neither is always the first.
        first, second = (unseen, observed) if number % 2 else (observed, unseen)
        seconds = {f.__name__: f(2 * number + n, raws) for n, f in enumerate((first, second))}
        ratios.append(seconds["unseen"] / seconds["observed"])
        shown = ", ".join(f"{name} {value:.2f} s" for name, value in sorted(seconds.items()))
        print(f"round {number}: {shown}, throughput {ratios[-1]:.3f} of that without")
    print(f"median of {ROUNDS} rounds of {len(raws)} articles: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
