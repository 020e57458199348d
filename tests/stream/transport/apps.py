"""Small Faust apps for tests of a transport, and how to run them."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import faust
import mode
from faust.transport.drivers import TRANSPORTS

from agents.transport.tables import EmbeddedTableManager, TableManager

TRANSPORTS.aliases["kafka"] = "agents.transport.kafka:Transport"


def make_app(url: str, name: str, **settings: Any) -> faust.App:
    """Build a fresh app; starting one twice is unreliable in Faust."""
    # A topic just made may be missing in the first view of the brokers: look again soon, not in five minutes.
    kafka = url.startswith("kafka:")
    manager = TableManager if kafka else EmbeddedTableManager
    fitting = {"TableManager": manager, **({"consumer_metadata_max_age_ms": 1000} if kafka else {})}
    return faust.App(
        name,
        **{
            "broker": url,
            "store": "memory://",
            # Faust makes this folder even where it keeps nothing; its default is the working directory.
            "datadir": tempfile.gettempdir(),
            "autodiscover": False,
            "web_enabled": False,
            "topic_partitions": 4,
            "topic_disable_leader": True,
            "topic_replication_factor": 1,
            "broker_commit_interval": 0.1,
            "broker_session_timeout": 10.0,
            "broker_heartbeat_interval": 1.0,
            "agent_supervisor": mode.CrashingSupervisor,
            **fitting,
            **settings,
        },
    )


def raw_topic(app: faust.App, name: str, **options: Any) -> Any:
    """Declare a topic of bytes when the app starts."""
    return app.topic(
        name,
        **{
            "key_type": bytes,
            "value_type": bytes,
            "key_serializer": "raw",
            "value_serializer": "raw",
            "internal": True,
            **options,
        },
    )


def collecting(app: faust.App, topic: Any, into: list[Any]) -> Any:
    """Attach an agent that keeps every message it gets."""

    async def collect(stream: Any) -> None:
        async for event in stream.events():
            into.append(event.message)  # noqa: PERF401 - it is looked at meanwhile

    return app.agent(topic, name=f"collect-{topic.get_topic_name()}")(collect)


@contextlib.asynccontextmanager
async def running(*apps: faust.App) -> AsyncIterator[None]:
    """Run the apps, from when their tables are recovered."""
    try:
        for app in apps:
            await start(app)
        yield
    finally:
        for app in apps:
            await app.stop()


async def start(app: faust.App) -> None:
    """Start an app and wait until its tables are recovered."""
    await app.start()
    await asyncio.wait_for(app.tables.recovery.completed.wait(), 60)


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition that nothing notifies of."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a transport under test is not trusted to notify
            await asyncio.sleep(0.005)


async def send_all(topic: Any, pairs: list[tuple[bytes, bytes]]) -> None:
    """Send and wait until everything is delivered."""
    await asyncio.gather(*[await topic.send(key=key, value=value) for key, value in pairs])
