"""The filter language: what passes, what does not, and what is said of a filter that makes no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.subscription.where import FIELDS, WhereError, parse
from schemas.event import Event, Mention
from schemas.headers import headers_for
from tests.strategies import any_text, records, texts
from tests.unit.subscription.records import EVENT, LAVROV, MENTION, PAKISTAN, event

NOW = datetime(2021, 4, 7, 12, tzinfo=UTC)
PASSES = [
    "",
    "   ",
    "country=PAK",
    "country=pak type=consult",
    "country=Pakistan",
    "country = IND, pk",
    "country=PAK country=RUS",
    "country!=IND,AFG",
    "actor=RUS recipient=PAK",
    "dyad=RUS>PAK",
    "dyad=PAK<RUS",
    "dyad=PAK-RUS",
    "dyad!=PAK>RUS",
    "language=ur language=hi",
    "sources>=2 confidence>=0.7 mentions<=3 articles=2 revision>1",
    "mode=visit quad=1 intensity>0",
    "quad=1,2",
    "place=islamabad",
    "place='Islam abad'",
    "source='dunya news'",
    "source~dunya",
    "person=Lavrov",
    "person=Лавров",
    "person='Sergei Lavrov'",
    "person~سرگئی",
    "office='foreign minister'",
    "text~'اسلام اباد'",
    'text~"روسی وزیر"',
    "text!~کرکٹ",
    "date=2021-04-07",
    "date=2021-04",
    "date=2021",
    "date>=2021-04-06 date<2021-05",
    "date<=2021-04-06",
    "date!=2020",
    "since=2021-04-07 until=2021-04-08",
    "since=-2h",
    "seen>=2021-04-07T10:30Z",
    "seen<2021-04-07T12:00+02:00 or id=e1_visit",
    "(country=IND or country=PAK) and not mode=phone",
    "not (country=IND and type=AID)",
    "country=IND or type=CONSULT",
    "NOT country=IND AND type=CONSULT",
    "status=active",
    'type="CONSULT"',
    "place=Isl\u200camabad",
]
FAILS = [
    "country=IND",
    "country!=PAK",
    "country=PAK country=IND",
    "type=ASSAULT",
    "type!=CONSULT",
    "dyad=PAK>RUS",
    "dyad=RUS-IND",
    "actor=PAK",
    "recipient!=PAK",
    "language=en",
    "language=fa,en",
    "sources>=3",
    "sources>2",
    "confidence<0.9",
    "quad=4",
    "intensity<0",
    "mode=phone",
    "person=Qureshi",
    "text~کرکٹ",
    "text~سلام",
    "source=dunya",
    "date=2021-04-08",
    "date>2021-04-06",
    "date<2021-04-06",
    "since=2021-04-08",
    "until=2021-04-07",
    "since=-1h",
    "not country=PAK",
    "country=PAK and (type=AID or type=COERCE)",
    "country=PAK or type=AID not status=active and id=x or id=y and id=z country=IND status=merged",
]


@pytest.mark.parametrize("where", PASSES)
def test_an_event_that_meets_the_filter_passes(where):
    assert parse(where, NOW).holds(EVENT)


@pytest.mark.parametrize("where", [one for one in FAILS if " or " not in one])
def test_an_event_that_does_not_meet_it_fails(where):
    assert not parse(where, NOW).holds(EVENT)


def test_and_binds_closer_than_or():
    assert parse("country=PAK or country=IND and type=AID").holds(EVENT)
    assert not parse("(country=PAK or country=IND) and type=AID").holds(EVENT)


def test_a_mention_is_one_mention_of_one_source_in_one_language():
    assert parse("mentions=1 sources=1 language=ur status=active intensity=4 id=m1_a since=2021-04-07").holds(MENTION)
    assert not parse("sources>=2").holds(MENTION)


def test_those_who_act_together_are_a_pair_in_no_direction():
    met = event(actors=(LAVROV, PAKISTAN), recipients=())
    assert parse("dyad=RUS-PAK").holds(met)
    assert not parse("dyad=RUS>PAK,PAK>RUS").holds(met)


def test_what_is_unknown_meets_no_condition_but_a_negated_one():
    bare = Event(
        event_id="e", revision=1, event_type="PROTEST", num_mentions=1, num_articles=1, num_sources=1, confidence=0.5
    )
    for where in ("date>=0001", "date<9999", "place=x", "seen<9999", "country=PAK", "mode=visit", "person=x"):
        assert not parse(where).holds(bare)
    assert parse("date!=2021 place!=x country!=PAK mode!=visit not person=x").holds(bare)


@pytest.mark.parametrize(
    ("where", "position", "says"),
    [
        ("country=PAK colour=red", 12, "did you mean country?"),
        ("country", 7, "followed by none of"),
        ("country=PAK type=", 17, "a value is missing"),
        ("country=PAK,", 12, "a value is missing"),
        ("country=PAKI", 8, "there is no country 'PAKI'"),
        ("type=MEETING", 5, "CONSULT"),
        ("sources>=many", 9, "'many' is no number"),
        ("confidence>=nan", 12, "is no number"),
        ("type>=CONSULT", 0, "type takes != =, not >="),
        ("text=flood", 0, "text takes !~ ~, not ="),
        ("since>=2021", 0, "since takes ="),
        ("sources>=2,3", 11, "takes one value"),
        ("date=yesterday", 5, "is no time"),
        ("date=2021-13", 5, "is no time"),
        ("dyad=RUS", 5, "is no pair of countries"),
        ("dyad=RUS>XXQ", 5, "is no pair of countries"),
        ("(country=PAK", 0, "this ( is not closed"),
        ("country=PAK)", 11, "this ) closes nothing"),
        ("country=PAK or", 14, "is missing"),
        ("and country=PAK", 0, "is missing"),
        ("not", 3, "is missing"),
        ("()", 1, "is missing"),
        ("text~'flood", 5, "is not closed"),
        ("flood", 5, "followed by none of"),
        ("=PAK", 0, "begins no condition"),
        ("language=ur_PK!", 9, "is no language code"),
        ("text~…", 5, "no letter or digit"),
        ("person=-", 7, "is no name"),
        ("or=3", 0, "joins conditions"),
        ("(" * 40 + "id=x" + ")" * 40, 33, "brackets inside each other"),
        ("x" * 5000, 4096, "longer than"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_with_its_place_and_reason(where, position, says):
    with pytest.raises(WhereError) as caught:
        parse(where)
    assert caught.value.position == position
    assert says in caught.value.reason


def test_relative_times_need_a_now():
    with pytest.raises(WhereError):
        parse("since=-2h")


def test_headers_tell_when_a_value_need_not_be_decoded():
    headers = headers_for(EVENT)
    assert not parse("country=IND text~x").may_concern(headers)
    assert not parse("dyad=PAK>RUS").may_concern(headers)
    assert not parse("mode=phone or language=en").may_concern(headers_for(MENTION))
    assert parse("country=PAK text~x").may_concern(headers)
    assert parse("country=IND").may_concern(()), "without headers the value tells"
    bare = event(actors=(), recipients=(), event_location=None, event_mode=None)
    assert not parse("country=PAK").may_concern(headers_for(bare)), "an empty list has no header"


@pytest.mark.parametrize("status", ["merged", "retracted"])
def test_the_end_of_an_event_reaches_who_may_have_seen_it_before(status):
    ended = event(status=status, num_sources=0, confidence=0.1, languages=(), headline_mentions=())
    for where in ("sources>=2 confidence>=0.5 country=PAK", "text~روسی", "language=ur"):
        assert parse(where).concerns(ended)
        assert parse(where).may_concern(headers_for(ended))
        assert not parse(where).holds(ended)
    assert not parse("status=active").concerns(ended)
    assert not parse("country=IND sources>=2").concerns(ended)


PLACE = EVENT.event_location
conditions = st.sampled_from([one for one in (*PASSES, *FAILS) if one.strip()])


@given(records(Event), conditions)
def test_headers_never_hide_a_record_that_concerns(record, where):
    test = parse(where, NOW)
    if test.concerns(record):
        assert test.may_concern(headers_for(record))


@given(records(Mention), conditions)
def test_headers_never_hide_a_mention_that_concerns(record, where):
    test = parse(where, NOW)
    assert test.concerns(record) == test.holds(record)
    if test.holds(record):
        assert test.may_concern(headers_for(record))


@given(conditions, conditions)
def test_not_and_or_are_those_of_logic(one, other):
    holds = {text: parse(text, NOW).holds(EVENT) for text in (one, other)}
    assert parse(f"not ({one})", NOW).holds(EVENT) != holds[one]
    assert parse(f"({one}) or ({other})", NOW).holds(EVENT) == (holds[one] or holds[other])
    assert parse(f"({one}) and ({other})", NOW).holds(EVENT) == (holds[one] and holds[other])
    assert parse(f"({one}) ({other})", NOW).holds(EVENT) == (holds[one] and holds[other])


@given(
    any_text
    | st.lists(st.sampled_from([*FIELDS, "(", ")", "=", ">=", "~", "!", ",", "'", "not", "or", " ", "PAK"])).map(
        "".join
    )
)
def test_any_text_is_a_filter_or_is_refused(text):
    try:
        parse(text, NOW).holds(EVENT)
        position = 0
    except WhereError as error:
        position = error.position
    assert 0 <= position <= len(text)


@given(texts)
def test_what_is_given_in_quotation_marks_is_found_where_it_stands(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse(f'place="{quoted}"').holds(event(event_location=replace(PLACE, name=text or "x"))) or not text
