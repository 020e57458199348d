"""The shell on a real Kafka: poison, state over restarts, and two workers that share the partitions."""

from __future__ import annotations

import pytest

from schemas.article import RawArticle
from schemas.codec import decode
from schemas.deadletter import from_message
from tests.stream.harness import fast, prepared, read, running
from tests.stream.test_shell import COUNT, ECHO, POISON, article

pytestmark = pytest.mark.kafka


async def settings_for(kafka1, fresh_topics, name: str):
    settings = fast(kafka1.url, app_id=await fresh_topics(name), session_timeout=6.0, heartbeat_interval=1.0)
    await prepared(settings, [ECHO, COUNT])
    return settings


async def test_poison_lands_once_in_the_dead_letters_with_its_bytes_and_the_stream_goes_on(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "poison")
    async with running(settings, specs=[ECHO]) as app:
        await app.send("news.raw", article("before"))
        for name, value in POISON.items():
            await app.send("news.raw", value, key=name.encode())
        await app.send("news.raw", article("after"))
        await app.done("news.raw")
    assert app.code == 0
    dead = [from_message(r.key, r.value, r.headers) for r in await read(settings, "news.dead")]
    assert sorted((letter.key, letter.value) for letter in dead) == sorted((n.encode(), v) for n, v in POISON.items())
    assert {(r.key or b"").decode() for r in await read(settings, "news.articles")} == {"before", "after"}


async def test_state_is_read_back_by_the_next_worker(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "state")
    for versions in ((1, 2), (2, 3)):
        async with running(settings, specs=[ECHO, COUNT]) as app:
            for version in versions:
                await app.send("news.raw", article("u", version=version))
            await app.done("news.raw", "news.articles")
    counted = [decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique")]
    assert counted == [1, 2, 2, 3]


async def test_records_keep_their_order_per_key(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "order")
    async with running(settings, specs=[ECHO, COUNT]) as app:
        for version in range(1, 200):
            await app.send("news.raw", article("u", version=version))
        await app.done("news.raw", "news.articles")
    counted = [decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique")]
    assert counted == list(range(1, 200))
