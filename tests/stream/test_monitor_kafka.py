"""Health on a real Kafka: a broker that is away makes a worker unready and not dead; traces pass the broker."""

from __future__ import annotations

import pytest

from agents.monitor import lag
from schemas.article import RawArticle
from schemas.codec import encode
from schemas.headers import headers_for
from schemas.trace import Trace
from tests.stream.harness import fast, prepared, read, running
from tests.stream.test_monitor import ask, until
from tests.stream.test_shell import COUNT, ECHO
from tests.unit.agents.test_endpoint import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def test_a_broker_that_goes_away_makes_a_worker_unready_and_not_dead(kafka1, fresh_topics, monkeypatch):
    for name, seconds in (("LOOK", 0.2), ("PATIENCE", 2.0), ("AWAY", 3.0)):
        monkeypatch.setattr(lag, name, seconds)
    settings = fast(
        kafka1.url,
        app_id=await fresh_topics("monitor"),
        session_timeout=6.0,
        heartbeat_interval=1.0,
        metrics_port=free_port(),
        stall=60.0,
    )
    await prepared(settings, [ECHO, COUNT])
    raw = RawArticle(uri="u")
    async with running(settings, specs=[ECHO, COUNT]) as app:
        await until(settings, "/readyz", 200, 60)
        await app.send("news.raw", encode(raw), headers=headers_for(raw))
        await app.done("news.raw", "news.articles")
        text = (await ask(settings, "/metrics"))[1]
        assert 'khabar_records_total{outcome="ok",stage="dedup"} 1.0' in text
        assert "khabar_assigned_partitions 12.0" in text
        assert "khabar_broker_reachable 1.0" in text
        kafka1.kill()
        try:
            assert "the broker does not answer" in await until(settings, "/readyz", 503, 60)
            assert (await ask(settings, "/livez"))[0] == 200
            assert "khabar_broker_reachable 0.0" in (await ask(settings, "/metrics"))[1]
        finally:
            kafka1.start()
            kafka1.wait_until_ready()
        await until(settings, "/readyz", 200, 60)
        await app.send("news.raw", encode(raw))
        await app.done("news.raw", "news.articles")
        await until(settings, "/livez", 200)
    assert app.code == 0
    first, _ = await read(settings, "news.unique")
    trace = Trace.of(first.headers)
    assert trace is not None
    assert trace == Trace.origin("u#1").child("language").child("dedup")
