"""The events that the seeds share, through the whole pipeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.linking.stage import SPEC
from pipeline.source import read_seeds
from pipeline.stage import Emit
from schemas.event import Event, Mention
from tests.paths import SEEDS
from tests.unit.linking.mentions import day


@pytest.fixture(scope="module")
def mentions() -> dict[str, Mention]:
    driver = Driver(strict=True)
    return {one.mention_id: one for raw in read_seeds(SEEDS) for one in driver.feed(raw).records("events")}


def linked(mentions: dict[str, Mention]) -> list[Event]:
    driver = Driver([SPEC], strict=True)
    for one in mentions.values():
        driver.run(Emit(block_key(one), one))
    return [event for event in driver.events().values() if event.status == "active"]


def told(event: Event) -> tuple[str, str | None]:
    return event.event_type, event.event_mode


def seeds(event: Event, mentions: dict[str, Mention]) -> set[str]:
    return {mentions[name].article_id[:3] for name in event.mention_ids}


def test_the_talks_are_one_event_in_two_languages_and_the_visit_is_another(mentions):
    shared = [event for event in linked(mentions) if len(seeds(event, mentions)) > 1]
    talks, visit = (
        sorted(seeds(e, mentions)) for mode in (None, "visit") for e in shared if told(e) == ("CONSULT", mode)
    )
    assert (talks, visit) == (["000", "004"], ["001", "004"])
    for event in shared:
        assert event.languages == ("hi", "ur")
        assert (event.event_date.start, event.event_date.precision) == ("2021-04-07", "day")
        assert "krs" in {a.person_key for a in (*event.actors, *event.recipients)}


def test_beside_talks_and_visit_the_seeds_share_one_statement_at_most(mentions):
    shared = [event for event in linked(mentions) if len(seeds(event, mentions)) > 1]
    others = [event for event in shared if event.event_type != "CONSULT"]
    # Both quote Qureshi: Pakistan wants ties with Russia in many fields.
    assert all([a.person_key for a in event.actors] == ["krs"] for event in others)
    assert len(others) <= 1


def test_two_calls_of_the_same_two_men_are_two_events(mentions):
    (call,) = [one for one in mentions.values() if one.event_mode == "phone"]
    assert call.event_date.start == "2021-09-14"
    earlier = replace(call, mention_id="earlier", event_date=day("2021-08-25"), auxiliary=("historical",))
    events = linked({**mentions, "earlier": earlier})
    (alone,) = [event for event in events if "earlier" in event.mention_ids]
    assert alone.mention_ids == ("earlier",)


@pytest.mark.parametrize("seed", ["002", "003"])
def test_a_seed_of_another_story_joins_nothing(mentions, seed):
    assert all(seeds(event, mentions) == {seed} for event in linked(mentions) if seed in seeds(event, mentions))
