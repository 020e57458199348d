"""Starting points, lines and refusals of `khabar tail`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import orjson
import pytest

from agents import tail
from agents.broker import Received
from agents.cli import main
from agents.subscription.failure import pointed
from agents.subscription.lines import event_line, json_line, other_line
from agents.subscription.start import MOST_PARTITIONS, StartError, parse_start
from pipeline.subscription.where import WhereError, parse
from schemas.codec import encode
from tests.unit.subscription.records import EVENT, MENTION, event

NOW = datetime(2021, 4, 7, 12, tzinfo=UTC)


def test_a_line_shows_date_type_parties_place_and_evidence_without_control_characters():
    line = event_line(EVENT)
    assert line.startswith(
        "2021-04-06  CONSULT visit  RUS foreign minister > PAK  Islamabad  0.90  2 sources  hi ur  e1_visit r2"
    )
    assert "\n" not in line
    assert line.endswith("\u2068روسی وزیر خارجہ اسلام آباد پہنچے\u2069")


def test_a_line_tells_when_an_event_has_ended():
    assert "e1_visit r3 merged into e1_other" in event_line(event(status="merged", merged_into="e1_other", revision=3))
    assert "e1_visit r3 retracted" in event_line(event(status="retracted", revision=3))


def test_a_mention_shows_its_source():
    assert "0.80  ur  Dunya News  m1_a" in event_line(MENTION)


def test_a_line_of_nothing_known_is_still_one():
    bare = event(event_date=None, event_location=None, actors=(), recipients=(), headline_mentions=(), event_mode=None)
    assert event_line(bare) == "no date  CONSULT  ?  0.90  2 sources  hi ur  e1_visit r2"


def test_json_lines_are_the_whole_record_on_one_line():
    spread = orjson.dumps(orjson.loads(encode(EVENT)), option=orjson.OPT_INDENT_2)
    assert orjson.loads(json_line(spread) or "") == orjson.loads(encode(EVENT))
    assert "\n" not in (json_line(spread) or "\n")
    assert json_line(b"{") is None


def test_a_dead_letter_shows_its_reason_and_origin():
    headers = tuple(
        (f"dlq.{name}", value)
        for name, value in (("stage", b"events"), ("reason", b"decode"), ("origin.topic", b"news.unique"))
    )
    line = other_line(Received("news.dead", 0, 0, 0.0, None, b"{", headers), as_json=False)
    assert line is not None
    assert line.startswith("events decode news.unique:")


def test_starting_points():
    assert parse_start("beginning").at == parse_start("earliest").at == "beginning"
    assert parse_start("latest").at == parse_start("end").at == "end"
    assert parse_start("0:12,3:40").at == {0: 12, 3: 40}
    assert parse_start("7").at == dict.fromkeys(range(MOST_PARTITIONS), 7)
    assert parse_start("2021-04-07").at == datetime(2021, 4, 7, tzinfo=UTC).timestamp()
    assert parse_start("-2h", NOW).at == parse_start("2h", NOW).at == NOW.timestamp() - 7200


@pytest.mark.parametrize("text", ["yesterday-ish", "", "0:1,", "1:2:3", "-2y", "2021-02-30", "９"])
def test_what_is_no_starting_point_is_refused(text):
    with pytest.raises(StartError):
        parse_start(text)


def test_a_filter_is_shown_with_a_mark_under_what_is_wrong():
    with pytest.raises(WhereError) as caught:
        parse("country=PAK colour=red")
    assert pointed(caught.value) == "  country=PAK colour=red\n              ^"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--where", "colour=red"], 64, "did you mean country?"),
        (["--from", "yesterday"], 64, "'yesterday' is none of"),
        (["--from", "-2y"], 64, "expected one argument"),
        (["--topic", "news.raw", "--where", "country=PAK"], 64, "are for news.events and news.mentions"),
        (["--broker", "carrier-pigeon://x"], 78, "scheme"),
        (["--broker", "sqlite:////nowhere/x.db", "--no-follow", "--from", "beginning"], 69, "no folder"),
        (["--broker", "sqlite:////nowhere/x.db", "--from", "-2h", "--group", "g"], 69, "no folder"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line_with_an_exit_code(arguments, code, says, capfd):
    if says == "expected one argument":
        with pytest.raises(SystemExit):
            main(["tail", *arguments])
    else:
        assert main(["tail", *arguments]) == code
    assert says in capfd.readouterr().err


def test_every_option_has_a_help_text():
    parser = argparse.ArgumentParser()
    tail.add_arguments(parser)
    assert all(action.help for action in parser._actions)
