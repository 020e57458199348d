"""The broker of a URL: sharing, topics, lag and notification."""

from __future__ import annotations

import asyncio
import time

import pytest
from yarl import URL

from agents.transport.broker import Broker, broker_for, forget
from agents.transport.log import LogError, TopicConfig, TopicMismatchError, UnknownTopicError


def opened(url: str, *topics: str) -> Broker:
    broker = broker_for(url)
    for topic in topics:
        broker.create(topic, TopicConfig.parse(2, {}))
    return broker


def test_one_name_is_one_broker_in_memory(tmp_path):
    url = f"memory://{tmp_path.name}"
    assert broker_for(url) is broker_for(f"{url}/")
    assert broker_for(url) is not broker_for(f"{url}2")
    broker = broker_for(url)
    forget(url)
    assert broker_for(url) is not broker


def test_a_name_in_memory_has_no_case_since_faust_keeps_none():
    assert broker_for("memory://Named") is broker_for("memory://named") is broker_for(URL("memory://Named"))
    forget("memory://named")


def test_one_file_is_one_broker_however_it_is_spelled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "sub")
    broker = broker_for("sqlite:///sub/log.db")
    assert broker_for(f"sqlite:///{tmp_path}/sub/log.db") is broker
    assert broker_for("sqlite:///link/../sub/log.db") is broker
    assert broker_for("sqlite:///sub/%6Cog.db") is broker
    assert broker_for("sqlite:///log.db") is not broker


def test_other_urls_are_refused(tmp_path):
    for url in ("kafka://localhost:9092", "sqlite://", "sqlite:///", f"sqlite:///{tmp_path}", "log.db"):
        with pytest.raises(LogError):
            broker_for(url)


async def test_topics_are_created_once_with_the_partitions_asked_for(tmp_path):
    broker = opened(f"memory://{tmp_path.name}", "t")
    assert broker.create("t", TopicConfig.parse(2, {})) is False
    with pytest.raises(TopicMismatchError, match="has 2 partitions, 3"):
        broker.create("t", TopicConfig.parse(3, {}))
    assert broker.partitions("t") == 2
    assert broker.partitions("u") is None
    with pytest.raises(UnknownTopicError):
        broker.end_offsets("u")


async def test_a_compacted_topic_takes_no_record_without_a_key(tmp_path):
    broker = broker_for(f"memory://{tmp_path.name}")
    broker.create("t", TopicConfig.parse(1, {"cleanup.policy": "compact"}))
    with pytest.raises(LogError, match="key"):
        broker.append(("t", 0), None, b"v")


async def test_lag_counts_what_a_group_has_not_committed(tmp_path):
    broker = opened(f"memory://{tmp_path.name}", "t", "u")
    for _ in range(3):
        broker.append(("t", 0), b"k", b"v")
    broker.append(("u", 1), b"k", b"v")
    assert broker.lag("g", ["t", "u", "unknown", "t"]) == 4
    await broker.commit("g", {("t", 0): 2})
    assert broker.lag("g", ["t", "u"]) == 2
    assert broker.committed("g") == {("t", 0): 2}
    assert broker.end_offsets("t") == {0: 3, 1: 0}


async def test_records_that_retention_took_are_no_lag(tmp_path):
    broker = broker_for(f"memory://{tmp_path.name}")
    broker.create("t", TopicConfig.parse(1, {"retention.ms": 1000}))
    broker.append(("t", 0), b"k", b"v", timestamp=1)
    broker.append(("t", 0), b"k", b"v")
    await broker.log.clean(time.time_ns() // 1_000_000)
    assert broker.lag("g", ["t"]) == 1


async def test_waiting_ends_with_the_commit_that_completes_it(tmp_path):
    broker = opened(f"memory://{tmp_path.name}", "t")
    for _ in range(3):
        broker.append(("t", 0), b"k", b"v")
    waiting = asyncio.create_task(broker.wait_processed("g", ["t"]))
    for offset in (1, 2):
        await broker.commit("g", {("t", 0): offset})
        await asyncio.sleep(0.01)
        assert not waiting.done()
    await broker.commit("g", {("t", 0): 3})
    assert await asyncio.wait_for(waiting, 1)


async def test_waiting_gives_up_after_its_time_and_leaves_nothing_behind(tmp_path):
    broker = opened(f"memory://{tmp_path.name}", "t")
    broker.append(("t", 0), b"k", b"v")
    assert not await broker.wait_processed("g", ["t"], 0.02)
    assert not await broker.changed(0.01)
    assert not broker._waiting


def test_a_broker_outlives_the_event_loop_it_was_used_from(tmp_path):
    url = f"memory://{tmp_path.name}"

    async def use() -> int:
        broker = broker_for(url)
        if broker.partitions("t") is None:
            broker.create("t", TopicConfig.parse(1, {}))
        waiting = asyncio.create_task(broker.changed())
        await asyncio.sleep(0)
        broker.append(("t", 0), b"k", b"v")
        assert await waiting
        return broker.end_offsets("t")[0]

    assert [asyncio.run(use()) for _ in range(3)] == [1, 2, 3]


async def test_a_file_is_let_go_with_its_last_user_and_opened_again(tmp_path):
    broker = broker_for(f"sqlite:///{tmp_path}/log.db")
    async with broker:
        async with broker:
            broker.create("t", TopicConfig.parse(1, {}))
        assert broker.is_open
    assert not broker.is_open
    async with broker:
        assert list(broker.topics()) == ["t"]
    await broker.close()


def test_a_file_left_open_by_a_loop_that_ended_is_opened_anew(tmp_path):
    url = f"sqlite:///{tmp_path}/log.db"

    async def use(*, tidy: bool) -> int:
        broker = broker_for(url).acquire()
        if broker.partitions("t") is None:
            broker.create("t", TopicConfig.parse(1, {}))
        broker.append(("t", 0), b"k", b"v")
        await broker.log.flush()
        if tidy:
            await broker.release()
        return broker.log.end(("t", 0)) if not tidy else 0

    assert [asyncio.run(use(tidy=False)), asyncio.run(use(tidy=False))] == [1, 2]
    asyncio.run(use(tidy=True))
    assert not broker_for(url).is_open
