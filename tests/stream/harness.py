"""Run an app inside a test: start it, use it, stop it, and read what is on its topics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agents.app import Built, build, changelog_topics
from agents.broker import Received, Start, connect
from agents.config import Settings, read_settings
from agents.lifecycle import run_until_stopped
from agents.quiescence import behind
from pipeline.topology import StageSpec
from schemas.topics import topics


def fast(broker: str, **overrides: object) -> Settings:
    """Settings of a test: quick commits, nothing waited for."""
    return read_settings({}, broker=broker, linger=0.0, commit_interval=0.05, **overrides)


# Longer than a session of a killed worker, which Kafka waits for, and then some for a busy machine.
SECONDS = 90


class Running:
    """An app that runs; `code` is its exit code once the context is left."""

    def __init__(self, built: Built, settings: Settings) -> None:
        self.built = built
        self.settings = settings
        self.stop = asyncio.Event()
        self.code: int | None = None

    async def send(
        self, topic: str, value: bytes, key: bytes = b"k", headers: tuple[tuple[str, bytes], ...] = ()
    ) -> None:
        await self.built.send(topic, key, value, headers)

    async def done(self, *topics: str) -> None:
        """Wait until everything on these topics is acknowledged."""
        deadline = asyncio.get_running_loop().time() + SECONDS
        async with connect(self.settings) as broker:
            while True:
                ends, committed = await broker.end_offsets(topics), await broker.committed(self.settings.app_id, topics)
                if not behind(ends, committed):
                    return
                if asyncio.get_running_loop().time() > deadline:
                    lag = {
                        place: (committed.get(place), end)
                        for place, end in ends.items()
                        if end > committed.get(place, 0)
                    }
                    flight = {name: len(shell.window or ()) for name, shell in self.built.shells.items()}
                    raise TimeoutError(f"committed and end where they differ: {lag}; in flight: {flight}")
                if self.built.app.crash_reason is not None:
                    raise self.built.app.crash_reason
                await broker.changed(0.05)


async def prepared(settings: Settings, specs: Sequence[StageSpec[Any, Any, Any]] | None = None) -> None:
    """Create the topics and the changelogs."""
    async with connect(settings) as broker:
        await broker.create_topics(topics().values(), changelog_topics(settings, specs))


@asynccontextmanager
async def running(settings: Settings, **how: object) -> AsyncIterator[Running]:
    """Create the topics, start an app of these settings, stop it at the end."""
    await prepared(settings, how.get("specs"))  # type: ignore[arg-type]  # passed on to build as it is
    built = build(settings, **how)
    app = Running(built, settings)
    started = asyncio.Event()

    async def ready() -> None:
        started.set()

    task = asyncio.create_task(run_until_stopped(built, stop=app.stop, ready=ready))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        yield app
    finally:
        app.stop.set()
        app.code = await task


async def read(settings: Settings, topic: str) -> list[Received]:
    """Everything on a topic, partition by partition."""
    async with connect(settings) as broker:
        return [received async for received in broker.records(topic, Start("beginning"), follow=False)]
