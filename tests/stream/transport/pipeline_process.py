"""Two stages and a table as a program, so that a test can kill it: URL, group, and what to do."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from agents.transport.broker import broker_for
from tests.stream.transport.apps import make_app, raw_topic, running

GROUP = "pipeline"


def build(url: str, **settings: Any) -> tuple[Any, Any, Any]:
    """Make the app: `in` is copied to `out`, and the table keeps the last record of `out` by its first word."""
    app = make_app(url, GROUP, **settings)
    source, sink = raw_topic(app, "in"), raw_topic(app, "out")
    table = app.Table("last", default=str)

    @app.agent(source)
    async def copy(stream: Any) -> None:
        async for event in stream.events():
            await sink.send(key=event.key, value=event.value)

    @app.agent(sink)
    async def keep(stream: Any) -> None:
        async for event in stream.events():
            table[event.value.split()[0].decode()] = event.value.decode()

    return app, source, table


def say(result: dict[str, Any]) -> None:
    """Write a line of JSON at once."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


async def feed(url: str, first: int, last: int) -> None:
    """Send numbers and say after each hundred that they are durable."""
    app, source, _ = build(url)
    async with running(app):
        for start in range(first, last, 100):
            numbers = range(start, min(start + 100, last))
            await asyncio.gather(*[await source.send(key=b"k%d" % n, value=b"%d" % n) for n in numbers])
            say({"durable": numbers[-1] + 1})
        await broker_for(url).wait_processed(GROUP, ["in", "out"], 60)


async def resume(url: str) -> None:
    """Process what is left, and say what the table holds."""
    app, _, table = build(url)
    async with running(app):
        recovered = len(table)
        await broker_for(url).wait_processed(GROUP, ["in", "out"], 60)
        say({"recovered": recovered, "values": sorted(int(value) for value in table)})


if __name__ == "__main__":
    if sys.argv[2] == "feed":
        asyncio.run(feed(sys.argv[1], int(sys.argv[3]), int(sys.argv[4])))
    else:
        asyncio.run(resume(sys.argv[1]))
