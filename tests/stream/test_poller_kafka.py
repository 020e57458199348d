"""`khabar poll` and a real Kafka."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from agents.broker import Received, Start, connect
from agents.config import Settings, read_settings
from schemas import codec
from schemas.article import RawArticle
from tests.kafka.broker import Cluster
from tests.stream.feed_server import FeedServer, answer, rss


async def test_articles_are_on_kafka_when_the_command_ends(
    kafka1: Cluster, fresh_topics: Callable[[str], Awaitable[str]], tmp_path: Path
) -> None:
    settings = read_settings({}, broker=kafka1.url, app_id=await fresh_topics("poll"))
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, rss(("a", "A"), ("b", "B")), ETag='"1"'), answer(304)]
        file = tmp_path / "catalog.toml"
        file.write_text(
            f'[poller]\nuser_agent = "khabar-test"\nallow_private = true\nparsers = 1\n'
            f'[[feed]]\nid = "{tmp_path.name[:60]}"\nurl = "{server.url()}"\n',
            encoding="utf-8",
        )
        for _ in range(2):
            assert await poll(file, kafka1.url, tmp_path / "feeds.db") == 0
        # A new host: no state but what is on the topic.
        assert await poll(file, kafka1.url, tmp_path / "new.db", "--restore") == 0
        assert [request.headers.get("if-none-match") for request in server.asked()] == [None, '"1"', '"1"']
        url = server.url()
    articles = [codec.decode(RawArticle, record.value) for record in await records(settings, "news.raw")]
    ours = [article for article in articles if article.feed and article.feed.url == url]
    assert sorted((article.headline, article.version) for article in ours) == [("A", 1), ("B", 1)]
    assert [record.key for record in await records(settings, "news.feeds")].count(url.encode()) == 3


async def test_a_kafka_that_is_away_is_told_and_nothing_is_remembered(tmp_path: Path) -> None:
    async with FeedServer() as server:
        away = server.port
    file = tmp_path / "catalog.toml"
    file.write_text(
        '[poller]\nuser_agent = "khabar-test"\n[[feed]]\nid = "a"\nurl = "https://example.org/"\n', encoding="utf-8"
    )
    assert await poll(file, f"kafka://127.0.0.1:{away}", tmp_path / "feeds.db") == 75
    assert not (tmp_path / "feeds.db").exists()


async def poll(file: Path, broker: str, state: Path, *more: str) -> int:
    """Run `khabar poll --once`; returns its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "poll", "--feeds", str(file), "--broker", broker, "--once", "--state", str(state), *more,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait()


async def records(settings: Settings, topic: str) -> list[Received]:
    """Read a topic from its beginning to its end."""
    async with connect(settings) as broker:
        return [record async for record in broker.records(topic, Start("beginning"), follow=False)]
