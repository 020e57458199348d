"""The log in a file: restarts, other processes, failing disks, and what it holds in memory."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time

import pytest

from agents.transport import sqlite_cleaner, sqlite_log
from agents.transport.log import LogError, LogLockedError, TopicConfig
from agents.transport.sqlite_log import SqliteLog
from tests.paths import ROOT

NOW = time.time_ns() // 1_000_000
SLOT = ("t", 0)


def filled(path, count: int = 10, size: int = 10) -> SqliteLog:
    log = SqliteLog.open(path)
    log.create("t", TopicConfig.parse(1, {}))
    for number in range(count):
        log.append(SLOT, NOW + number, b"%d" % number, b"x" * size, (("h", b"%d" % number),))
    return log


async def test_everything_is_there_after_a_restart(tmp_path):
    path = tmp_path / "log.db"
    log = filled(path)
    log.create("c", TopicConfig.parse(3, {"cleanup.policy": "compact"}))
    log.commit("g", {SLOT: 4})
    before = list(log.read(SLOT, 0, 100, 1 << 20))
    await log.close()
    log = SqliteLog.open(path)
    assert list(log.read(SLOT, 0, 100, 1 << 20)) == before
    assert dict(log.committed("g")) == {SLOT: 4}
    assert {name: (config.partitions, config.compact) for name, config in log.topics().items()} == {
        "t": (1, False),
        "c": (3, True),
    }
    assert log.append(SLOT, NOW, b"k", b"v").offset == 10
    log.create("later", TopicConfig.parse(2, {}))
    assert log.append(("later", 1), NOW, b"k", b"v").offset == 0
    await log.close()


async def test_base_and_end_survive_even_when_no_record_does(tmp_path):
    log = filled(tmp_path / "log.db")
    await log.flush()
    await log.clean(NOW + 8 * 24 * 3600 * 1000)
    await log.close()
    log = SqliteLog.open(tmp_path / "log.db")
    assert (log.base(SLOT), log.end(SLOT)) == (10, 10)
    await log.close()


async def test_only_the_end_of_a_partition_is_in_memory_and_reads_cross_over(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_log, "TAIL_RECORDS", 20)
    log = filled(tmp_path / "log.db", 100)
    await log.flush()
    partition = log._partitions[SLOT]
    assert len(partition.tail) <= 20
    for start in (0, 50, 79, 80, 81, 89, 90, 91, 99):
        found: list[int] = []
        while found[-1:] != [99]:
            found += [r.offset for r in log.read(SLOT, found[-1] + 1 if found else start, 7, 1 << 20)]
        assert found == list(range(start, 100))
    for _ in range(5):
        log.append(SLOT, NOW, None, b"new")
    assert [r.offset for r in log.read(SLOT, 98, 50, 1 << 20)] == [98, 99, 100, 101, 102, 103, 104]
    await log.close()


async def test_a_few_large_records_do_not_stay_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_log, "TAIL_BYTES", 10_000)
    log = filled(tmp_path / "log.db", 10, size=4_000)
    await log.flush()
    assert log._partitions[SLOT].tail.size <= 10_000
    assert len(log.read(SLOT, 0, 100, 1 << 20)) + len(log.read(SLOT, 9, 100, 1 << 20)) >= 10
    await log.close()


async def test_writes_are_collected_into_few_transactions(tmp_path, monkeypatch):
    log = filled(tmp_path / "log.db", 0)
    await log.flush()
    transactions: list[int] = []
    transact = log._transact
    monkeypatch.setattr(
        log, "_transact", lambda statements: (transactions.append(len(statements)), transact(statements))
    )
    for _ in range(1000):
        log.append(SLOT, NOW, b"k", b"v")
    pending = log.pending
    assert pending is not None
    assert not pending.done()
    await asyncio.shield(pending)
    assert transactions == [1000]
    await log.close()


async def test_a_cancelled_flush_leaves_other_waiters_alone(tmp_path):
    log = filled(tmp_path / "log.db")
    pending = log.pending
    task = asyncio.create_task(log.flush())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pending is not None
    await pending
    await log.close()


async def test_a_full_disk_is_waited_for(tmp_path):
    log = filled(tmp_path / "log.db", 1)
    await log.flush()
    pages = log._writer.execute("PRAGMA page_count").fetchone()[0]
    log._writer.execute(f"PRAGMA max_page_count = {pages}")
    log.append(SLOT, NOW, b"k", b"x" * 1_000_000)
    pending = log.pending
    await asyncio.sleep(0.2)
    assert pending is not None
    assert not pending.done()
    log._writer.execute("PRAGMA max_page_count = 1000000")
    await asyncio.wait_for(log.flush(), 5)
    assert len(log.read(SLOT, 1, 1, 1)) == 1
    await log.close()


async def test_a_disk_that_stays_full_fails_sends_flushes_and_commits(tmp_path):
    log = filled(tmp_path / "log.db", 1)
    await log.flush()
    log._patience = 0.0
    log._writer.execute(f"PRAGMA max_page_count = {log._writer.execute('PRAGMA page_count').fetchone()[0]}")
    log.append(SLOT, NOW, b"k", b"x" * 1_000_000)
    with pytest.raises(LogError, match="full"):
        await log.flush()
    for refused in (lambda: log.append(SLOT, NOW, b"k", b"v"), lambda: log.commit("g", {SLOT: 2})):
        with pytest.raises(LogError, match="full"):
            refused()
    with pytest.raises(LogError, match="full"):
        await log.close()
    log = SqliteLog.open(tmp_path / "log.db")
    assert log.end(SLOT) == 1
    await log.close()


async def test_a_second_writer_is_refused_in_this_process_and_in_another(tmp_path):
    path = tmp_path / "log.db"
    log = filled(path)
    with pytest.raises(LogLockedError, match="this process"):
        SqliteLog.open(path)
    program = (
        "import asyncio, sys; from pathlib import Path; from agents.transport.sqlite_log import SqliteLog\n"
        "async def main(): SqliteLog.open(Path(sys.argv[1]))\n"
        "asyncio.run(main())"
    )
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert run.returncode == 1
    assert f"is written by process {os.getpid()}" in run.stderr
    await log.flush()
    await log.close()
    await SqliteLog.open(path).close()


async def test_files_that_are_no_log_of_ours_are_left_alone(tmp_path):
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    (tmp_path / "text.db").write_text("hello, this is no database at all" * 100)
    newer = tmp_path / "newer.db"
    await SqliteLog.open(newer).close()
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    for path, message in (
        (other, "no log of khabar"),
        (tmp_path / "text.db", "not a database"),
        (newer, "layout 99"),
        (tmp_path / "no" / "folder.db", "four slashes"),
    ):
        with pytest.raises(LogError, match=message):
            SqliteLog.open(path)
        with pytest.raises(LogError):
            SqliteLog.open(path)  # and the lock is free again: the same error, not LogLockedError


async def test_compaction_runs_by_itself_and_the_file_stops_growing(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_cleaner, "DIRTY_RECORDS", 200)
    path = tmp_path / "log.db"
    log = SqliteLog.open(path)
    log.create("t", TopicConfig.parse(1, {"cleanup.policy": "compact"}))
    counts = []
    for _ in range(20):
        for number in range(250):
            log.append(SLOT, NOW, b"%d" % (number % 25), b"x" * 500)
        await log.flush()
        for _ in range(20):
            await asyncio.sleep(0.002)
        counts.append(log._reader.execute("SELECT count(*) FROM record").fetchone()[0])
    assert max(counts) < 1000
    await log.close()


async def test_a_log_can_be_closed_at_the_moment_it_is_to_be_cleaned(tmp_path):
    log = filled(tmp_path / "x.db")
    await log.flush()
    log._clean_soon.set()
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await log.close()


async def test_cleaning_goes_on_between_writes_in_small_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_cleaner, "STEP_ROWS", 50)
    log = filled(tmp_path / "log.db", 1000)
    await log.flush()
    cleaning = asyncio.create_task(log.clean(NOW + 8 * 24 * 3600 * 1000))
    await asyncio.sleep(0)
    started = time.monotonic()
    log.append(SLOT, NOW + 9 * 24 * 3600 * 1000, b"k", b"v")
    await log.flush()
    assert time.monotonic() - started < 1
    await cleaning
    assert log.base(SLOT) == 1000
    assert [record.offset for record in log.read(SLOT, 0, 10, 1 << 20)] == [1000]
    await log.close()
