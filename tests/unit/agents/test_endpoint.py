"""The web server of a worker: three routes, from a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass, field

import aiohttp
import pytest

from agents.metrics import Metrics
from agents.monitor.endpoint import Endpoint, EndpointError


@dataclass
class Told:
    """Vitals as a test tells them."""

    alive: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)

    def not_alive(self, now: float) -> list[str]:
        return self.alive

    def not_ready(self, now: float) -> list[str]:
        return self.ready


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def url(told):
    port = free_port()
    endpoint = Endpoint("127.0.0.1", port, Metrics(), told)
    endpoint.start()
    yield f"http://127.0.0.1:{port}"
    endpoint.stop()


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return answer.status, await answer.text()


async def test_metrics_are_in_the_text_format_of_prometheus(url):
    async with aiohttp.ClientSession() as client, client.get(f"{url}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "# TYPE khabar_records_total counter" in await answer.text()


async def test_health_is_200_or_503_with_the_reasons(url, told):
    assert await get(f"{url}/livez") == (200, "ok\n")
    told.alive, told.ready = ["the event loop stands still for 7 s"], ["tables are being recovered", "no broker"]
    assert await get(f"{url}/livez") == (503, "the event loop stands still for 7 s\n")
    assert await get(f"{url}/readyz") == (503, "tables are being recovered\nno broker\n")


@pytest.mark.parametrize(
    "path", ["/", "/table/", "/table/dedup/x/", "/router/", "/graph/", "/metrics/", "/../etc/passwd"]
)
async def test_nothing_else_is_served(url, path):
    assert (await get(f"{url}{path}"))[0] == 404


async def test_it_answers_while_the_event_loop_of_the_work_stands_still(url, told):
    told.alive = ["stuck"]
    asking = asyncio.create_task(asyncio.to_thread(_ask, f"{url}/livez"))
    await asyncio.sleep(0)
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is to stand still
    assert await asking == 503


def _ask(url: str) -> int:
    return asyncio.run(get(url))[0]


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        endpoint = Endpoint("127.0.0.1", port, Metrics(), Told())
        with pytest.raises(EndpointError, match=f"metrics_port = {port}"):
            endpoint.start()
        endpoint.stop()
