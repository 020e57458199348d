"""What a log does, in memory and in a file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.transport import memory_log, sqlite_cleaner
from agents.transport.log import LogError, TopicConfig, UnknownTopicError
from agents.transport.memory_log import MemoryLog
from agents.transport.sqlite_log import SqliteLog
from agents.transport.sqlite_schema import pack_headers, unpack_headers

NOW = time.time_ns() // 1_000_000
# The log cleans itself by the real clock, too: ages must not depend on how long a run takes.
HOUR = 3_600_000
SLOT = ("t", 0)
MANY = 10_000


@pytest.fixture(params=["memory", "sqlite"])
async def log(request, tmp_path):
    log = MemoryLog() if request.param == "memory" else SqliteLog.open(tmp_path / "log.db")
    yield log
    await log.close()


def config(partitions: int = 1, **names: object) -> TopicConfig:
    return TopicConfig.parse(partitions, {name.replace("_", "."): value for name, value in names.items()})


def offsets(log, slot=SLOT, start=0) -> list[int]:
    return [record.offset for record in log.read(slot, start, MANY, 1 << 30)]


async def test_records_come_back_in_order_whole_and_at_once(log):
    log.create("t", config(2))
    first = log.append(SLOT, NOW, b"k", b"v", (("h", b"1"), ("none", None), ("h", b"2")))
    second = log.append(SLOT, NOW + 1, None, None)
    other = log.append(("t", 1), NOW, b"", b"")
    assert log.read(SLOT, 0, MANY, MANY) == [first, second]
    assert log.read(("t", 1), 0, MANY, MANY) == [other]
    await log.flush()
    assert log.pending is None
    assert log.read(SLOT, 0, MANY, MANY) == [first, second]
    assert log.read(SLOT, 1, MANY, MANY) == [second]
    assert list(log.read(SLOT, 2, MANY, MANY)) == []
    assert (log.base(SLOT), log.end(SLOT), log.end(("t", 1))) == (0, 2, 1)


async def test_a_read_is_bounded_in_records_and_bytes_but_never_empty(log):
    log.create("t", config())
    for _ in range(10):
        log.append(SLOT, NOW, None, b"x" * 100)
    await log.flush()
    assert len(log.read(SLOT, 0, 3, MANY)) == 3
    assert len(log.read(SLOT, 0, MANY, 350)) == 3
    assert len(log.read(SLOT, 0, MANY, 1)) == 1


async def test_unknown_topics_and_wrong_names_are_errors(log):
    log.create("t", config())
    for slot in (("t", 1), ("u", 0)):
        with pytest.raises(UnknownTopicError):
            log.append(slot, NOW, None, b"")
        with pytest.raises(UnknownTopicError):
            log.end(slot)
    for name in ("", "a b", "..", "x" * 250, "é", "t"):
        with pytest.raises(LogError):
            log.create(name, config())


async def test_commits_are_kept_by_group_and_partition(log):
    log.create("t", config(2))
    log.commit("g", {("t", 0): 3})
    log.commit("g", {("t", 0): 5, ("t", 1): 1})
    log.commit("h", {("t", 0): 2})
    assert dict(log.committed("g")) == {("t", 0): 5, ("t", 1): 1}
    assert dict(log.committed("h")) == {("t", 0): 2}
    assert dict(log.committed("i")) == {}


async def test_retention_deletes_the_old_and_moves_the_base(log):
    log.create("t", config(retention_ms=1000))
    log.create("kept", config(retention_ms=-1))
    for topic in ("t", "kept"):
        for age in (5000, 3000, 400, 2000, 0):
            log.append((topic, 0), NOW - age, b"k", b"v")
    await log.flush()
    await log.clean(NOW)
    assert offsets(log) == [2, 3, 4]
    assert (log.base(SLOT), log.end(SLOT)) == (2, 5)
    assert offsets(log, ("kept", 0)) == [0, 1, 2, 3, 4]
    await log.clean(NOW + MANY)
    assert offsets(log) == []
    assert (log.base(SLOT), log.end(SLOT)) == (5, 5)
    assert log.append(SLOT, NOW + MANY, b"k", b"v").offset == 5


async def test_retention_by_bytes_keeps_the_newest(log):
    log.create("t", config(retention_ms=-1, retention_bytes=1000))
    for _ in range(30):
        log.append(SLOT, NOW, b"", b"x" * 100)
    await log.flush()
    await log.clean(NOW)
    assert offsets(log) == list(range(20, 30))
    assert log.base(SLOT) == 20


@pytest.fixture
def eager(monkeypatch):
    """Compact whatever is superseded."""
    monkeypatch.setattr(memory_log, "DIRTY_RECORDS", 0)
    monkeypatch.setattr(sqlite_cleaner, "DIRTY_RECORDS", 0)


@pytest.mark.usefixtures("eager")
async def test_compaction_keeps_the_last_record_of_each_key_at_its_offset(log):
    log.create("t", config(cleanup_policy="compact", delete_retention_ms=HOUR))
    for key, value, age in (
        (b"a", b"1", 9 * HOUR),
        (b"b", b"1", 9 * HOUR),
        (b"a", b"2", 9 * HOUR),
        (b"c", None, 9 * HOUR),
        (b"b", None, 0),
        (b"d", b"1", 9 * HOUR),
        (b"e", None, 9 * HOUR),
    ):
        log.append(SLOT, NOW - age, key, value)
    await log.flush()
    await log.clean(NOW)
    records = log.read(SLOT, 0, MANY, MANY)
    in_memory = isinstance(log, SqliteLog)
    if in_memory:  # the tail in memory still holds what the file does not
        log = await reopened(log)
        records = log.read(SLOT, 0, MANY, MANY)
    assert [(record.offset, record.key, record.value) for record in records] == [
        (2, b"a", b"2"),
        (4, b"b", None),
        (5, b"d", b"1"),
        (6, b"e", None),
    ]
    assert (log.base(SLOT), log.end(SLOT)) == (0, 7)
    if in_memory:
        await log.close()


async def reopened(log: SqliteLog) -> SqliteLog:
    path = log._lock._path.with_suffix("")
    await log.close()
    return SqliteLog.open(path)


@pytest.mark.usefixtures("eager")
async def test_compaction_again_and_again_never_changes_the_last_value_of_a_key(tmp_path):
    log = SqliteLog.open(tmp_path / "log.db")
    log.create("t", config(cleanup_policy="compact", delete_retention_ms=0))
    values: dict[bytes, bytes | None] = {}
    for number in range(300):
        key = b"k%d" % (number * number % 23)
        values[key] = None if number % 7 == 0 else b"%d" % number
        log.append(SLOT, NOW, key, values[key])
        if number % 50 == 0:
            await log.flush()
            await log.clean(NOW + 1)
    log = await reopened(log)
    held: dict[bytes | None, bytes | None] = {}
    for record in log.read(SLOT, 0, MANY, 1 << 30):
        held[record.key] = record.value
    assert {key: value for key, value in held.items() if value is not None} == {
        key: value for key, value in values.items() if value is not None
    }
    assert len(offsets(log)) < 100
    await log.close()


async def test_memory_lets_go_of_what_every_group_has_processed(monkeypatch):
    monkeypatch.setattr(memory_log, "KEEP_CONSUMED_BYTES", 1000)
    log = MemoryLog()
    log.create("t", config())
    for _ in range(50):
        log.append(SLOT, NOW, b"", b"x" * 100)
    await log.clean(NOW)
    assert offsets(log) == list(range(50))
    log.commit("slow", {SLOT: 20})
    log.commit("fast", {SLOT: 50})
    await log.clean(NOW)
    assert offsets(log) == list(range(20, 50))
    log.commit("slow", {SLOT: 50})
    await log.clean(NOW)
    assert offsets(log) == list(range(40, 50))


@given(st.lists(st.tuples(st.text(), st.none() | st.binary())))
def test_headers_survive_packing(pairs):
    assert unpack_headers(pack_headers(tuple(pairs))) == tuple(pairs)


def test_a_configuration_reads_kafkas_names():
    made = TopicConfig.parse(3, {"cleanup.policy": "compact,delete", "retention.ms": "1000", "segment.ms": 5})
    assert (made.partitions, made.compact, made.retention_ms) == (3, True, 1000)
    assert made.given == {"cleanup.policy": "compact,delete", "retention.ms": "1000", "segment.ms": "5"}
    assert TopicConfig.parse(1, {"cleanup.policy": "compact"}).retention_ms is None
    assert TopicConfig.parse(1, {"retention.ms": -1}).retention_ms is None
    with pytest.raises(LogError):
        TopicConfig.parse(1, {"cleanup.policy": "burn"})
    with pytest.raises(LogError):
        TopicConfig.parse(0, {})
