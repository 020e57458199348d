"""A subscriber of an embedded broker: what it is given, and where it goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from agents.broker import BrokerError, connect
from agents.client import Subscriber
from agents.delivery import Outbound
from agents.transport.broker import broker_for, forget
from pipeline.subscription.where import WhereError
from tests.paths import ROOT
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.unit.subscription.records import MENTION, event


@pytest.fixture(params=["memory", "sqlite"])
async def settings(request, tmp_path):
    url = "memory://subscriber" if request.param == "memory" else f"sqlite:///{tmp_path}/events.db"
    yield fast(url)
    await broker_for(url).close()
    forget(url)


def events(count: int, **changes):
    return [event(event_id=f"e1_{number}", **changes) for number in range(count)]


async def taken(settings, **how) -> list[str]:
    async with Subscriber(settings, **{"start": "beginning", "follow": False, **how}) as subscriber:
        return [f"{one.event_id}r{one.revision}" async for one in subscriber]


async def test_all_events_from_the_beginning_and_none_from_the_end(settings):
    await publish(settings, events(20))
    assert sorted(await taken(settings)) == sorted(f"e1_{number}r2" for number in range(20))
    assert await taken(settings, start="end") == []


async def test_the_filter_lets_through_what_it_says(settings):
    await publish(settings, [*events(3), event(event_id="e1_aid", event_type="AID", event_mode=None)])
    assert await taken(settings, where="type=AID") == ["e1_aidr2"]
    with pytest.raises(WhereError):
        Subscriber(settings, where="colour=red")


async def test_each_revision_comes_once_and_no_older_one_after_it(settings):
    revisions = [1, 1, 3, 2, 3, 4]
    await publish(settings, [event(revision=number) for number in revisions])
    assert await taken(settings) == ["e1_visitr1", "e1_visitr3", "e1_visitr4"]


async def test_the_end_of_an_event_comes_though_it_meets_the_filter_no_more(settings):
    await publish(settings, [event(), event(revision=3, status="retracted", num_sources=0)])
    assert await taken(settings, where="sources>=2") == ["e1_visitr2", "e1_visitr3"]


async def test_mentions_can_be_subscribed_to(settings):
    await publish(settings, [MENTION, MENTION])
    async with Subscriber(
        settings, topic="news.mentions", start="beginning", follow=False, where="source~dunya"
    ) as them:
        assert [one.mention_id async for one in them] == ["m1_a"]


async def test_records_that_are_none_are_counted_and_passed_over(settings):
    await publish(settings, events(1))
    async with connect(settings) as broker:
        await broker.send([Outbound("news.events", b"k", value, ()) for value in (b"{", b"[]", b"\xff")])
    async with Subscriber(settings, start="beginning", follow=False) as subscriber:
        assert [one.event_id async for one in subscriber] == ["e1_0"]
        assert subscriber.refused == 3


async def test_a_subscriber_that_follows_is_given_what_comes_later(settings):
    await publish(settings, events(1))
    async with Subscriber(settings, start="end") as subscriber, asyncio.timeout(30):
        await publish(settings, [event(event_id="e1_later")])
        assert (await anext(subscriber)).event_id == "e1_later"


async def test_a_group_goes_on_where_it_stopped(settings):
    await publish(settings, events(20))
    async with Subscriber(settings, start="beginning", group="desk") as subscriber:
        first = [(await anext(subscriber)).event_id for _ in range(7)]
    rest = [one.removesuffix("r2") for one in await taken(settings, group="desk")]
    assert sorted(first + rest) == sorted(f"e1_{number}" for number in range(20))
    assert await taken(settings, group="desk") == []
    assert len(await taken(settings, group="other")) == 20


async def test_a_group_that_began_at_the_end_gets_what_came_while_it_was_away(settings):
    await publish(settings, events(3))
    assert await taken(settings, group="desk", start="end") == []
    await publish(settings, [event(event_id="e1_meanwhile")])
    assert await taken(settings, group="desk", start="end") == ["e1_meanwhiler2"]


async def test_an_event_whose_processing_failed_comes_again(settings):
    await publish(settings, events(1))

    async def fail() -> None:
        async with Subscriber(settings, start="beginning", group="desk", follow=False) as subscriber:
            async for _ in subscriber:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await taken(settings, group="desk") == ["e1_0r2"]


async def test_offsets_kept_elsewhere_are_a_starting_point(settings):
    await publish(settings, events(20))
    async with Subscriber(settings, start={}, follow=False) as subscriber:
        first = [(await anext(subscriber)).event_id for _ in range(5)]
        await subscriber.commit()
        offsets = dict(subscriber.positions)
    rest = [one.removesuffix("r2") for one in await taken(settings, start=offsets)]
    assert sorted(first + rest) == sorted(f"e1_{number}" for number in range(20))


async def test_there_is_one_process_for_a_group_on_one_file(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/events.db")
    await publish(settings, events(1))
    async with Subscriber(settings, group="desk"):
        with pytest.raises(BrokerError, match="another subscriber reads as group desk"):
            async with Subscriber(settings, group="desk"):
                pass
    with pytest.raises(BrokerError, match="no name of a group"):
        Subscriber(settings, group="../desk")
    (tmp_path / "events.db.groups" / "desk.json").write_text("[]")
    with pytest.raises(BrokerError, match="holds no offsets"):
        async with Subscriber(settings, group="desk"):
            pass


def test_a_topic_without_events_cannot_be_subscribed_to():
    with pytest.raises(ValueError, match="no events on"):
        Subscriber("memory://x", topic="news.raw")


def tail(tmp_path: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "agents.cli",
        "tail",
        "--broker",
        f"sqlite:///{tmp_path}/events.db",
        "--json",
        *arguments,
    ]


@pytest.mark.e2e
def test_tail_ends_cleanly_when_told_to_and_when_nobody_reads_it(tmp_path):
    asyncio.run(publish(fast(f"sqlite:///{tmp_path}/events.db"), events(30)))
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        group = f"g{number}"
        process = subprocess.Popen(
            tail(tmp_path, "--from", "beginning", "--group", group), stdout=subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(30)]
        process.send_signal(number)
        assert process.wait(30) == code
        assert len({orjson.loads(line)["event_id"] for line in lines}) == 30
        again = subprocess.run(
            tail(tmp_path, "--no-follow", "--group", group), stdout=subprocess.PIPE, cwd=ROOT, check=True
        )
        assert again.stdout == b""
        process.stdout.close()
    reader, writer = os.pipe()
    process = subprocess.Popen(tail(tmp_path), stdout=writer, stderr=subprocess.PIPE, cwd=ROOT)
    os.close(writer)
    os.close(reader)
    assert process.wait(30) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
