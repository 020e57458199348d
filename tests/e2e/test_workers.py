"""Several workers give what one process gives: the same labels, groups and state, also when one of them is killed.

The articles are invented (tests/newsroom.py): five scripts, two sites each, with footers, lists, boxes, copies, updates
and follow-ups.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from agents.app import build
from agents.config import Settings
from agents.replay import send
from pipeline.driver import Driver
from pipeline.topology import stages
from schemas.article import JudgedArticle, RawArticle
from schemas.codec import decode, encode
from tests.newsroom import corpus
from tests.paths import ROOT
from tests.stream.harness import Running, fast, prepared, read, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STAGES = ("language", "dedup")
TOPICS = ("news.raw", "news.articles")
NUMBER = 600
LOOK_AGAIN = 0.2


@dataclass(frozen=True)
class Result:
    """What must not depend on how many workers there are.

    Articles and entries of state as bytes; `groups` are the sets of uris that belong together, whichever of them was
    seen first.
    """

    articles: dict[tuple[str, int], bytes]
    groups: frozenset[frozenset[str]]
    state: dict[str, bytes]
    dead: int


@cache
def articles() -> list[RawArticle]:
    return corpus(NUMBER)


@cache
def expected() -> Result:
    driver = Driver(stages()[:2], json_state=True, strict=True)
    judged = [record for raw in articles() for record in driver.feed(raw).records("dedup")]
    state = {key: encode(entry) for view in driver.state("language") for key, entry in view.items()}
    return Result({_key(one): encode(one.article) for one in judged}, groups(judged), state, 0)


def _key(judged: JudgedArticle) -> tuple[str, int]:
    return judged.article.uri, judged.article.version


def groups(judged: list[JudgedArticle]) -> frozenset[frozenset[str]]:
    """Return which articles belong together: with their group, and with the later article they were judged by."""
    members: dict[str, set[str]] = {}
    for one in judged:
        uris = {one.article.uri, one.verdict.group, one.verdict.of or one.article.uri}
        joined = uris.union(*(members.get(uri, ()) for uri in uris))
        members.update(dict.fromkeys(joined, joined))
    return frozenset(map(frozenset, members.values()))


async def found(settings: Settings) -> Result:
    """Read the topics; an article that came twice must be the same bytes, with the same verdict."""
    judged: dict[tuple[str, int], JudgedArticle] = {}
    for received in await read(settings, "news.unique"):
        one = decode(JudgedArticle, received.value or b"")
        assert judged.setdefault(_key(one), one) == one, f"{_key(one)} was another when it came again"
    state: dict[str, bytes] = {}
    for received in await read(settings, f"{settings.app_id}-language-changelog"):
        key = (received.key or b"").decode().partition("/")[2]
        if received.value is None:
            state.pop(key, None)
        else:
            state[key] = received.value
    labelled = {key: encode(one.article) for key, one in judged.items()}
    return Result(labelled, groups(list(judged.values())), state, len(await read(settings, "news.dead")))


def same(one: Result, other: Result) -> None:
    """Compare piece by piece, and short, so that a difference can be read."""
    assert one.dead == other.dead
    assert sorted(one.articles.keys() ^ other.articles.keys()) == []
    odd = [key for key in one.articles if one.articles[key] != other.articles[key]]
    assert [(key, one.articles[key][-3000:], other.articles[key][-3000:]) for key in odd[:1]] == []
    assert sorted(map(sorted, one.groups ^ other.groups)) == []
    assert sorted(dict(one.state.items() ^ other.state.items())) == []


@asynccontextmanager
async def workers(settings: Settings, number: int, **environ: str) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Run worker processes; `environ` is the first one's. All are members of the group when this begins."""
    common = {
        **os.environ,
        "KHABAR_BROKER": settings.broker,
        "KHABAR_APP_ID": settings.app_id,
        "KHABAR_COMMIT_INTERVAL": "0.2",
        "KHABAR_SESSION_TIMEOUT": "6",
        "KHABAR_HEARTBEAT_INTERVAL": "1",
    }
    command = [sys.executable, "-m", "agents.cli", "worker", "--stages", *STAGES]
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**common, **(environ if n == 0 else {})})
        for n in range(number)
    ]
    try:
        await _joined(settings, number)
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in processes))


async def _joined(settings: Settings, number: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.broker.removeprefix("kafka://"))
    await admin.start()
    try:
        while not await _is_complete(admin, settings.app_id, number):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(LOOK_AGAIN)
    finally:
        await admin.close()


async def _is_complete(admin: AIOKafkaAdminClient, name: str, number: int) -> bool:
    try:
        (answer,) = await admin.describe_consumer_groups([name])
    except GroupCoordinatorNotAvailableError:  # the first group of a broker
        return False
    _, _, state, _, _, members, *_ = answer.groups[0]
    return state == "Stable" and len(members) == number


async def publish(settings: Settings, raws: list[RawArticle]) -> Running:
    built = build(settings, names=())
    await send(built, raws)
    await built.close_producer()
    return Running(built, settings)


async def kafka_settings(kafka1, fresh_topics, name: str) -> Settings:
    settings = fast(kafka1.url, app_id=await fresh_topics(name), session_timeout=6.0, heartbeat_interval=1.0)
    await prepared(settings)
    return settings


def test_the_articles_have_what_is_to_be_told_apart():
    result = expected()
    kinds = [decode_kinds(value) for value in result.articles.values()]
    assert sum("boilerplate" in one for one in kinds) > NUMBER / 2
    assert sum(len(group) > 1 for group in result.groups) > NUMBER / 20
    assert len({version for _, version in result.articles}) > 2


def decode_kinds(value: bytes) -> set[str]:
    from schemas.article import Article

    return {segment.kind for segment in decode(Article, value).segments}


@pytest.mark.kafka
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_workers_on_kafka_give_the_labels_groups_and_state_of_one_process(number, kafka1, fresh_topics):
    settings = await kafka_settings(kafka1, fresh_topics, f"workers-{number}")
    async with workers(settings, number):
        app = await publish(settings, articles())
        await app.done(*TOPICS)
    same(await found(settings), expected())


@pytest.mark.kafka
@pytest.mark.parametrize("kill", ["after_state/language:60", "after_produce/language:70", "before_ack/dedup:40"])
async def test_a_worker_killed_among_two_loses_nothing_and_counts_nothing_twice(kill, kafka1, fresh_topics):
    settings = await kafka_settings(kafka1, fresh_topics, kill)
    async with workers(settings, 2, KHABAR_FAILPOINTS=kill) as processes:
        app = await publish(settings, articles())
        await app.done(*TOPICS)
        assert processes[0].returncode == -signal.SIGKILL
    same(await found(settings), expected())


async def halves(settings: Settings) -> Result:
    """Run half of the articles through one app and the rest through the next: what was learned must be read back."""
    await prepared(settings)
    for part in (articles()[: NUMBER // 2], articles()[NUMBER // 2 :]):
        async with running(settings, names=STAGES) as app:
            await send(app.built, part)
            await app.done(*TOPICS)
    return await found(settings)


async def test_what_was_learned_is_read_back_after_a_restart_on_sqlite(tmp_path):
    same(await halves(fast(f"sqlite:///{tmp_path}/khabar.db", app_id="halves")), expected())


@pytest.mark.kafka
async def test_what_was_learned_is_read_back_after_a_restart_on_kafka(kafka1, fresh_topics):
    same(await halves(await kafka_settings(kafka1, fresh_topics, "halves")), expected())
