"""Faust's web server: off unless asked for, and then on 127.0.0.1 without tables or routes of partitions."""

from __future__ import annotations

import socket

import aiohttp
import psutil

from tests.stream.harness import fast, running
from tests.stream.test_shell import COUNT, ECHO


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening() -> set[tuple[str, int]]:
    return {
        (c.laddr.ip, c.laddr.port) for c in psutil.Process().net_connections("inet") if c.status == psutil.CONN_LISTEN
    }


async def test_nothing_listens_unless_asked_for():
    before = listening()
    async with running(fast("memory://web-off", app_id="web-off"), specs=[ECHO, COUNT]):
        assert listening() == before


async def test_the_status_page_is_local_and_shows_no_table():
    port = free_port()
    before = listening()
    async with running(fast("memory://web-on", app_id="web-on", web_port=port), specs=[ECHO, COUNT]):
        assert listening() - before == {("127.0.0.1", port)}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/")).status == 200
            for path in ("/table/", "/table/dedup/x/", "/router/", "/router/dedup/x/", "/graph/"):
                assert (await client.get(path)).status == 404, path
