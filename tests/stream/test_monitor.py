"""Health and metrics of a running worker tell the truth: stuck is not alive, not restored is not ready."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp
import psutil
import pytest

from agents import lifecycle
from agents.app import build
from agents.lifecycle import EX_CONFIG, Watchdog, run_until_stopped
from agents.monitor import lag, vitals
from agents.monitor.monitor import Monitor
from agents.transport.tables import EmbeddedTableManager
from pipeline.stage import Emit
from schemas.article import RawArticle
from tests.stream.harness import fast, prepared, running
from tests.stream.test_shell import COUNT, ECHO, Seen, article
from tests.unit.agents.test_endpoint import free_port

numbers = itertools.count()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(lag, "LOOK", 0.05)


@pytest.fixture
def no_watchdog(monkeypatch):
    monkeypatch.setattr(Watchdog, "start", lambda self: None)


def monitored(**overrides: object) -> Any:
    name = f"monitor-{next(numbers)}"
    return fast(f"memory://{name}", app_id=name, metrics_port=free_port(), **overrides)


async def ask(settings: Any, path: str) -> tuple[int, str]:
    """Ask from another thread, as somebody outside does."""
    url = f"http://127.0.0.1:{settings.metrics_port}{path}"

    async def get() -> tuple[int, str]:
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            return answer.status, await answer.text()

    return await asyncio.to_thread(asyncio.run, get())


async def until(settings: Any, path: str, status: int, seconds: float = 20.0) -> str:
    """Ask until the answer has a status."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(aiohttp.ClientConnectorError):
                code, text = await ask(settings, path)
                if code == status:
                    return text
            await asyncio.sleep(0.05)


async def test_a_worker_that_works_is_alive_and_ready():
    settings = monitored()
    async with running(settings, specs=[ECHO, COUNT]) as app:
        await until(settings, "/readyz", 200)
        await app.send("news.raw", article("u"))
        await app.done("news.raw", "news.articles")
        assert await ask(settings, "/livez") == (200, "ok\n")
        assert await ask(settings, "/readyz") == (200, "ok\n")
        text = (await ask(settings, "/metrics"))[1]
        assert 'khabar_records_total{outcome="ok",stage="dedup"} 1.0' in text
        assert "khabar_rebalances_total 1.0" in text
        assert "khabar_recovery_seconds_count 1.0" in text
        assert "khabar_assigned_partitions 12.0" in text
        assert "khabar_broker_reachable 1.0" in text


async def test_nothing_but_the_endpoint_listens_and_it_shows_no_table():
    settings = monitored()
    before = {c.laddr for c in psutil.Process().net_connections("inet") if c.status == psutil.CONN_LISTEN}
    async with running(settings, specs=[ECHO, COUNT]):
        listening = {c.laddr for c in psutil.Process().net_connections("inet") if c.status == psutil.CONN_LISTEN}
        assert listening - before == {("127.0.0.1", settings.metrics_port)}
        assert 6066 not in {address.port for address in listening}
        for path in ("/", "/table/", "/table/dedup/u/", "/router/", "/graph/", "/tables/"):
            assert (await ask(settings, path))[0] == 404, path


async def test_it_is_not_ready_before_the_tables_are_restored(monkeypatch):
    may_restore = asyncio.Event()
    on_start = EmbeddedTableManager.on_start

    async def late(self: EmbeddedTableManager) -> None:
        await may_restore.wait()
        await on_start(self)

    monkeypatch.setattr(EmbeddedTableManager, "on_start", late)
    settings = monitored()
    await prepared(settings, [ECHO, COUNT])
    built, stop = build(settings, specs=[ECHO, COUNT]), asyncio.Event()
    task = asyncio.create_task(run_until_stopped(built, stop=stop))
    text = await until(settings, "/readyz", 503)
    assert "no partitions were handed out yet" in text or "the tables are being restored" in text
    assert (await ask(settings, "/livez"))[0] == 200
    may_restore.set()
    await until(settings, "/readyz", 200)
    stop.set()
    assert await task == 0


def stand_still(raw: RawArticle, _: Mapping[str, Seen]) -> Iterable[object]:
    """Keep the event loop busy, as a regular expression that explodes does."""
    time.sleep(1.5)
    return [Emit(raw.uri, raw)]


async def test_a_stage_that_holds_up_the_event_loop_is_not_alive(monkeypatch):
    monkeypatch.setattr(vitals, "STILL", 0.4)
    settings = monitored()
    async with running(settings, specs=[replace(ECHO, make=lambda: stand_still)]) as app:
        await until(settings, "/readyz", 200)
        asking = asyncio.create_task(asyncio.to_thread(_worst, settings))
        await app.send("news.raw", article("u"))
        await app.done("news.raw")
        status, text = await asking
        assert status == 503
        assert "the event loop stands still" in text
        await until(settings, "/livez", 200)
        lags = app.built.metrics.registry
        assert (
            lags.get_sample_value("khabar_event_loop_lag_seconds_count")
            - lags.get_sample_value("khabar_event_loop_lag_seconds_bucket", {"le": "1.0"})
            == 1
        )


