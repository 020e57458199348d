"""The seeds give the same bytes through the driver and through Faust on every broker, however often they are replayed."""

from __future__ import annotations

import os

import pytest

from agents.replay import Outcome, replay
from pipeline.driver import Driver
from pipeline.source import read_seeds
from schemas.codec import encode
from tests.paths import SEEDS
from tests.stream.harness import fast, prepared


def by_driver() -> tuple[dict[str, bytes], dict[str, bytes]]:
    driver = Driver(json_state=True, strict=True)
    mentions = [mention for raw in read_seeds(SEEDS) for mention in driver.feed(raw).records("events")]
    assert driver.counts.adds_up
    return {m.mention_id: encode(m) for m in mentions}, {key: encode(event) for key, event in driver.events().items()}


async def by_faust(settings) -> tuple[dict[str, bytes], dict[str, bytes]]:
    outcome = Outcome()
    assert await replay(settings, list(read_seeds(SEEDS)), outcome) == 0
    assert outcome.sent == 5
    assert not outcome.dead
    return {m.mention_id: encode(m) for m in outcome.mentions}, {
        event.event_id: encode(event) for event in outcome.events
    }


@pytest.fixture
def embedded(request, tmp_path):
    name = f"golden-{request.param}-{os.getpid()}-{tmp_path.name}"
    url = f"memory://{name}" if request.param == "memory" else f"sqlite:///{tmp_path}/{name}.db"
    return fast(url, app_id=name)


def test_every_seed_has_events():
    driver = Driver(strict=True)
    for raw in read_seeds(SEEDS):
        assert driver.feed(raw).records("events"), raw.uri


def test_no_seed_is_a_duplicate_of_another():
    driver = Driver(strict=True)
    verdicts = {raw.uri: driver.feed(raw).records("dedup")[0].verdict for raw in read_seeds(SEEDS)}
    assert len(verdicts) == 5
    assert {verdict.verdict for verdict in verdicts.values()} == {"new"}
    assert {verdict.of for verdict in verdicts.values()} == {None}


@pytest.mark.parametrize("embedded", ["memory", "sqlite"], indirect=True)
async def test_driver_and_faust_give_the_same_bytes(embedded):
    assert await by_faust(embedded) == by_driver()


@pytest.mark.parametrize("embedded", ["memory", "sqlite"], indirect=True)
async def test_a_replay_on_top_of_a_replay_adds_no_id(embedded):
    mentions, events = await by_faust(embedded)
    again, same = await by_faust(embedded)
    assert set(again) <= set(mentions)
    assert {key: value for key, value in same.items() if events.get(key) != value} == {}


@pytest.mark.kafka
async def test_kafka_gives_the_same_bytes_as_the_driver(kafka1, fresh_topics):
    settings = fast(kafka1.url, app_id=await fresh_topics("golden"))
    await prepared(settings)
    assert await by_faust(settings) == by_driver()
