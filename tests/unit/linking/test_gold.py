"""The hand-coded events of the seeds, linked: which are one event, and that all others stay apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.linking.stage import SPEC
from pipeline.stage import Emit
from schemas.event import EventDate, EventLocation, Mention
from tests.paths import shared_data
from tests.unit.linking.mentions import mention

LAST_DAYS = {"2021-03": "2021-03-31", "2021-04": "2021-04-30"}


def gold_mention(event: dict[str, Any], document: dict[str, Any]) -> Mention:
    date, place = event["date"] or {}, event["place"] or {}
    value = date.get("value")
    return mention(
        event["id"],
        article=document["doc_id"],
        event_type=event["event_type"],
        event_mode=event["mode"],
        actors=tuple((a["country"], (a.get("name") or "").lower() or None) for a in event["actor"]),
        recipients=tuple((a["country"], (a.get("name") or "").lower() or None) for a in event["recipient"]),
        cameo_code=event["cameo"],
        reciprocal=event["reciprocal"],
        auxiliary=tuple(event["auxiliary"]),
        language=document["language"],
        published=f"{(document['reference_date'] + '-01')[:10]}T00:00:00Z" if document["reference_date"] else None,
        event_date=EventDate(
            start=value if len(value) == 10 else f"{value}-01",
            end=value if len(value) == 10 else LAST_DAYS[value],
            precision=date["precision"],
            basis="sentence",
        )
        if value
        else None,
        event_location=EventLocation(
            name=place["name"], country=place.get("country"), precision="place", basis=place.get("basis", "sentence")
        )
        if place.get("basis") in {"sentence", "dateline"}
        else None,
    )


@pytest.fixture(scope="module")
def linked() -> dict[str, set[str]]:
    """The mentions that share an event with each."""
    gold = json.loads(shared_data("events/seed_gold.json").read_text(encoding="utf-8"))
    driver = Driver([SPEC], strict=True, json_state=True)
    for document in gold["docs"]:
        for event in document["events"]:
            if event["tier"] in {1, 2}:
                one = gold_mention(event, document)
                driver.run(Emit(block_key(one), one))
    events = [event for event in driver.events().values() if event.status == "active"]
    return {name: set(event.mention_ids) for event in events for name in event.mention_ids}


@pytest.mark.parametrize(("one", "other"), [("000-03", "004-02"), ("000-15", "004-04")])
def test_the_linked_events_of_the_seeds_are_one(linked, one, other):
    assert linked[one] == linked[other]


def test_separate_meetings_of_one_visit_stay_separate(linked):
    assert len({frozenset(linked[name]) for name in ("000-01", "000-02", "000-03")}) == 3


def test_no_seed_without_a_link_shares_an_event_with_another(linked):
    seeds = {frozenset(names): {name[:3] for name in names} for names in linked.values()}
    across = [sorted(names) for names, documents in seeds.items() if len(documents) > 1]
    # Beside the gold links: one statement of Qureshi that both seeds carry.
    assert sorted(across) == [["000-03", "004-02"], ["000-10", "004-07"], ["000-15", "004-04"]]