def _worst(settings: Any) -> tuple[int, str]:
    """Ask until the answer is bad, or for ten seconds."""
    answer = (0, "")
    end = time.monotonic() + 10
    while answer[0] != 503 and time.monotonic() < end:
        answer = asyncio.run(ask(settings, "/livez"))
    return answer


@pytest.mark.usefixtures("no_watchdog")
async def test_a_stage_whose_records_are_never_confirmed_is_not_alive():
    settings = monitored(stall=0.5)
    async with running(settings, specs=[ECHO]) as app:
        await until(settings, "/readyz", 200)
        confirmation: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def produce(_: object) -> asyncio.Future[None]:
            return confirmation

        app.built.shells["language"].window._produce = produce
        await app.send("news.raw", article("u"))
        text = await until(settings, "/livez", 503)
        assert "stage language makes no progress" in text
        assert (await ask(settings, "/readyz"))[0] == 503
        confirmation.set_result(None)
        await until(settings, "/livez", 200)


@pytest.mark.usefixtures("no_watchdog")
async def test_a_worker_that_takes_nothing_though_records_wait_is_not_alive_and_its_lag_grows():
    settings = monitored(stall=0.5)
    async with running(settings, specs=[ECHO]) as app:
        await until(settings, "/readyz", 200)
        consumer = app.built.app.consumer
        consumer.pause_partitions(consumer.assignment())
        await app.send("news.raw", article("u"))
        assert "stage language makes no progress" in await until(settings, "/livez", 503)
        text = (await ask(settings, "/metrics"))[1]
        assert 'khabar_consumer_lag_records{stage="language"} 1.0' in text
        assert float(_sample(text, 'khabar_consumer_lag_seconds{stage="language"}')) > 0.4
        consumer.resume_partitions(consumer.assignment())
        await app.done("news.raw")
        await until(settings, "/livez", 200)


async def test_the_watchdog_ends_a_worker_that_takes_nothing_though_records_wait(monkeypatch):
    codes: list[int] = []
    ended = threading.Event()
    monkeypatch.setattr(lifecycle, "BEAT", 0.1)
    monkeypatch.setattr(lifecycle.os, "_exit", lambda code: (codes.append(code), ended.set()))
    settings = monitored(stall=0.5)
    async with running(settings, specs=[ECHO]) as app:
        await until(settings, "/readyz", 200)
        consumer = app.built.app.consumer
        consumer.pause_partitions(consumer.assignment())
        await app.send("news.raw", article("u"))
        assert await asyncio.to_thread(ended.wait, 20)
        consumer.resume_partitions(consumer.assignment())
        await app.done("news.raw")
    assert set(codes) == {75}


def _sample(text: str, name: str) -> str:
    return next(line.removeprefix(name) for line in text.splitlines() if line.startswith(name))


async def test_stages_that_run_elsewhere_have_their_lag_told_too():
    settings = monitored()
    async with running(settings, specs=[ECHO]) as app:
        for number in range(3):
            await app.send("news.raw", article(f"u{number}"))
        await app.done("news.raw")
        await until(settings, "/livez", 200)
        await until(settings, "/readyz", 200)
        lags: dict[str, str] = {}
        async with asyncio.timeout(20):
            while lags != {"language": " 0.0", "dedup": " 3.0"}:
                _, text = await ask(settings, "/metrics")
                lags = {
                    stage: _sample(text, f'khabar_consumer_lag_records{{stage="{stage}"}}')
                    for stage in ("language", "dedup")
                }


async def test_a_second_worker_takes_partitions_over_and_both_say_so():
    settings = monitored()
    async with running(settings, specs=[ECHO, COUNT]):
        await until(settings, "/readyz", 200)
        other = replace(settings, metrics_port=free_port())
        async with running(other, specs=[ECHO, COUNT]):
            shares = []
            for one in (settings, other):
                await until(one, "/readyz", 200)
                shares.append(float(_sample((await ask(one, "/metrics"))[1], "khabar_assigned_partitions")))
            assert sum(shares) == 12
            assert min(shares) > 0
            assert float(_sample((await ask(settings, "/metrics"))[1], "khabar_rebalances_total")) == 2
        await until(settings, "/readyz", 200)


async def test_a_taken_port_ends_the_worker_with_the_exit_code_of_a_wrong_configuration(caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = fast("memory://taken", app_id="taken", metrics_port=taken.getsockname()[1])
        await prepared(settings, [ECHO])
        assert await run_until_stopped(build(settings, specs=[ECHO]), stop=asyncio.Event()) == EX_CONFIG
    assert any("metrics_port" in str(getattr(record, "why", "")) for record in caplog.records)


async def test_a_process_that_only_sends_is_ready_once_the_broker_answers():
    settings = monitored()
    await prepared(settings)
    built = build(settings, names=())
    built.app.loop = asyncio.get_running_loop()
    watching = Monitor(built)
    await watching.start()
    assert (await ask(settings, "/livez"))[0] == 200
    await until(settings, "/readyz", 200)
    built.deliveries.failing = True
    assert await ask(settings, "/readyz") == (503, "the broker did not take the latest record\n")
    await watching.stop()
