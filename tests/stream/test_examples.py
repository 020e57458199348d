"""The programs of docs/examples do what their pages say, killed at any moment."""

from __future__ import annotations

import asyncio
import runpy
import sqlite3
import subprocess
import sys
import time
from random import Random

import pytest

from agents.broker import Start, connect
from tests.paths import ROOT
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.unit.subscription.records import event

EXAMPLES = ROOT / "docs" / "examples"
KILLS = 3
EVENTS, REVISIONS = 150, 6


def start(broker: str, path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(EXAMPLES / "exactly_once_sqlite.py"), broker, str(path), *options]
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""})


def applied(path) -> int:
    if not path.exists():
        return 0
    database = sqlite3.connect(path)
    try:
        return database.execute("SELECT count(*) FROM applied").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        database.close()


@pytest.mark.e2e
def test_a_sink_that_is_killed_again_and_again_applies_each_revision_once(tmp_path):
    settings, path, random = fast(f"sqlite:///{tmp_path}/events.db"), tmp_path / "sink.db", Random(7)
    revisions = [event(event_id=f"e1_{n}", revision=r) for r in range(1, REVISIONS + 1) for n in range(EVENTS)]
    asyncio.run(publish(settings, revisions))
    for _ in range(KILLS):
        before, process = applied(path), start(settings.broker, path)
        enough = min(EVENTS * REVISIONS, before + random.randrange(1, 200))
        while applied(path) < enough and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        process.wait()
    assert applied(path) > 0
    assert start(settings.broker, path, "--once").wait(60) == 0
    database = sqlite3.connect(path)
    rows = database.execute("SELECT event_id, revision, count(*) FROM applied GROUP BY 1, 2").fetchall()
    assert sorted(rows) == sorted((f"e1_{n}", r, 1) for r in range(1, REVISIONS + 1) for n in range(EVENTS))
    assert database.execute("SELECT DISTINCT revision FROM event").fetchall() == [(REVISIONS,)]
    database.close()


async def test_plain_aiokafka_reads_what_it_says(kafka1, fresh_topics):
    settings = fast(kafka1.url, app_id=await fresh_topics("plain"))
    await publish(settings, [event(), event(), event(event_id="e1_none", actors=(), recipients=())])
    main = runpy.run_path(str(EXAMPLES / "plain_aiokafka.py"))["main"]
    assert await main(kafka1.bootstrap, follow=False) == ["e1_visit"]
    async with connect(settings) as broker:
        assert len([one async for one in broker.records("news.events", Start("beginning"), follow=False)]) == 3
