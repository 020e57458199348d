"""The window of deliveries in flight: order, retries, bounds."""

from __future__ import annotations

import asyncio

import pytest

from agents import delivery
from agents.delivery import Outbound, Window


class FakeProducer:
    """Records what is handed over; deliveries are resolved by hand, or fail as told."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.futures: list[asyncio.Future[None]] = []
        self.refusals = 0
        self.handed_over = asyncio.Event()

    async def __call__(self, out: Outbound) -> asyncio.Future[None]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("no broker")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent.append(out)
        self.futures.append(future)
        self.handed_over.set()
        return future

    async def wait_for(self, count: int) -> None:
        while len(self.sent) < count:
            self.handed_over.clear()
            await self.handed_over.wait()


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch):
    monkeypatch.setattr(delivery, "FIRST_BACKOFF", 0.0)
    monkeypatch.setattr(delivery, "LAST_BACKOFF", 0.0)


@pytest.fixture
async def producer():
    return FakeProducer()


@pytest.fixture
async def window(producer):
    window = Window(producer, size=3)
    task = asyncio.create_task(window.confirm_forever())
    yield window
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def out(name: str) -> Outbound:
    return Outbound("t", name.encode(), b"v")


def marks(done: list[str], name: str):
    async def mark() -> None:
        done.append(name)

    return mark


async def turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_input_is_done_only_when_all_its_outputs_are_delivered(window, producer):
    done: list[str] = []
    await window.put([out("a1"), out("a2")], marks(done, "a"))
    producer.futures[0].set_result(None)
    await turn()
    assert done == []
    producer.futures[1].set_result(None)
    await turn()
    assert done == ["a"]


async def test_inputs_are_done_in_order_even_when_deliveries_are_not(window, producer):
    done: list[str] = []
    await window.put([out("a")], marks(done, "a"))
    await window.put([out("b")], marks(done, "b"))
    producer.futures[1].set_result(None)
    await turn()
    assert done == []
    producer.futures[0].set_result(None)
    await turn()
    assert done == ["a", "b"]


async def test_an_input_without_outputs_is_done_in_its_turn(window, producer):
    done: list[str] = []
    await window.put([out("a")], marks(done, "a"))
    await window.put([], marks(done, "b"))
    await turn()
    assert done == []
    producer.futures[0].set_result(None)
    await turn()
    assert done == ["a", "b"]


async def test_a_failed_delivery_sends_it_and_all_behind_it_again_in_order(window, producer):
    done: list[str] = []
    await window.put([out("a")], marks(done, "a"))
    await window.put([out("b")], marks(done, "b"))
    producer.futures[1].set_result(None)
    producer.futures[0].set_exception(ConnectionError("lost"))
    await producer.wait_for(4)
    assert [o.key for o in producer.sent] == [b"a", b"b", b"a", b"b"]
    assert done == []
    assert window.retries == 1
    producer.futures[2].set_result(None)
    producer.futures[3].set_result(None)
    await turn()
    assert done == ["a", "b"]


async def test_a_producer_that_refuses_is_asked_until_it_takes_the_record(window, producer):
    producer.refusals = 7
    done: list[str] = []
    await window.put([out("a")], marks(done, "a"))
    producer.futures[0].set_result(None)
    await turn()
    assert done == ["a"]
    assert window.retries == 7


async def test_no_more_inputs_are_in_flight_than_the_window_holds(window, producer):
    done: list[str] = []
    for name in "abc":
        await window.put([out(name)], marks(done, name))
    blocked = asyncio.create_task(window.put([out("d")], marks(done, "d")))
    await turn()
    assert not blocked.done()
    assert len(producer.sent) == 3
    producer.futures[0].set_result(None)
    await blocked
    assert len(producer.sent) == 4


def test_the_size_of_a_record_counts_key_value_and_headers():
    small = Outbound("t", b"k", b"v")
    large = Outbound("t", b"k" * 10, b"v" * 100, (("name", b"x" * 50),))
    assert large.size - small.size == 9 + 99 + 4 + 50 + 8
