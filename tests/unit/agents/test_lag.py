"""The lag as the broker tells it: records, and for how long they wait."""

from __future__ import annotations

import asyncio
import time
from math import isnan

import pytest
from aiokafka.errors import GroupAuthorizationFailedError

from agents.config import read_settings
from agents.metrics import Metrics
from agents.monitor import lag as module
from agents.monitor.lag import AWAY, MOST_LOOKS, Lag


class FakeBroker:
    """Offsets as a test sets them, for one partition of news.raw."""

    def __init__(self) -> None:
        self.first, self.end, self.done = 0, 0, 0

    async def committed(self, group: str, topics: object) -> dict[tuple[str, int], int]:
        assert group == "khabar"
        return {("news.raw", 0): self.done} if self.done else {}

    async def first_offsets(self, topics: object) -> dict[tuple[str, int], int]:
        return {("news.raw", 0): self.first}

    async def end_offsets(self, topics: object) -> dict[tuple[str, int], int]:
        return {("news.raw", 0): self.end}


class Clock:
    time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def broker():
    return FakeBroker()


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def lag(clock, metrics):
    return Lag(read_settings({}), metrics, clock)


async def test_records_are_counted_from_the_committed_offset(lag, broker, metrics):
    broker.end, broker.done = 10, 4
    await lag.look(broker)
    assert lag.records("language") == 6
    assert metrics.registry.get_sample_value("khabar_consumer_lag_records", {"stage": "language"}) == 6
    assert metrics.registry.get_sample_value("khabar_consumer_lag_records", {"stage": "dedup"}) == 0


async def test_what_was_deleted_before_it_was_read_waits_no_more(lag, broker):
    broker.first, broker.end, broker.done = 10, 10, 4
    await lag.look(broker)
    assert lag.records("language") == 0
    assert lag.seconds("language") == 0.0


async def test_the_age_is_that_of_the_oldest_record_still_waiting(lag, broker, clock):
    for seconds, (end, done, age) in enumerate([(5, 5, 0), (8, 5, 0), (9, 5, 1), (9, 8, 1), (9, 9, 0), (12, 9, 0)]):
        clock.time, broker.end, broker.done = 1000.0 + seconds, end, done
        await lag.look(broker)
        assert lag.seconds("language") == age, seconds
    clock.time += 30
    assert lag.seconds("language") == 30, "it grows between two looks, and while the broker does not answer"


async def test_a_backlog_of_days_keeps_few_looks_and_its_age(lag, broker, clock):
    for number in range(3 * MOST_LOOKS):
        clock.time, broker.end = 1000.0 + number, 10 + number
        await lag.look(broker)
    assert lag.seconds("language") == 3 * MOST_LOOKS - 1
    assert len(lag._ends["news.raw", 0]) <= MOST_LOOKS


def test_what_the_broker_has_not_told_is_no_number(lag, metrics):
    assert isnan(lag.seconds("events"))
    assert isnan(metrics.registry.get_sample_value("khabar_consumer_lag_records", {"stage": "events"}))


async def test_a_broker_that_may_not_be_asked_is_there_and_its_lag_not_known(monkeypatch, metrics):
    refused = asyncio.Event()

    class Closed:
        async def __aenter__(self) -> FakeBroker:
            return Refusing()

        async def __aexit__(self, *exc: object) -> None:
            refused.set()

    class Refusing(FakeBroker):
        async def committed(self, group: str, topics: object) -> dict[tuple[str, int], int]:
            raise GroupAuthorizationFailedError(group)

    monkeypatch.setattr(module, "connect", lambda _: Closed())
    lag = Lag(read_settings({}), metrics)
    watching = asyncio.create_task(lag.watch())
    await asyncio.wait_for(refused.wait(), 10)
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert lag.is_reachable(time.monotonic())
    assert isnan(lag.records("language"))


async def test_a_broker_that_does_not_answer_is_away_and_comes_back(lag, broker, clock, metrics):
    assert not lag.is_reachable(clock())
    await lag.look(broker)
    assert lag.is_reachable(clock())
    clock.time += AWAY
    assert not lag.is_reachable(clock())
    assert metrics.registry.get_sample_value("khabar_broker_reachable") == 0
    clock.time += 100
    await lag.look(broker)
    assert lag.back_since == clock()


async def test_looking_goes_on_after_a_failure(monkeypatch, clock, metrics):
    tries, asked = iter(range(100)), asyncio.Event()

    class Told(FakeBroker):
        async def end_offsets(self, topics: object) -> dict[tuple[str, int], int]:
            asked.set()
            return {}

    class Flaky:
        async def __aenter__(self) -> FakeBroker:
            if next(tries) < 2:
                raise ConnectionError("nobody there")
            return Told()

        async def __aexit__(self, *exc: object) -> None:
            return None

    monkeypatch.setattr(module, "LOOK", 0.0)
    monkeypatch.setattr(module, "connect", lambda _: Flaky())
    lag = Lag(read_settings({}), metrics, clock)
    watching = asyncio.create_task(lag.watch())
    await asyncio.wait_for(asked.wait(), 10)
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert lag.is_reachable(clock())
