"""A process that is killed in mid-stream, and the one that goes on after it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys

import pytest

from tests.paths import ROOT

PROGRAM = "tests.stream.transport.pipeline_process"


async def run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", PROGRAM, *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )


@pytest.mark.parametrize("kill_after", [300, 1100])
async def test_a_killed_worker_loses_nothing_that_was_durable(tmp_path, kill_after):
    url = f"sqlite:///{tmp_path}/log.db"
    feeding = await run(url, "feed", "0", "100000")
    assert feeding.stdout is not None
    durable = 0
    async with asyncio.timeout(60):
        while durable < kill_after:
            durable = json.loads(await feeding.stdout.readline())["durable"]
    feeding.kill()
    await feeding.wait()

    resuming = await run(url, "resume")
    async with asyncio.timeout(60):
        output, _ = await resuming.communicate()
    result = json.loads(output)
    assert set(range(durable)) <= set(result["values"])
    with sqlite3.connect(f"file:{tmp_path}/log.db?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        inputs = {
            int(value)
            for (value,) in database.execute(
                "SELECT value FROM record JOIN partition ON partition.id = record.partition WHERE topic = 'in'"
            )
        }
    database.close()
    assert inputs == set(result["values"])
