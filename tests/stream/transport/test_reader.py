"""Reading a topic without an app, in this process and from another."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing

import pytest

from agents.transport.broker import broker_for
from agents.transport.log import LogError, TopicConfig, UnknownTopicError
from agents.transport.reader import end_offsets, read_topic
from tests.paths import ROOT


@pytest.fixture(params=["memory", "sqlite"])
async def url(request, tmp_path):
    url = f"memory://{tmp_path.name}" if request.param == "memory" else f"sqlite:///{tmp_path}/log.db"
    broker = broker_for(url).acquire()
    broker.create("t", TopicConfig.parse(2, {}))
    yield url
    await broker.release()


async def take(url, count, **start):
    found = []
    async with asyncio.timeout(10), aclosing(read_topic(url, "t", **start)) as records:
        async for record in records:
            found.append((record.partition, record.offset, record.value))
            if len(found) == count:
                return found
    return found


async def test_reading_begins_where_it_is_told_to(url):
    broker = broker_for(url)
    for number in range(6):
        broker.append(("t", number % 2), b"k", b"%d" % number, timestamp=number)
    everything = [(number % 2, number // 2, b"%d" % number) for number in range(6)]
    assert await take(url, 6, start="beginning") == everything
    assert await take(url, 3, start={0: 1, 1: 2}) == [(0, 1, b"2"), (0, 2, b"4"), (1, 2, b"5")]
    assert end_offsets(url, "t") == {0: 3, 1: 3}
    tail = asyncio.create_task(take(url, 1))
    await asyncio.sleep(0.01)
    broker.append(("t", 1), b"k", b"new")
    assert await tail == [(1, 3, b"new")]


async def test_the_order_of_a_partition_holds_whatever_the_timestamps(url):
    broker = broker_for(url)
    for timestamp in (5, 3, 9, 1):
        broker.append(("t", 0), b"k", b"%d" % timestamp, timestamp=timestamp)
        broker.append(("t", 1), b"k", b"%d" % timestamp, timestamp=timestamp)
    found = await take(url, 8, start="beginning")
    for partition in (0, 1):
        assert [value for number, _, value in found if number == partition] == [b"5", b"3", b"9", b"1"]


async def test_an_unknown_topic_is_an_error(url):
    with pytest.raises(UnknownTopicError):
        end_offsets(url, "u")
    with pytest.raises(UnknownTopicError):
        async for _ in read_topic(url, "u"):
            pass


async def test_a_missing_file_is_an_error_and_is_not_made(tmp_path):
    with pytest.raises(LogError, match="no log"):
        end_offsets(f"sqlite:///{tmp_path}/none.db", "t")
    assert not list(tmp_path.iterdir())


TAIL = """
import asyncio, json, sys
from agents.transport.reader import read_topic, end_offsets
async def main(url):
    print(json.dumps(end_offsets(url, "t")), flush=True)
    async for record in read_topic(url, "t", start="beginning"):
        print(json.dumps([record.partition, record.offset, record.value.decode(), record.headers[0][0]]), flush=True)
asyncio.run(main(sys.argv[1]))
"""


async def test_another_process_follows_a_file_while_it_is_written(tmp_path):
    url = f"sqlite:///{tmp_path}/log.db"
    async with broker_for(url) as broker:
        broker.create("t", TopicConfig.parse(1, {}))
        for number in range(5):
            broker.append(("t", 0), b"k", b"%d" % number, (("h", b""),))
        await broker.log.flush()
        tail = await asyncio.create_subprocess_exec(
            sys.executable, "-c", TAIL, url, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert tail.stdout is not None
        try:
            async with asyncio.timeout(20):
                assert json.loads(await tail.stdout.readline()) == {"0": 5}
                for number in range(5):
                    assert json.loads(await tail.stdout.readline()) == [0, number, str(number), "h"]
                for number in range(5, 8):
                    broker.append(("t", 0), b"k", b"%d" % number, (("h", b""),))
                    assert json.loads(await tail.stdout.readline()) == [0, number, str(number), "h"]
        finally:
            tail.kill()
            await tail.wait()


async def test_reading_a_closed_log_goes_by_the_file(tmp_path):
    url = f"sqlite:///{tmp_path}/log.db"
    async with broker_for(url) as broker:
        broker.create("t", TopicConfig.parse(1, {}))
        broker.append(("t", 0), b"k", b"v")
        reading = asyncio.create_task(take(url, 9, start="beginning"))
        await asyncio.sleep(0.01)
    assert await reading == [(0, 0, b"v")]
    assert not broker.is_open
    assert end_offsets(url, "t") == {0: 1}
    assert await take(url, 1, start="beginning") == [(0, 0, b"v")]
