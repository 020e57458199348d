"""What Faust makes easy to get wrong in a transport, and what the embedded one does about it."""

from __future__ import annotations

import asyncio
import time

import faust
import pytest
from faust.exceptions import ImproperlyConfigured, ProducerSendError
from faust.types import TP

from agents.transport.broker import broker_for
from agents.transport.log import LogLockedError, TopicConfig, TopicMismatchError
from tests.stream.transport.apps import collecting, make_app, raw_topic, running, send_all, start, until


@pytest.fixture(params=["memory", "sqlite"])
def url(request, tmp_path):
    return {"memory": f"memory://{tmp_path.name}", "sqlite": f"sqlite:///{tmp_path}/log.db"}[request.param]


async def test_a_worker_is_ready_in_less_than_half_a_second(url):
    app = make_app(url, "app")
    raw = raw_topic(app, "t")
    app.Table("table", default=int)
    collecting(app, raw, [])
    began = time.monotonic()
    async with running(app):
        assert time.monotonic() - began < 0.5


async def test_subscribing_does_not_wait_for_the_rebalance_that_waits_for_it(url):
    app = make_app(url, "app")
    collecting(app, raw_topic(app, "t"), [])
    async with running(app):
        await asyncio.wait_for(app.consumer.subscribe({"t", "u"}), 1)
        await until(lambda: TP("u", 0) in app.consumer.assignment())


async def test_topics_nobody_declared_get_the_partitions_of_the_app(url):
    app = make_app(url, "app", topic_partitions=3)
    read = raw_topic(app, "read", internal=False)
    wide = raw_topic(app, "wide", internal=False, partitions=5, compacting=True)
    table = app.Table("table", default=int)
    done = []

    @app.agent(read)
    async def count(stream):
        async for event in stream.events():
            table[event.key.decode()] += 1
            done.append(event)

    collecting(app, wide, [])
    async with running(app):
        await (await read.send(key=b"k", value=b"v"))
        await (await raw_topic(app, "sent", internal=False).send(key=b"k", value=b"v"))
        await until(lambda: done)
        topics = broker_for(url).topics()
    assert {name: config.partitions for name, config in topics.items()} == {
        "app-table-changelog": 3,
        "read": 3,
        "sent": 3,
        "wide": 5,
    }
    assert [name for name, config in topics.items() if config.compact] == ["app-table-changelog", "wide"]


async def test_declaring_with_another_number_of_partitions_is_an_error(url):
    app = make_app(url, "app")
    topic = raw_topic(app, "t", partitions=2)
    async with running(app):
        await topic.declare()
        with pytest.raises(TopicMismatchError):
            await app.producer.create_topic("t", 3, 1)


async def test_records_read_while_recovery_ends_are_neither_lost_nor_repeated(url):
    """Faust empties the queues of the streams when it resumes the flow: nothing may be in them by then."""
    first = make_app(url, "app")
    topic = raw_topic(first, "t")
    first.Table("table", default=int)
    async with running(first):
        await topic.declare()
        await asyncio.gather(*[await topic.send(key=b"k%d" % n, value=b"%d" % n) for n in range(400)])
    for _ in range(5):
        app, seen = make_app(url, "app", broker_commit_interval=60.0), []
        table = app.Table("table", default=int)

        @app.agent(raw_topic(app, "t"))
        async def count(stream, table=table, seen=seen):
            async for event in stream.events():
                table[event.key.decode()] += 1
                seen.append(event)
                await asyncio.sleep(0.001)

        async with running(app):
            await until(lambda: len(seen) >= 40)  # noqa: B023
    await asyncio.sleep(0)
    app, rest = make_app(url, "app"), []
    table = app.Table("table", default=int)
    collecting(app, raw_topic(app, "t"), rest)
    async with running(app):
        await until(lambda: broker_for(url).lag("app", ["t"]) == 0)
        assert all(value == 1 for value in table.values())
        assert len(table) + len(rest) == 400


