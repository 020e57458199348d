"""Faust's web server, which shows tables to anyone, is gone; nothing listens unless asked for."""

from __future__ import annotations

import psutil

from tests.stream.harness import fast, running
from tests.stream.test_shell import COUNT, ECHO


def listening() -> set[tuple[str, int]]:
    return {
        (c.laddr.ip, c.laddr.port) for c in psutil.Process().net_connections("inet") if c.status == psutil.CONN_LISTEN
    }


async def test_nothing_listens_unless_asked_for():
    before = listening()
    async with running(fast("memory://web-off", app_id="web-off"), specs=[ECHO, COUNT]):
        assert listening() == before
