"""A subscriber's group and an export on a real Kafka."""

from __future__ import annotations

import asyncio

from agents.cli import main
from agents.client import Subscriber
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.stream.test_client import events, taken


async def test_a_group_goes_on_where_it_stopped_and_an_export_has_all(kafka1, fresh_topics, tmp_path):
    settings = fast(kafka1.url, app_id=await fresh_topics("subscriber"))
    await publish(settings, events(20))
    async with Subscriber(settings, start="beginning", group="desk") as subscriber:
        first = [(await anext(subscriber)).event_id for _ in range(7)]
    rest = [one.removesuffix("r2") for one in await taken(settings, group="desk", where="country=PAK")]
    assert sorted(first + rest) == sorted(f"e1_{number}" for number in range(20))
    assert await taken(settings, group="desk") == []
    out = tmp_path / "e.jsonl"
    arguments = ["export", "--broker", kafka1.url, "-o", str(out), "--where", "dyad=RUS>PAK"]
    assert await asyncio.to_thread(main, arguments) == 0
    assert len(out.read_bytes().splitlines()) == 20