async def test_many_rebalances_lose_and_repeat_nothing(url):
    stays, seen = make_app(url, "app"), []
    topic = raw_topic(stays, "t")
    collecting(stays, topic, seen)
    async with running(stays):

        async def feed() -> None:
            for number in range(1500):
                await topic.send(key=b"k%d" % number, value=b"%d" % number)
                await asyncio.sleep(0)

        feeding = asyncio.create_task(feed())
        for _ in range(8):
            comes = make_app(url, "app")
            collecting(comes, raw_topic(comes, "t"), seen)
            async with running(comes):
                await asyncio.sleep(0.03)
        await feeding
        await until(lambda: len(seen) >= 1500)
        await until(lambda: broker_for(url).lag("app", ["t"]) == 0)
    assert sorted(int(message.value) for message in seen) == list(range(1500))


async def test_a_commit_gets_past_what_cleaning_took_away(url):
    app = make_app(url, "app")
    topic = raw_topic(app, "t", partitions=1, config={"retention.ms": "1000"})
    broker = broker_for(url)
    async with broker:
        async with running(app):
            await topic.declare()
            for age in (9e3, 9e3, 9e3, 0, 0):
                await (await topic.send(key=b"k", value=b"v", timestamp=time.time() - age))
            await broker.log.clean(time.time_ns() // 1_000_000)
        await broker.commit("app", {("t", 0): 1})
        app, seen = make_app(url, "app"), []
        collecting(app, raw_topic(app, "t", partitions=1, config={"retention.ms": "1000"}), seen)
        async with running(app):
            await until(lambda: broker.committed("app").get(("t", 0)) == 5)
        assert [message.offset for message in seen] == [3, 4]


async def test_a_paused_partition_loses_nothing(url):
    app, seen = make_app(url, "app"), []
    topic = raw_topic(app, "t", partitions=2)

    @app.agent(topic)
    async def keep(stream):
        async for event in stream.events():
            seen.append(event.message)
            if len(seen) == 5:
                app.consumer.pause_partitions({TP("t", 0)})

    async with running(app):
        await asyncio.gather(*[await topic.send(key=b"", value=b"", partition=n % 2) for n in range(2000)])
        await until(lambda: sum(message.partition == 1 for message in seen) == 1000)
        assert sum(message.partition == 0 for message in seen) < 1000
        app.consumer.resume_partitions({TP("t", 0)})
        await until(lambda: len(seen) >= 2000)
    for partition in (0, 1):
        assert [m.offset for m in seen if m.partition == partition] == list(range(1000))


async def test_full_buffers_do_not_make_the_reader_sleep(url):
    app, seen = make_app(url, "app", stream_buffer_maxsize=16), []
    topic = raw_topic(app, "t", partitions=1)
    collecting(app, topic, seen)
    async with running(app):
        began = time.monotonic()
        await send_all(topic, [(b"k", b"v")] * 2000)
        await until(lambda: len(seen) == 2000)
        assert time.monotonic() - began < 15  # 1 s a buffer, as in the base class, would make it 100 s


async def test_client_only_reads_without_a_group(url):
    app = make_app(url, "app")
    topic = raw_topic(app, "t", partitions=1)
    for_client = make_app(url, "client")
    for_client.client_only = True
    seen = []
    async with running(app):
        await topic.declare()
        await (await topic.send(key=b"k", value=b"before"))
        channel = raw_topic(for_client, "t", partitions=1)

        async def read() -> None:
            async for event in channel.stream().events():
                seen.append(event.value)  # noqa: PERF401 - it is looked at meanwhile

        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        await for_client.start_client()
        await until(lambda: seen == [b"before"])
        await (await topic.send(key=b"k", value=b"after"))
        await until(lambda: seen == [b"before", b"after"])
        assert "client" not in broker_for(url)._groups
        reading.cancel()
        await for_client.stop()


async def test_a_member_that_does_not_finish_is_put_out_of_its_group(url):
    stuck = make_app(url, "app", broker_rebalance_timeout=0.2, stream_wait_empty=True)
    topic = raw_topic(stuck, "t")
    crashed, released = asyncio.Event(), asyncio.Event()

    async def crash(_: BaseException) -> None:
        crashed.set()

    stuck.crash = crash

    @stuck.agent(topic)
    async def hang(stream):
        async for _ in stream.events():
            await released.wait()

    lively, seen = make_app(url, "app"), []
    collecting(lively, raw_topic(lively, "t"), seen)
    await start(stuck)
    await (await topic.send(key=b"k", value=b"v"))
    await asyncio.sleep(0.05)
    async with running(lively):
        await until(lambda: {tp.partition for tp in lively.consumer.assignment()} == {0, 1, 2, 3})
        await until(lambda: len(seen) == 1)
        assert crashed.is_set()
        assert not stuck.consumer.assignment()
        released.set()
        await stuck.stop()


async def test_a_send_is_done_when_it_is_durable_and_fails_when_it_cannot_be(tmp_path):
    url = f"sqlite:///{tmp_path}/log.db"
    app = make_app(url, "app")
    topic = raw_topic(app, "t", partitions=1)
    async with running(app):
        await topic.declare()
        log = broker_for(url).log
        sent = await topic.send(key=b"k", value=b"v")
        assert not sent.done()
        await sent
        assert log.pending is None
        log._patience = 0.0
        log._writer.execute(f"PRAGMA max_page_count = {log._writer.execute('PRAGMA page_count').fetchone()[0]}")
        sent = await topic.send(key=b"k", value=b"x" * 900_000)
        with pytest.raises(ProducerSendError, match="full"):
            await sent
        with pytest.raises(ProducerSendError, match="full"):
            await topic.send(key=b"k", value=b"v")
        log._failure = None


async def test_offsets_are_never_committed_over_an_output_that_is_not_durable(tmp_path):
    url = f"sqlite:///{tmp_path}/log.db"
    app = make_app(url, "app")
    source, sink = raw_topic(app, "in", partitions=1), raw_topic(app, "out", partitions=1)
    crashed = asyncio.Event()

    async def crash(_: BaseException) -> None:
        crashed.set()

    app.crash = crash

    @app.agent(source)
    async def copy(stream):
        async for event in stream.events():
            log = broker_for(url).log
            await log.flush()
            log._patience = 0.0
            log._writer.execute(f"PRAGMA max_page_count = {log._writer.execute('PRAGMA page_count').fetchone()[0]}")
            await sink.send(key=event.key, value=event.value * 1000)  # not awaited

    async with running(app):
        await sink.declare()
        await (await source.send(key=b"k", value=b"x" * 900))
        await until(lambda: broker_for(url).log._failure is not None)
        await asyncio.sleep(0.3)
        broker_for(url).log._failure = None
    async with broker_for(url) as broker:
        assert broker.committed("app") == {}
        assert broker.end_offsets("out") == {0: 0}


async def test_a_second_app_in_another_place_gets_a_clear_error(tmp_path):
    from agents.transport.sqlite_log import SqliteLog

    held = SqliteLog.open(tmp_path / "log.db")
    app = make_app(f"sqlite:///{tmp_path}/log.db", "app")
    with pytest.raises(LogLockedError):
        await app.start()
    await app.stop()
    await held.close()


def test_what_the_transport_cannot_do_is_refused_when_the_app_is_built(url, tmp_path):
    for settings in ({"producer_threaded": True}, {"processing_guarantee": "exactly_once"}):
        app = faust.App("app", broker=url, store="memory://", datadir=tmp_path, autodiscover=False, **settings)
        with pytest.raises(ImproperlyConfigured, match="embedded"):
            _ = app.producer


async def test_a_topic_made_later_is_shared_when_it_appears(url):
    app, seen = make_app(url, "app", topic_allow_declare=False), []
    collecting(app, raw_topic(app, "later", internal=False), seen)
    async with running(app):
        assert app.consumer.assignment() == set()
        broker = broker_for(url)
        broker.create("later", TopicConfig.parse(2, {}))
        await until(lambda: len(app.consumer.assignment()) == 2)
        broker.append(("later", 1), b"k", b"v")
        await until(lambda: len(seen) == 1)


async def test_many_partitions_are_read_in_turn(url):
    """A partition with a backlog does not keep the others waiting."""
    app, seen = make_app(url, "app", broker_max_poll_records=100, stream_buffer_maxsize=64), []
    topic = raw_topic(app, "t", partitions=2)
    collecting(app, topic, seen)
    feeder = make_app(url, "feeder")
    feed = raw_topic(feeder, "t", partitions=2)
    collecting(feeder, feed, [])
    async with running(feeder):
        await asyncio.gather(*[await feed.send(key=b"k", value=b"v", partition=0) for _ in range(3000)])
        await (await feed.send(key=b"k", value=b"w", partition=1))
    async with running(app):
        await until(lambda: len(seen) == 3001)
    place = next(place for place, message in enumerate(seen) if message.partition == 1)
    assert place < 200
