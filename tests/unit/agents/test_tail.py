"""Conditions, starting points and lines of `khabar tail`."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from agents.broker import Received
from agents.tail import WhereError, parse_start, parse_where, show

EVENT = {
    "event_id": "e1_x",
    "revision": 2,
    "status": "active",
    "event_type": "CONSULT",
    "event_mode": "visit",
    "actors": [{"country": "RUS", "office": "foreign minister", "person": "Sergei Lavrov", "person_key": "lbrp"}],
    "recipients": [{"country": "PAK"}],
    "event_date": {"start": "2021-04-07"},
    "event_location": {"name": "Islamabad", "country": "PAK"},
    "languages": ["hi", "ur"],
    "num_sources": 2,
    "num_mentions": 3,
    "confidence": 0.9,
    "headline_mentions": [{"evidence": "لاوروف\nنے", "source": "Dunya"}],
}


def received(record: object, topic: str = "news.events") -> Received:
    return Received(topic, 0, 5, 0.0, b"k", orjson.dumps(record), ())


@pytest.mark.parametrize(
    "where",
    [
        "country=PAK",
        "country=pak type=CONSULT",
        "actor=RUS recipient=PAK",
        "actor!=PAK",
        "language=ur language=hi",
        "sources>=2 confidence>=0.5 mentions<=3",
        "mode=visit place=islamabad",
        "source=Dunya",
        "",
    ],
)
def test_an_event_that_meets_all_conditions_is_shown(where):
    assert show(received(EVENT), parse_where(where), as_json=False) is not None


@pytest.mark.parametrize(
    "where", ["country=IND", "type=ASSAULT", "sources>=3", "country=PAK type=AID", "actor!=RUS", "status=merged"]
)
def test_an_event_that_fails_a_condition_is_not(where):
    assert show(received(EVENT), parse_where(where), as_json=False) is None


@pytest.mark.parametrize("where", ["country", "colour=red", "sources=many", "type>=CONSULT", "country==PAK=x y"])
def test_a_condition_that_makes_no_sense_is_refused(where):
    with pytest.raises(WhereError):
        parse_where(where)


def test_a_line_shows_date_type_parties_place_and_evidence_without_control_characters():
    line = show(received(EVENT), (), as_json=False)
    assert line is not None
    assert line.startswith("2021-04-07 CONSULT RUS foreign minister > PAK Islamabad r2")
    assert "\n" not in line
    assert "لاوروف" in line


def test_json_lines_are_the_whole_record():
    assert orjson.loads(show(received(EVENT), (), as_json=True) or "") == EVENT


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"\xff"])
def test_a_record_that_is_no_json_object_is_passed_over(value):
    assert show(Received("news.events", 0, 0, 0.0, None, value, ()), (), as_json=True) is None


def test_a_dead_letter_shows_its_reason_and_origin():
    headers = tuple(
        (f"dlq.{name}", value)
        for name, value in (("stage", b"events"), ("reason", b"decode"), ("origin.topic", b"news.unique"))
    )
    line = show(Received("news.dead", 0, 0, 0.0, None, b"{", headers), (), as_json=False)
    assert line is not None
    assert line.startswith("events decode news.unique:")


def test_starting_points():
    assert parse_start("beginning").at == "beginning"
    assert parse_start("0:12,3:40").at == {0: 12, 3: 40}
    assert parse_start("7").at[3] == 7  # type: ignore[index]
    assert parse_start("2021-04-07").at == datetime(2021, 4, 7, tzinfo=UTC).timestamp()
    with pytest.raises(WhereError):
        parse_start("yesterday-ish")
