"""Partitions that changed hands are read only from where they were sought; a recovery that ends is seen."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from faust.tables import recovery
from faust.tables.recovery import ServiceStopped
from faust.transport.consumer import Consumer
from faust.types import TP

from agents.transport.handover import HandoverConsumer
from agents.transport.tables import Recovery, RecoveryTimeoutError

SOURCE, CHANGELOG = TP("news.articles", 0), TP("khabar-dedup-changelog", 0)
GENERATION = 7


@pytest.fixture
def consumer(monkeypatch) -> HandoverConsumer:
    async def nothing(self, *args, **kwargs):
        """Stand in for what Faust does there with a broker."""

    for name in ("on_partitions_assigned", "perform_seek"):
        monkeypatch.setattr(Consumer, name, nothing)
    monkeypatch.setattr(HandoverConsumer, "__abstractmethods__", frozenset())
    made = HandoverConsumer.__new__(HandoverConsumer)
    made.app = SimpleNamespace(
        client_only=False,
        consumer_generation_id=GENERATION,
        tables=SimpleNamespace(changelog_topics={CHANGELOG.topic}),
        assignor=SimpleNamespace(is_active=lambda tp: tp == CHANGELOG),
    )
    made._active_partitions, made._paused_partitions = set(), {SOURCE, CHANGELOG}
    for name in ("can_resume_flow", "suspend_flow"):
        setattr(made, name, SimpleNamespace(set=lambda: None, clear=lambda: None))
    return made


async def test_a_seek_of_the_fetcher_before_recovery_lets_nothing_be_read(consumer):
    await consumer.on_partitions_assigned({SOURCE, CHANGELOG}, GENERATION)
    await consumer.perform_seek()  # the fetcher's, when it finds the flow standing still
    consumer.resume_partitions({CHANGELOG})
    consumer.resume_flow()
    assert consumer._active_partitions == {CHANGELOG}
    consumer.resume_partitions({SOURCE})  # recovery is done, and goes on to seek
    consumer.resume_flow()
    assert consumer._active_partitions == {CHANGELOG}
    await consumer.perform_seek()
    consumer.resume_flow()
    assert consumer._active_partitions == {CHANGELOG, SOURCE}


async def test_a_partition_resumed_later_is_read_at_once(consumer):
    await consumer.on_partitions_assigned({SOURCE}, GENERATION)
    consumer.resume_partitions({SOURCE})
    await consumer.perform_seek()
    consumer.resume_flow()
    consumer.pause_partitions({SOURCE})
    consumer.resume_partitions({SOURCE})
    assert consumer._active_partitions == {SOURCE}


@pytest.mark.parametrize(("stopping", "error"), [(False, RecoveryTimeoutError), (True, ServiceStopped)])
async def test_a_recovery_without_answer_fails_instead_of_standing_still(monkeypatch, stopping, error):
    async def unanswered(self, coro, **options):
        coro.close()
        raise ServiceStopped

    async def asked() -> None:
        """What recovery asks the broker."""

    monkeypatch.setattr(recovery.Recovery, "_wait", unanswered)
    monkeypatch.setattr(Recovery, "should_stop", stopping)
    with pytest.raises(error):
        await Recovery.__new__(Recovery)._wait(asked(), timeout=3)


class EndedError(Exception):
    """The process would have ended."""


@pytest.fixture
def leaving(consumer, monkeypatch) -> HandoverConsumer:
    """A consumer that has one record on its way and is asked for its partition; `finish` confirms the record."""

    def end(code: int) -> None:
        raise EndedError(code)

    monkeypatch.setattr("agents.transport.handover.os._exit", end)
    record, confirmed = SimpleNamespace(acked=False), asyncio.Event()
    consumer._unacked_messages = [record]

    async def wait_empty() -> None:
        await confirmed.wait()
        record.acked = True

    consumer.wait_empty, consumer.finish = wait_empty, confirmed.set
    return consumer


async def test_a_worker_put_out_of_its_group_ends_before_it_sends_what_it_has_on_its_way(leaving):
    leaving.is_member = lambda: False
    with pytest.raises(EndedError, match="75"):
        await leaving._finish()


async def test_a_worker_whom_the_group_knows_finishes_what_it_has_on_its_way(leaving):
    asked = 0

    def is_member() -> bool:
        nonlocal asked
        asked += 1
        leaving.finish()
        return True

    leaving.is_member = is_member
    await leaving._finish()
    assert asked


async def test_a_worker_put_out_with_nothing_on_its_way_stays(leaving):
    leaving.is_member = lambda: False
    leaving._unacked_messages = []
    leaving.finish()
    await leaving._finish()
