"""`khabar web` and `khabar tail`, as they are started, on a real Kafka: what was there, and what comes."""

from __future__ import annotations

import asyncio
import os
import re
import sys

import aiohttp
import orjson
import pytest

from tests.browser.records import event, told
from tests.paths import ROOT
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.unit.web.test_server import messages

pytestmark = [pytest.mark.e2e]

ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+/")


async def khabar(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agents.cli", *arguments), cwd=ROOT, env=dict(os.environ), stdout=pipe, stderr=pipe
    )


async def address_of(web: asyncio.subprocess.Process) -> str:
    """The address that the page logs once it is served."""
    assert web.stderr is not None
    while (found := ADDRESS.search(line := await web.stderr.readline())) is None:
        assert line, "khabar web ended before it was served"
    return found[0].decode()


async def test_page_and_subscriber_have_what_was_there_and_what_comes(kafka1, fresh_topics):
    settings = fast(kafka1.url, app_id=await fresh_topics("web"))
    mentions = {1: told(1, "ur"), 2: told(2, "hi")}
    await publish(settings, [mentions[1], event(1, [mentions[1]])])
    tail = await khabar("tail", "--broker", kafka1.url, "--from", "beginning", "--count", "2", "--json")
    web = await khabar("web", "--broker", kafka1.url, "--port", "0")
    async with aiohttp.ClientSession(await address_of(web)) as client:
        stream = await client.get("/api/stream")
        # A reset, a pulse, and then the events: of the last days, and as they come.
        while "e1" not in (first := (await messages(stream, 1))[0])["data"]:
            assert first["event"] in {"reset", "pulse", "events"}
        await publish(settings, [mentions[2], event(2, [mentions[2]])])
        while (second := (await messages(stream, 1))[0])["event"] != "events":
            pass
        assert [one["event"]["event_id"] for one in orjson.loads(second["data"])] == ["e2"]
        # The mention is on a topic of its own, and may come later.
        while not (opened := await (await client.get("/api/events/e2")).json())["mentions"]:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.05)
        stream.close()
    assert opened["event"]["languages"] == ["hi"]
    assert [one["mention"]["language"] for one in opened["mentions"]] == ["hi"]
    told_too = {orjson.loads(line)["event_id"] for line in (await tail.communicate())[0].splitlines()}
    assert (told_too, tail.returncode) == ({"e1", "e2"}, 0)
    web.terminate()
    await web.communicate()
    assert web.returncode == 0
