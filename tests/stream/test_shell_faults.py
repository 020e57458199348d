"""What the shell does when a stage, a state or a producer misbehaves: no loss, no standstill, no crash by content."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agents import lifecycle, replay
from agents.broker import BrokerError
from agents.cli import main
from agents.config import SettingError, read_settings
from agents.delivery import Outbound, Window
from agents.lifecycle import Watchdog
from pipeline.stage import Emit, Put
from schemas.article import RawArticle
from schemas.codec import decode
from schemas.deadletter import from_message
from tests.stream.harness import fast, read, running
from tests.stream.test_shell import COUNT, ECHO, Seen, article

numbers = itertools.count()


def memory(**overrides: object) -> Any:
    name = f"faults-{next(numbers)}"
    return fast(f"memory://{name}", app_id=name, **overrides)


async def dead_reasons(settings: Any) -> Counter[str]:
    return Counter(from_message(r.key, r.value, r.headers).reason for r in await read(settings, "news.dead"))


def scatter(raw: RawArticle, _: Mapping[str, Seen]) -> Iterable[object]:
    """Send the versions of an article to the partitions of their numbers, as another script of its text does."""
    return [Emit(raw.uri, raw, partition=raw.version % 2)]


SCATTER = replace(ECHO, make=lambda: scatter)


async def test_an_article_has_its_own_state_in_each_partition_also_after_a_restart(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/scatter.db", app_id="scatter")
    for versions in ((2, 4, 1), (6, 3)):
        async with running(settings, specs=[SCATTER, COUNT]) as app:
            for version in versions:
                await app.send("news.raw", article("u", version=version))
                await app.done("news.raw", "news.articles")
    counted = Counter(decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique"))
    # Partition 0 counts versions 2, 4, 6, partition 1 versions 1 and 3.
    assert counted == Counter({1: 2, 2: 2, 3: 1})


def misbehave(raw: RawArticle, _: Mapping[str, Seen]) -> Iterable[object]:
    """Give what can be neither sent nor kept, as the headline says."""
    match raw.headline:
        case "wide":
            return [Emit(raw.uri, RawArticle(uri=raw.uri, version=2**80))]
        case "fat state":
            return [Put(raw.uri, Seen(versions=tuple(range(1_000_000)))), Emit(raw.uri, raw)]
        case "wide state":
            return [Put("first", Seen(versions=(1,))), Put(raw.uri, Seen(versions=(2**80,))), Emit(raw.uri, raw)]
        case _:
            return [Put(raw.uri, Seen(versions=(raw.version,))), Emit(raw.uri, raw)]


MISBEHAVE = replace(COUNT, source="news.raw", sink="news.articles", make=lambda: misbehave)


async def test_what_cannot_be_written_is_a_dead_letter_and_neither_a_crash_nor_a_standstill():
    settings = memory()
    async with running(settings, specs=[MISBEHAVE]) as app:
        for number, headline in enumerate(["a", "wide", "fat state", "wide state", "b"]):
            await app.send("news.raw", article(f"u{number}", headline))
        await asyncio.wait_for(app.done("news.raw"), 20)
        state = app.built.shells["dedup"].state
        assert state is not None
        assert len(state) == 2, "a record that is dead leaves no state"
    assert app.code == 0
    assert await dead_reasons(settings) == Counter(bug=2, too_large=1)
    assert {(r.key or b"").decode() for r in await read(settings, "news.articles")} == {"u0", "u4"}


async def test_a_dead_letter_is_cut_to_the_largest_message_of_the_settings():
    settings = memory(max_message_bytes=300_000)
    async with running(settings, specs=[ECHO]) as app:
        await app.built.send("news.raw", b"k", b"{" * 290_000, ())
        await asyncio.wait_for(app.done("news.raw"), 20)
    assert await dead_reasons(settings) == Counter(decode=1)


async def test_a_tombstone_without_a_key_is_a_dead_letter():
    settings = memory()
    async with running(settings, specs=[ECHO]) as app:
        await (await app.built.produce(Outbound("news.raw", None, None)))
        await app.send("news.raw", article("after"))
        await asyncio.wait_for(app.done("news.raw"), 20)
    assert await dead_reasons(settings) == Counter(decode=1)
    assert len(await read(settings, "news.articles")) == 1


async def test_state_of_partitions_that_went_is_forgotten_by_the_worker_that_had_them():
    settings = memory()
    async with running(settings, specs=[SCATTER, COUNT]) as one:
        for number in range(40):
            await one.send("news.raw", article(f"u{number}", version=number), key=f"{number}".encode())
        await one.done("news.raw", "news.articles")
        state = one.built.shells["dedup"].state
        assert state is not None
        assert len(state) == 40
        async with running(settings, specs=[SCATTER, COUNT]) as two:
            for number in range(40):
                await two.send("news.raw", article(f"u{number}", version=number + 40), key=f"{number}".encode())
            await two.done("news.raw", "news.articles")
            held = [len(app.built.shells["dedup"].state or ()) for app in (one, two)]
            assert sum(held) == 40, f"each entry is with the worker of its partition alone: {held}"
    counted = Counter(decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique"))
    assert counted == Counter({1: 40, 2: 40})


@dataclass
class Stubborn:
    """A producer whose first hand-over never returns, until it is cancelled from within."""

    sent: list[Outbound] = field(default_factory=list)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    refuse: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, out: Outbound) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if out.key == b"stuck":
            self.waiting.set()
            await self.refuse.wait()
            raise asyncio.CancelledError
        self.sent.append(out)
        future.set_result(None)
        return future


async def test_an_input_whose_outputs_were_not_handed_over_is_never_acknowledged():
    producer, acknowledged = Stubborn(), []
    window = Window(producer, size=4)

    async def done(name: str) -> None:
        acknowledged.append(name)

    confirmer = asyncio.create_task(window.confirm_forever())
    await window.put([Outbound("t", b"first", b"")], lambda: done("first"))
    stuck = asyncio.create_task(window.put([Outbound("t", b"stuck", b"")], lambda: done("stuck")))
    await producer.waiting.wait()
    producer.refuse.set()
    await asyncio.gather(stuck, return_exceptions=True)
    for _ in range(20):
        await asyncio.sleep(0)
    confirmer.cancel()
    await asyncio.gather(confirmer, return_exceptions=True)
    assert acknowledged == ["first"]


class Held:
    """An app of one stage whose window holds a record the broker does not confirm."""

    def __init__(self, broker: str) -> None:
        self.settings = fast(broker, stall=120.0, watchdog=60.0)
        self.window = Window(self._produce, size=4)
        self.shells = {"language": self}

    async def _produce(self, _: Outbound) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()


async def nothing() -> None:
    """Do nothing."""


async def held(broker: str) -> tuple[Any, Watchdog, float]:
    app: Any = Held(broker)
    await app.window.put([Outbound("t", b"k", b"v")], nothing)
    return app, Watchdog(app), app.window.last_progress


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def open_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def looked_at_each_second(watchdog: Watchdog, start: float, seconds: int, *, beating: bool = True) -> list[str]:
    found = []
    for second in range(1, seconds):
        if beating:
            watchdog.last_beat = start + second
        found.append(watchdog.look(start + second))
    return [one for one in found if one]


async def test_the_watchdog_ends_a_worker_that_holds_a_record_while_the_broker_is_there(open_port):
    _, watchdog, start = await held(f"kafka://127.0.0.1:{open_port}")
    assert looked_at_each_second(watchdog, start, 120) == []
    assert looked_at_each_second(watchdog, start + 120, 3) == [
        f"a stage holds records without progress for {seconds} s" for seconds in (121, 122)
    ]


async def test_the_watchdog_leaves_a_worker_alone_whose_broker_is_away_and_for_a_while_after(closed_port, monkeypatch):
    _, watchdog, start = await held(f"kafka://127.0.0.1:{closed_port}")
    assert looked_at_each_second(watchdog, start, 1000) == []
    monkeypatch.setattr(lifecycle, "reachable", lambda _: True)
    assert looked_at_each_second(watchdog, start + 999, 120) == []
    assert looked_at_each_second(watchdog, start + 1119, 3)


async def test_the_watchdog_leaves_a_process_alone_that_was_paused_within_its_session(open_port):
    app, watchdog, start = await held(f"kafka://127.0.0.1:{open_port}")
    app.settings = replace(app.settings, session_timeout=4000.0)
    assert watchdog.look(start + 1) is None
    assert watchdog.look(start + 3600) is None
    assert looked_at_each_second(watchdog, start + 3600, 60) == []


async def test_the_watchdog_leaves_a_process_alone_that_was_paused_and_has_no_session(tmp_path):
    _, watchdog, start = await held(f"sqlite:///{tmp_path}/news.db")
    assert watchdog.look(start + 1) is None
    assert watchdog.look(start + 3600) is None


async def test_the_watchdog_ends_a_worker_that_was_paused_longer_than_its_session(open_port):
    """It is out of the group: what it still sends would come behind what its successor has sent."""
    app, watchdog, start = await held(f"kafka://127.0.0.1:{open_port}")
    assert watchdog.look(start + 1) is None
    found = watchdog.look(start + 2 + app.settings.session_timeout)
    assert found is not None
    assert found.startswith("the process was paused for 11 s")


async def test_the_watchdog_ends_a_worker_whose_event_loop_stands_still(open_port):
    _, watchdog, start = await held(f"kafka://127.0.0.1:{open_port}")
    found = looked_at_each_second(watchdog, start, 63, beating=False)
    assert [text.startswith("the event loop stands still") for text in found] == [True] * len(found)
    assert found


async def test_a_long_wait_for_the_broker_is_not_held_against_the_record_that_comes_next():
    deliveries: list[asyncio.Future[None]] = []

    async def produce(_: Outbound) -> asyncio.Future[None]:
        deliveries.append(asyncio.get_running_loop().create_future())
        return deliveries[-1]

    window = Window(produce, size=4)
    confirmer = asyncio.create_task(window.confirm_forever())
    await window.put([Outbound("t", b"state", b"")], nothing)
    await window.put([Outbound("t", b"output", b"")], nothing)
    window.last_progress -= 1000.0
    before = window.last_progress
    deliveries[0].set_result(None)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(window) == 1
    assert window.last_progress - before >= 1000.0
    confirmer.cancel()
    await asyncio.gather(confirmer, return_exceptions=True)


async def test_a_replay_that_is_asked_to_stop_ends_although_not_all_is_processed(monkeypatch):
    settings = memory()
    asked = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        asked.set()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    monkeypatch.setattr(replay, "wait_processed", never)
    with pytest.raises(BrokerError, match="stopped before"):
        await asyncio.wait_for(replay.replay(settings, [], replay.Outcome()), 20)
    assert asked.is_set()


def test_a_password_in_the_address_of_the_broker_is_refused_without_being_shown():
    with pytest.raises(SettingError) as refusal:
        read_settings({}, broker="kafka://user:hunter2@broker:9092")
    assert "hunter2" not in str(refusal.value)


def test_a_message_limit_over_that_of_the_topics_is_refused():
    with pytest.raises(SettingError, match="max_message_bytes"):
        read_settings({}, max_message_bytes=5_000_000)


@pytest.mark.parametrize("command", [["tail"], ["topics", "list"]])
def test_a_wrong_setting_is_said_in_one_line_with_its_exit_code(command, monkeypatch, capsys):
    monkeypatch.setenv("KHABAR_IN_FLIGHT", "many")
    assert main(command) == 78
    assert "KHABAR_IN_FLIGHT" in capsys.readouterr().err
