"""kill -9 of a poller at random times: `python -m tests.e2e.killing [--kills 50] [--feeds 1000]`.

The poller is a process of its own that sends to an embedded broker on disk; the server lives on, changes its feeds and
notes every request. Between two lives the state file is looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agents.app import build
from agents.config import Settings, read_settings
from agents.poller.loop import poll_forever
from agents.poller.state import SQLiteStore, Stored, load_state
from pipeline.feeds.catalog import Catalog
from pipeline.feeds.identity import Seen, load_seen
from pipeline.feeds.schedule import FeedState
from schemas import codec
from schemas.article import RawArticle
from tests.benchmarks.feed_host import ITEMS, Host
from tests.benchmarks.poller import catalog
from tests.paths import ROOT
from tests.stream.harness import prepared, read

INTERVAL = timedelta(seconds=10)
# The clock of the state and that of the requests are one, but its numbers are rounded.
SLACK = 0.01


@dataclass
class Found:
    """What became of it: kills, requests, records, and everything that must not be."""

    kills: int = 0
    requests: int = 0
    records: int = 0
    repeated: int = 0
    changes: int = 0
    faults: list[str] = field(default_factory=list)


class Noting(Host):
    """A server that notes when each feed was asked for."""

    asked_at: list[tuple[int, float]]

    def _answer(self, head: bytes) -> bytes:
        self.asked_at.append((int(head[head.index(b"/") + 1 : head.index(b".xml")]), time.time()))
        return super()._answer(head)


async def kill_often(folder: Path, *, kills: int, feeds: int, seed: int = 7) -> Found:
    """Let a poller live for random times, then once to the end, and look at what it left."""
    drawn, found = random.Random(seed), Found(kills=kills)
    asked: list[tuple[int, float]] = []
    kind: Any = type("Noted", (Noting,), {"asked_at": asked, "every": 3, "versions": {}})
    server = await asyncio.get_running_loop().create_server(kind, "0.0.0.0", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    settings = broker(folder)
    await prepared(settings)
    used = feeds_of(port, feeds)
    make_due(used, folder / "feeds.db")
    for _ in range(kills):
        before, first = state_of(folder / "feeds.db", found), len(asked)
        await live(folder, port, feeds, drawn)
        found.faults += early(before, asked[first:])
    kind.every = 0
    end = datetime.now(UTC)
    process = await start(folder, port, feeds)
    await until_all_polled(folder / "feeds.db", end, feeds)
    process.send_signal(signal.SIGTERM)
    await process.wait()
    state_of(folder / "feeds.db", found)
    server.close()
    found.requests = len(asked)
    await compare(settings, kind.versions, feeds, found)
    return found


def broker(folder: Path) -> Settings:
    return read_settings({}, broker=f"sqlite:///{folder}/broker.db", state_dir=str(folder))


def feeds_of(port: int, feeds: int) -> Catalog:
    made = catalog(port, feeds, parsers=1)
    return Catalog(poller=made.poller, feeds=tuple(replace(spec, min_interval=INTERVAL) for spec in made.feeds))


def make_due(used: Catalog, state: Path) -> None:
    """Write a state in which the feeds are busy ones, to be polled at their shortest interval."""
    now = datetime.now(UTC)
    with SQLiteStore(state) as store:
        for number, spec in enumerate(used.feeds):
            due = now + INTERVAL * number / len(used.feeds)
            store.commit(spec.id, Stored(spec.url, FeedState(rate=10.0, last_ok=now, next_poll=due), Seen()))


async def live(folder: Path, port: int, feeds: int, drawn: random.Random) -> None:
    """Let a poller live: one in five dies before it may have sent anything, the others while they send."""
    process = await start(folder, port, feeds)
    assert process.stdout is not None
    if drawn.random() < 0.8:
        await process.stdout.readline()
    await asyncio.sleep(drawn.uniform(0.01, 3.0))
    process.kill()
    await process.wait()


async def start(folder: Path, port: int, feeds: int) -> asyncio.subprocess.Process:
    """Start a poller; it polls when this returns."""
    command = [
        sys.executable,
        "-m",
        "tests.e2e.killing",
        "--poll",
        str(folder),
        "--port",
        str(port),
        "--feeds",
        str(feeds),
    ]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"polling\n"
    return process


def state_of(state: Path, found: Found) -> dict[int, float]:
    """Check the state file and return when each feed is due."""
    database = sqlite3.connect(state)
    try:
        (sound,) = database.execute("pragma integrity_check").fetchone()
        rows = database.execute("select id, next_poll, state, seen from feeds").fetchall()
    finally:
        database.close()
    if sound != "ok":
        found.faults.append(f"state: {sound}")
    for _, _, stored, seen in rows:
        load_state(stored)
        load_seen(seen)
    return {int(feed_id.removeprefix("feed")): due for feed_id, due, _, _ in rows}


def early(due: dict[int, float], asked: list[tuple[int, float]]) -> list[str]:
    """Name the feeds whose first request of a life came before they were due."""
    first: dict[int, float] = {}
    for feed, at in asked:
        first.setdefault(feed, at)
    return [f"feed {feed} {due[feed] - at:.2f} s early" for feed, at in first.items() if at < due[feed] - SLACK]


async def until_all_polled(state: Path, since: datetime, feeds: int) -> None:
    """Wait until every feed has been polled since a time."""
    async with asyncio.timeout(300):
        while True:
            database = sqlite3.connect(f"file:{state}?mode=ro", uri=True)
            rows = database.execute("select state from feeds").fetchall()
            database.close()
            polled = [load_state(row[0]).last_polled for row in rows]
            if len(rows) == feeds and all(time is not None and time > since for time in polled):
                return
            await asyncio.sleep(0.5)


async def compare(settings: Settings, versions: dict[int, int], feeds: int, found: Found) -> None:
    """Every item there ever was must be there, under one name, in one version, however often."""
    articles = [codec.decode(RawArticle, record.value or b"") for record in await read(settings, "news.raw")]
    found.records, found.changes = len(articles), sum(versions.values())
    names: dict[str, set[tuple[str, int, str | None]]] = {}
    for article in articles:
        assert article.altids is not None
        name = (article.uri, article.version, article.content_sha256)
        names.setdefault(article.altids.guid or "", set()).add(name)
    expected = {f"{feed}-{n}" for feed in range(feeds) for n in range(versions.get(feed, 0) + ITEMS)}
    found.faults += [f"{guid} is lost" for guid in sorted(expected - names.keys())]
    found.faults += [f"{guid} never was" for guid in sorted(names.keys() - expected)]
    found.faults += [f"{guid} has {len(given)} names" for guid, given in sorted(names.items()) if len(given) > 1]
    counts = Counter((article.uri, article.version) for article in articles)
    found.repeated = sum(count - 1 for count in counts.values())


async def poll(folder: Path, port: int, feeds: int) -> None:
    """Be the poller."""
    built = build(broker(folder), names=())
    built.app.loop = asyncio.get_running_loop()
    await built.app.maybe_start_producer()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write("polling\n")
    sys.stdout.flush()
    told = False

    async def send(*record: Any) -> None:
        nonlocal told
        await built.send(*record)
        if not told:
            told = True
            sys.stdout.write("sent\n")
            sys.stdout.flush()

    await poll_forever(feeds_of(port, feeds), send, state_path=folder / "feeds.db", stop=stop)
    await built.close_producer()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--poll", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.poll:
        asyncio.run(poll(args.poll, args.port, args.feeds))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(kill_often(Path(folder), kills=args.kills, feeds=args.feeds, seed=args.seed))
    sys.stdout.write(
        f"{found.kills} kills, {args.feeds} feeds, {found.requests} requests, {found.changes} changes, "
        f"{found.records} records of which {found.repeated} repeated, {len(found.faults)} faults\n"
        + "\n".join(found.faults[:20])
        + "\n"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
