"""A fixture that gives a test the topics of its own on a broker that all tests share."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from agents.broker import connect
from agents.config import read_settings
from agents.topics import create
from tests.kafka.broker import Cluster

__all__ = ["fresh_topics"]

numbers = itertools.count()
LOOK_AGAIN = 0.05


@pytest.fixture
def fresh_topics(kafka1: Cluster) -> Callable[[str], Awaitable[str]]:
    """Delete all topics, create those of the pipeline; returns an app id that no test has used."""

    async def fresh(name: str) -> str:
        safe = "".join(letter if letter.isalnum() else "-" for letter in name)
        app_id = f"{safe}-{os.getpid()}-{next(numbers)}"
        await _delete_all(kafka1.bootstrap)
        settings = read_settings({}, broker=kafka1.url, app_id=app_id)
        async with connect(settings) as broker:
            await create(broker, settings)
        return app_id

    return fresh


async def _delete_all(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        while names := [name for name in await admin.list_topics() if not name.startswith("__")]:
            await admin.delete_topics(names)
            await asyncio.sleep(LOOK_AGAIN)  # Kafka tells nobody when a topic is gone
    finally:
        await admin.close()
