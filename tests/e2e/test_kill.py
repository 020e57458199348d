"""kill -9 of a worker between its steps: nothing is lost, and no article becomes the duplicate of itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from agents.app import build
from agents.config import Settings
from agents.replay import send
from pipeline.driver import Driver
from pipeline.source import read_seeds
from schemas.article import JudgedArticle, RawArticle, Verdict
from schemas.codec import decode, encode
from schemas.event import Event, Mention
from tests.paths import ROOT, SEEDS
from tests.stream.harness import fast, prepared, read, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

KILLS = [
    "after_state/language:2",
    "after_produce/language:2",
    "before_ack/language:3",
    "after_state/dedup:2",
    "after_produce/dedup:3",
    "before_ack/dedup:1",
    "after_produce/events:2",
    "before_ack/events:4",
    "after_state/linking:1",
    "after_produce/linking:5",
    "before_ack/linking:9",
]
STAGE_TOPICS = ("news.raw", "news.articles", "news.unique", "news.mentions")


@dataclass(frozen=True)
class Result:
    """What must not depend on faults: verdicts by article, mentions and the final view of the events, as bytes."""

    verdicts: dict[tuple[str, int], Verdict]
    mentions: dict[str, bytes]
    events: dict[str, bytes]
    dead: int


def articles() -> list[RawArticle]:
    """The seeds, and one of them again from another site: a true duplicate beside the possible false ones."""
    seeds = list(read_seeds(SEEDS))
    again = RawArticle(
        uri="again", url="https://other.example/1", body_text=seeds[1].body_text, contentcreated="2021-09-14T12:00:00Z"
    )
    return [*seeds, again]


def expected() -> Result:
    driver = Driver()
    outcomes = [driver.feed(raw) for raw in articles()]
    judged = [record for outcome in outcomes for record in outcome.records("dedup")]
    mentions = [record for outcome in outcomes for record in outcome.records("events")]
    return Result(
        {(j.article.uri, j.article.version): j.verdict for j in judged},
        {m.mention_id: encode(m) for m in mentions},
        {key: encode(event) for key, event in driver.events().items()},
        0,
    )


async def found(settings: Settings) -> Result:
    """Read the topics; records of one id must be the same bytes however often they came."""
    verdicts: dict[tuple[str, int], Verdict] = {}
    for received in await read(settings, "news.unique"):
        judged = decode(JudgedArticle, received.value or b"")
        key = (judged.article.uri, judged.article.version)
        assert verdicts.setdefault(key, judged.verdict) == judged.verdict, (
            f"{key} was judged differently when it came again"
        )
    mentions: dict[str, bytes] = {}
    for received in await read(settings, "news.mentions"):
        value = received.value or b""
        assert mentions.setdefault(decode(Mention, value).mention_id, value) == value
    events = {decode(Event, r.value or b"").event_id: r.value or b"" for r in await read(settings, "news.events")}
    return Result(verdicts, mentions, events, len(await read(settings, "news.dead")))


async def run_with_kill(settings: Settings, kill: str) -> None:
    """Send the articles, let a worker process die at the failpoint, let a second worker finish."""
    await prepared(settings)
    built = build(settings, names=())
    await send(built, articles())
    await built.close_producer()
    worker = subprocess.run(  # noqa: ASYNC221 - the test has nothing else to do
        [sys.executable, "-m", "agents.cli", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "KHABAR_BROKER": settings.broker,
            "KHABAR_APP_ID": settings.app_id,
            "KHABAR_COMMIT_INTERVAL": "0.1",
            "KHABAR_FAILPOINTS": kill,
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert worker.returncode == -signal.SIGKILL, worker.stderr.decode()[-2000:]
    async with running(settings) as app:
        await app.done(*STAGE_TOPICS)


@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_on_sqlite_loses_nothing_and_makes_no_self_duplicate(kill, tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/khabar.db", app_id="kill")
    await run_with_kill(settings, kill)
    assert await found(settings) == expected()


@pytest.mark.kafka
@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_on_kafka_loses_nothing_and_makes_no_self_duplicate(kill, kafka1, fresh_topics):
    settings = fast(kafka1.url, app_id=await fresh_topics(kill), session_timeout=6.0, heartbeat_interval=1.0)
    await run_with_kill(settings, kill)
    assert await found(settings) == expected()
