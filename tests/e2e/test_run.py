"""`khabar run` polls a feed and its event comes out, read by `khabar tail` from another process."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp import web

from tests.paths import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Daily Example</title><link>http://example.pk/</link><language>ur</language>
<item><guid>1</guid><title>روسی وزیر خارجہ کی وزیراعظم سے ملاقات</title><link>http://example.pk/1</link>
<pubDate>Wed, 07 Apr 2021 10:00:00 +0500</pubDate>
<description>اسلام آباد: روسی وزیر خارجہ سرگئی لاوروف نے بدھ کے روز پاکستان کے وزیراعظم عمران خان سے ملاقات کی۔ دونوں رہنماؤں نے دو طرفہ تعلقات پر تبادلہ خیال کیا۔</description></item>
</channel></rss>"""
CATALOG = """
[poller]
user_agent = "khabar-test/1 (+https://example.org; ops@example.org)"
allow_private = true

[[feed]]
id = "dailyexample"
url = "http://127.0.0.1:{port}/feed.xml"
language = "ur"
country = "PK"
timezone = "Asia/Karachi"
"""


@asynccontextmanager
async def feed_server():
    """Serve the feed on a free port; yields the port and the list of requests."""
    requests: list[str | None] = []

    async def feed(request: web.Request) -> web.Response:
        requests.append(request.headers.get("If-None-Match"))
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        return web.Response(body=FEED.encode(), content_type="application/rss+xml", headers={"ETag": '"v1"'})

    app = web.Application()
    app.router.add_get("/feed.xml", feed)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1], requests
    finally:
        await runner.cleanup()


async def khabar(*arguments: str, env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agents.cli",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def first_line(tail: asyncio.subprocess.Process, running: asyncio.subprocess.Process) -> dict[str, Any]:
    """The first record the subscriber prints; fails with the log when the other process ends before."""
    assert tail.stdout is not None
    assert running.stderr is not None
    line = asyncio.create_task(tail.stdout.readline())
    log = asyncio.create_task(running.stderr.read())
    await asyncio.wait({line, log}, return_when=asyncio.FIRST_COMPLETED)
    if not line.done():
        tail.kill()
        pytest.fail(f"khabar run ended with {await running.wait()}: {log.result().decode()}")
    log.cancel()
    await asyncio.gather(log, return_exceptions=True)
    record: dict[str, Any] = orjson.loads(line.result())
    return record


async def test_an_item_of_a_feed_becomes_an_event_that_another_process_reads(tmp_path):
    broker = f"sqlite:///{tmp_path}/khabar.db"
    env = {"KHABAR_STATE_DIR": str(tmp_path), "KHABAR_COMMIT_INTERVAL": "0.2"}
    async with feed_server() as (port, requests):
        (tmp_path / "feeds.toml").write_text(CATALOG.format(port=port))
        running = await khabar("run", "--feeds", str(tmp_path / "feeds.toml"), "--broker", broker, env=env)
        assert running.stderr is not None
        while b"ready" not in (line := await running.stderr.readline()):
            assert line, "khabar run ended before it was ready"
        tail = await khabar(
            "tail", "--broker", broker, "--from", "beginning", "--json", "--where", "type=CONSULT country=RUS", env=env
        )
        event = await first_line(tail, running)
        tail.terminate()
        running.terminate()
        await asyncio.gather(tail.communicate(), running.communicate())
    assert requests[0] is None
    assert {party["country"] for party in event["actors"] + event["recipients"]} == {"RUS", "PAK"}
    assert event["event_date"]["start"] == "2021-04-07"
    assert running.returncode == 0
