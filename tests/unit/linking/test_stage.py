"""Linking: one event from several mentions, whatever their order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.events.names import person_key
from pipeline.linking import window
from pipeline.linking.block import FEW_REPORTS, MOST_OF_ONE, MOST_REPORTS
from pipeline.linking.stage import SPEC
from pipeline.stage import Emit
from schemas import codec
from schemas.event import Event, Mention, Quantity
from tests.unit.linking.mentions import (
    ISLAMABAD,
    KHAN,
    LAVROV,
    MOSCOW,
    PUTIN,
    QURESHI,
    city,
    day,
    mention,
    month,
    withdrawn,
)


def link(mentions: list[Mention], **options: Any) -> Driver:
    driver = Driver([SPEC], strict=True, **options)
    for one in mentions:
        driver.run(Emit(block_key(one), one))
    assert driver.counts.adds_up
    return driver


def standing(mentions: list[Mention]) -> list[Event]:
    return [event for event in link(mentions).events().values() if event.status == "active"]


def together(*mentions: Mention) -> bool:
    groups = [set(event.mention_ids) for event in standing(list(mentions))]
    return {m.mention_id for m in mentions} in groups


URDU = mention(
    "ur",
    actors=(LAVROV,),
    recipients=(QURESHI,),
    event_date=month("2021-04", 30),
    published="2021-04-01T00:00:00Z",
    source="Daily Pakistan",
)
HINDI = mention(
    "hi", actors=(LAVROV, QURESHI), recipients=(), event_date=day("2021-04-07"), language="hi", source="Aaj Tak"
)


def called(one: Mention, person: str) -> Mention:
    """The mention with its first actor named as a text of some language names him, under the key that gives."""
    actor = replace(one.actors[0], person=person, person_key=person_key(person))
    return replace(one, actors=(actor, *one.actors[1:]))


LATER = mention(
    "later",
    actors=(LAVROV, QURESHI),
    recipients=(),
    event_date=day("2021-04-28"),
    published="2021-04-28T09:00:00Z",
    language="hi",
)


def test_a_month_and_a_day_in_two_languages_are_one_event():
    (event,) = standing([URDU, HINDI])
    assert event.mention_ids == ("hi", "ur")
    assert event.languages == ("hi", "ur")
    assert event.event_date == HINDI.event_date
    assert (event.num_mentions, event.num_articles, event.num_sources, event.revision) == (2, 2, 2, 2)
    assert (event.first_seen, event.last_seen) == ("2021-04-01T00:00:00Z", "2021-04-07T10:00:00Z")
    assert [headline.language for headline in event.headline_mentions] == ["hi", "ur"] or event.headline_mentions
    assert event.confidence == 0.96


def test_the_same_pair_meeting_three_weeks_later_is_another_event():
    events = standing([URDU, HINDI, LATER])
    assert sorted(event.mention_ids for event in events) == [("hi", "ur"), ("later",)]


def test_the_promise_of_help_told_in_both_articles_is_one_event():
    promise = {"event_type": "AGREE", "actors": (LAVROV,), "cameo_code": "0332"}
    urdu = mention("a", **promise, event_date=month("2021-04", 30), published=None, auxiliary=("future",))
    hindi = mention("b", **promise, event_date=day("2021-04-07"), language="hi")
    other = mention("c", **{**promise, "cameo_code": "0312"}, event_date=day("2021-04-07"))
    assert sorted(e.mention_ids for e in standing([urdu, other, hindi])) == [("a", "b"), ("c",)]


def test_an_id_that_gave_way_says_where_it_went():
    events = link([URDU, HINDI]).events()
    merged = next(event for event in events.values() if event.status == "merged")
    active = next(event for event in events.values() if event.status == "active")
    assert merged.merged_into == active.event_id
    assert merged.mention_ids == ("ur",)
    assert merged.revision == active.revision == 2


def test_a_late_earlier_mention_makes_a_revision_and_no_new_id():
    late = replace(HINDI, mention_id="late", article_id="l", story="l", published="2021-04-07T01:00:00Z")
    driver = link([HINDI])
    (first,) = driver.events().values()
    driver.run(Emit(block_key(late), late))
    (second,) = driver.events().values()
    assert (first.event_id, first.revision) == (second.event_id, 1)
    assert (second.revision, second.first_seen) == (2, "2021-04-07T01:00:00Z")


def test_different_counterparts_on_one_day_are_different_events():
    with_khan = mention("a", actors=(LAVROV,), recipients=(KHAN,))
    with_qureshi = mention("b", actors=(LAVROV,), recipients=(QURESHI,))
    assert not together(with_khan, with_qureshi)
    assert together(with_khan, mention("c"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"event_location": city(MOSCOW)}, {"event_location": city(ISLAMABAD)}),
        ({"event_mode": "visit"}, {"event_mode": "phone"}),
        ({"event_date": day("2021-04-07")}, {"event_date": day("2021-04-10")}),
        ({"actors": (LAVROV,)}, {"actors": (PUTIN,)}),
        ({"actors": (("RUS", "Foreign minister"),)}, {"actors": (("RUS", "President"), PUTIN)}),
        ({"event_type": "ACCUSE"}, {"event_type": "ACCUSE", "actors": (QURESHI,), "recipients": (("RUS", None),)}),
        (
            {"event_type": "AID", "quantities": (Quantity(text="$5m", start=0, end=3, kind="money", value=5e6, unit="USD"),)},
            {"event_type": "AID", "quantities": (Quantity(text="$9m", start=0, end=3, kind="money", value=9e6, unit="USD"),), "event_location": city(ISLAMABAD)},
        ),
        ({"event_type": "ASSAULT"}, {"event_type": "ASSAULT", "event_date": day("2021-04-08")}),
        ({"event_date": month("2021-04", 30)}, {}),
        ({"actors": (LAVROV,), "event_date": replace(month("2021-04", 30), precision="year")}, {"actors": (LAVROV,)}),
        ({"event_type": "ACCUSE", "actors": (("RUS", "Ambassador"),)}, {"event_type": "ACCUSE", "actors": (("RUS", "President"), PUTIN)}),
        ({"article": "x", "event_mode": "visit"}, {"article": "x", "event_type": "CONSULT"}),
        ({"event_type": "ASSAULT", "event_mode": "aerial"}, {"event_type": "ASSAULT", "event_mode": "abduct"}),
    ],
)  # fmt: skip
def test_what_keeps_two_mentions_apart(one, other):
    assert not together(mention("a", **one), mention("b", **other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"event_mode": "visit"}, {}),
        ({"actors": (("RUS", "Foreign minister"),)}, {"actors": (("RUS", "Secretary of state"), LAVROV)}),
        ({"actors": (("RUS", "Foreign minister"), LAVROV)}, {"actors": (("RUS", "President"), LAVROV)}),
        ({"actors": (("RUS", "Official"),)}, {"actors": (("RUS", "President"), PUTIN)}),
        ({"event_location": city(MOSCOW, "dateline")}, {"event_location": city(ISLAMABAD)}),
        ({"actors": (LAVROV,), "event_date": day("2021-04-06")}, {"actors": (LAVROV, PUTIN)}),
        ({"event_type": "SUPPORT", "cameo_code": "057"}, {"event_type": "AGREE", "cameo_code": "031"}),
        ({"event_type": "ACCUSE", "cameo_code": "112"}, {"event_type": "ACCUSE", "cameo_code": "1121"}),
        ({"event_mode": "visit"}, {"event_mode": "multilateral"}),
        ({"event_type": "ASSAULT", "event_mode": "aerial", "cameo_code": "195", "event_location": city(ISLAMABAD)}, {"event_type": "ASSAULT", "cameo_code": "186", "event_location": city(ISLAMABAD)}),
        ({"event_type": "ACCUSE", "recipients": (("PAK", None), ("IND", None))}, {"event_type": "ACCUSE", "recipients": (("PAK", None), ("IND", None), ("CHN", None))}),
        ({"event_type": "ASSAULT", "story": "s"}, {"event_type": "ASSAULT", "story": "s", "event_date": day("2021-04-08")}),
    ],
)  # fmt: skip
def test_what_does_not_keep_two_mentions_apart(one, other):
    assert together(mention("a", **one), mention("b", **other))


def test_no_chain_of_small_steps_joins_distant_days():
    days = [mention(f"{n:02}", actors=(LAVROV,), event_date=day(f"2021-04-{n:02}")) for n in range(1, 15)]
    assert all(event.num_mentions <= 2 for event in standing(days))


def test_a_recalled_meeting_without_a_date_is_not_the_meeting_of_the_day():
    recalled = mention("r", actors=(LAVROV,), recipients=(QURESHI,), auxiliary=("historical",))
    assert not together(HINDI, recalled)


@pytest.mark.parametrize("word", ["negated", "hypothetical"])
def test_what_did_not_happen_is_no_event(word):
    driver = link([mention("a", auxiliary=(word,))])
    assert driver.events() == {}
    assert driver.counts["linking"].dropped == {word: 1}


def test_events_within_one_country_need_more_than_the_day_in_common():
    strike = {"event_type": "PROTEST", "recipients": (), "actors": (("PAK", None),)}
    assert not together(mention("a", **strike), mention("b", **strike))
    assert together(mention("a", **strike, event_location=city(ISLAMABAD)), mention("b", **strike, event_location=city(ISLAMABAD)))  # fmt: skip
    assert together(mention("a", **strike, story="s"), mention("b", **strike, story="s"))


def test_police_on_one_day_are_no_common_ground():
    arrest = {"event_type": "COERCE", "recipients": (), "actors": (("PAK", "Police"),)}
    assert not together(mention("a", **arrest), mention("b", **arrest))
    ban = {**arrest, "actors": (("PAK", "Prime minister"),)}
    assert together(mention("a", **ban), mention("b", **ban))


def test_mentions_without_countries_are_linked_within_a_story_only():
    nowhere = {"event_type": "PROTEST", "recipients": (), "actors": ((None, None),)}
    stories = [mention(f"{n}", **nowhere, story=f"s{n % 100}") for n in range(200)]
    assert {event.mention_ids for event in standing(stories)} == {
        tuple(sorted((str(n), str(n + 100)))) for n in range(100)
    }
    assert len({block_key(one) for one in stories}) <= 64


def test_copies_of_one_story_are_one_source():
    wire = [mention(f"{n}", story="wire", source=f"paper {n}") for n in range(3)]
    own = [mention("x", source="Dawn"), mention("y", source="DAWN"), mention("z", story="wire", source="Dawn")]
    (event,) = standing([*wire, mention("w", source="BBC"), *own[:2]])
    assert (event.num_mentions, event.num_articles, event.num_sources) == (6, 6, 3)
    (event,) = standing([*wire, *own])
    assert event.num_sources == 1


def test_a_mention_that_a_later_version_tells_no_more_is_retracted():
    first = mention("a", article="x", event_date=day("2021-04-02"))
    second = mention("b", article="x", article_version=2, event_date=day("2021-04-07"))
    for order in permutations([first, second, withdrawn(first)]):
        events = link(list(order)).events()
        found = sorted((e.status, e.mention_ids, e.revision) for e in events.values())
        assert found == [("active", ("b",), 1), ("retracted", ("a",), 2)]


def test_an_event_that_loses_one_of_two_mentions_is_revised_and_stands():
    other = replace(HINDI, mention_id="other", article_id="o", story="o", source="BBC")
    driver = link([HINDI, other])
    (event,) = driver.run(Emit(block_key(other), withdrawn(other))).records("linking")
    assert (event.status, event.mention_ids, event.num_sources, event.revision) == ("active", ("hi",), 1, 3)


def test_the_later_version_of_a_mention_stands_whichever_comes_first():
    later = replace(HINDI, article_version=2, event_date=day("2021-04-05"))
    again = replace(HINDI, article_version=4)
    for order in permutations([HINDI, later, withdrawn(later, 3)]):
        assert [e.status for e in link(list(order)).events().values()] == ["retracted", "retracted"]
    for order in permutations([HINDI, later, withdrawn(later, 3), again]):
        events = link(list(order)).events().values()
        assert sorted((e.status, e.event_date.start) for e in events) == [
            ("active", "2021-04-07"),
            ("retracted", "2021-04-05"),
        ]


def test_a_withdrawal_delivered_again_writes_the_same_records_again():
    driver = link([URDU, HINDI])
    first = driver.run(Emit(block_key(URDU), withdrawn(URDU))).emitted
    assert driver.run(Emit(block_key(URDU), withdrawn(URDU))).emitted == first


@pytest.mark.parametrize("word", ["negated", "hypothetical"])
def test_a_mention_that_is_told_as_unreal_later_confirms_nothing(word):
    unreal = replace(HINDI, article_version=2, auxiliary=(word,))
    events = link([HINDI, unreal]).events()
    assert [event.status for event in events.values()] == ["retracted"]


def test_a_mention_that_is_told_differently_leaves_no_stale_event():
    events = link([HINDI, replace(HINDI, event_date=day("2021-04-05"))]).events()
    assert sorted(event.status for event in events.values()) == ["active", "retracted"]


def test_a_mention_delivered_again_writes_the_same_records_again():
    driver = link([URDU])
    first = driver.run(Emit(block_key(HINDI), HINDI)).emitted
    assert driver.run(Emit(block_key(HINDI), HINDI)).emitted == first
    assert driver.run(Emit(block_key(URDU), URDU)).records("linking")


def test_only_changed_events_are_written():
    driver = link([HINDI, LATER])
    outcome = driver.run(Emit(block_key(URDU), URDU))
    assert all("later" not in event.mention_ids for event in outcome.records("linking"))
    assert len(outcome.records("linking")) == 2


def test_actors_of_other_articles_are_added_without_offsets():
    one = mention("a", actors=(LAVROV,), recipients=(QURESHI,))
    other = mention("b", actors=(("PAK", "bjw"), QURESHI), recipients=(LAVROV,), confidence=0.9, language="hi")
    (event,) = standing([one, other, mention("c")])
    lead = event.headline_mentions[0]
    assert lead.mention_id == "b"
    assert [a.person_key for a in event.actors] == ["bjw", "krs"]
    extra = mention("d", actors=(LAVROV, ("RUS", "new")), recipients=(QURESHI,), confidence=0.1)
    (event,) = standing([one, extra, mention("c")])
    assert [(a.person_key, a.end > 0) for a in event.actors] == [("lrf", True), ("new", True)]


def test_a_person_has_the_office_that_another_article_names():
    named = mention("a", actors=(LAVROV,), confidence=0.9)
    minister = replace(mention("b"), actors=(replace(named.actors[0], office="foreign minister", sector="GOV"),))
    (event,) = standing([named, minister])
    assert event.headline_mentions[0].mention_id == "a"
    assert (event.actors[0].office, event.actors[0].sector) == ("foreign minister", "GOV")


def test_confidence_never_reaches_certainty():
    (event,) = standing([mention(f"{n}", confidence=1.0) for n in range(3)])
    assert event.confidence == 0.99


# Small sets of everything, so that most mentions of an example have something to do with each other.
MENTIONS = st.builds(
    lambda number, **fields: mention(f"m{number}", **fields),
    st.integers(0, 30),
    actors=st.sampled_from([(("RUS", None),), (LAVROV,), (PUTIN,), (LAVROV, PUTIN)]),
    recipients=st.sampled_from([(("PAK", None),), (QURESHI,), (KHAN,), (("PAK", None), ("RUS", None))]),
    event_type=st.sampled_from(["CONSULT", "CONSULT", "AGREE", "ASSAULT"]),
    story=st.sampled_from(["s", "t", "u", "v"]),
    article=st.sampled_from(["x", "y", "z", "w"]),
    article_version=st.sampled_from([1, 1, 1, 2]),
    source=st.sampled_from([None, "Dawn", "BBC"]),
    language=st.sampled_from(["ur", "hi", "en"]),
    published=st.sampled_from([None, *(f"2021-04-{n:02}T0{n}:00:00Z" for n in range(1, 9))]),
    event_date=st.sampled_from([None, month("2021-04", 30), *(day(f"2021-04-{n:02}") for n in range(3, 9))]),
    event_location=st.sampled_from([None, city(ISLAMABAD), city(MOSCOW)]),
    event_mode=st.sampled_from([None, None, "visit", "phone"]),
    cameo_code=st.sampled_from([None, "030", "0311", "0332"]),
    reciprocal=st.booleans(),
    auxiliary=st.sampled_from([(), (), (), ("historical",), ("future",), ("negated",)]),
    confidence=st.sampled_from([0.3, 0.5, 0.9]),
)


LATER_VERSIONS = (
    withdrawn,
    lambda one, version: replace(one, article_version=version),
    lambda one, version: replace(one, article_version=version, event_date=day("2021-04-05")),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(MENTIONS, max_size=12, unique_by=lambda m: m.mention_id), st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_give_the_same_events(first, chance):
    later = [chance.choice(LATER_VERSIONS)(one, n) for one in first for n in (3, 4, 5) if chance.random() < 0.3]
    mentions = first + later
    view = codec.encode(list(link(mentions).events().values()))
    again = mentions + chance.sample(mentions, len(mentions) // 2)
    chance.shuffle(again)
    assert codec.encode(list(link(again, json_state=True).events().values())) == view


@settings(max_examples=50, deadline=None)
@given(st.lists(MENTIONS, max_size=12, unique_by=lambda m: m.mention_id))
def test_every_mention_is_in_one_standing_event_and_merges_lead_to_one(mentions):
    events = link(mentions).events()
    active = {key: event for key, event in events.items() if event.status == "active"}
    held = [name for event in active.values() for name in event.mention_ids]
    assert len(held) == len(set(held))
    assert all(event.merged_into in active for event in events.values() if event.status == "merged")
    real = [m for m in mentions if "negated" not in m.auxiliary]
    assert set(held) == {m.mention_id for m in real}


def test_many_mentions_of_many_days_stay_within_bounds_and_add_up():
    chance = random.Random(7)
    mentions = [
        mention(
            f"{n:04}",
            actors=(chance.choice([LAVROV, PUTIN, ("RUS", None)]),),
            event_date=day(f"2021-{1 + n // 100:02}-{1 + n % 28:02}"),
            published=f"2021-{1 + n // 100:02}-{1 + n % 28:02}T10:00:00Z",
        )
        for n in range(300)
    ]
    driver = link(mentions)
    (block,) = [block for view in driver.state("linking") for block in view.values()]
    assert FEW_REPORTS <= len(block.reports) <= MOST_REPORTS
    assert block.ended
    assert driver.counts["linking"].seen == 300


def test_over_three_windows_the_state_holds_one(monkeypatch):
    monkeypatch.setattr(window, "MANY_BLOCKS", 20)
    driver = Driver([SPEC], strict=True, json_state=True, partitions={"news.mentions": 1, "news.events": 1})
    held = []
    for n in range(540):
        told = date(2021, 1, 1) + timedelta(days=n // 4)
        # Every day four pairs of countries that are not in the news again for two months.
        one = mention(f"{n}", actors=((f"A{n % 240}", None),), published=f"{told}T10:00:00Z", source=f"s{n % 7}")
        driver.run(Emit(block_key(one), one))
        held.append(sum(len(block.reports) for block in driver.state("linking")[0].values()))
    assert max(held[180:360]) >= 170
    assert max(held[360:]) <= max(held[180:360]) <= 4 * 48
    old = mention("old", actors=(("A239", "krs"),), published="2021-02-01T10:00:00Z", article="a")
    long_gone = replace(old, actors=(replace(old.actors[0], country="B1"),))
    assert [drop.reason for drop in driver.run(Emit(block_key(long_gone), long_gone)).dropped] == ["late"]


def test_an_event_that_was_let_go_does_not_begin_anew_under_its_id():
    driver = link([HINDI])
    (first,) = driver.events()
    for n in range(FEW_REPORTS + 5):
        one = mention(
            f"{n}", event_date=day(f"2021-09-{1 + n % 28:02}"), published=f"2021-09-{1 + n % 28:02}T00:00:00Z"
        )
        driver.run(Emit(block_key(one), one))
    again = replace(HINDI, mention_id="again", article_id="again")
    outcome = driver.run(Emit(block_key(again), again))
    assert [drop.reason for drop in outcome.dropped] == ["late"]
    assert driver.events()[first].mention_ids == ("hi",)


def test_two_wrong_dates_in_the_future_do_not_close_a_block():
    wrong = [mention(f"w{n}", event_date=day("2099-01-01"), published="2099-01-01T00:00:00Z") for n in range(2)]
    near = [mention(f"{n}", event_date=day(f"2021-04-{1 + n % 28:02}")) for n in range(FEW_REPORTS + 5)]
    driver = link([*wrong, *near])
    assert not driver.counts["linking"].dropped


def test_a_site_with_a_wrong_clock_does_not_close_a_block():
    def report(n: int, year: int, source: str | None) -> Mention:
        date = f"{year}-{1 + n % 12:02}-{1 + n % 28:02}"
        return mention(f"{year}-{n:04}", event_date=day(date), published=f"{date}T00:00:00Z", source=source)

    wrong = [report(n, 2090, "broken") for n in range(40)]
    right = [report(n, 2021, f"source {n % 5}") for n in range(84)]
    driver = link([*wrong, *right, *(report(n, 2022, None) for n in range(84))])
    assert not driver.counts["linking"].dropped


def test_reports_without_a_date_are_not_let_go_at_once():
    undated = mention("undated", published=None, event_date=day("2021-04-07"))
    near = [mention(f"{n}", event_date=day(f"2021-04-{1 + n % 28:02}")) for n in range(FEW_REPORTS + 5)]
    driver = link([*near, undated])
    (block,) = [block for view in driver.state("linking") for block in view.values()]
    assert any(r.mention_id == "undated" for r in block.reports)


def test_an_event_that_everybody_tells_of_takes_a_bounded_number_of_mentions():
    driver = link([mention(f"{n:03}") for n in range(MOST_OF_ONE + 10)])
    assert driver.counts["linking"].dropped == {"crowded": 10}
    (event,) = driver.events().values()
    assert event.num_mentions == MOST_OF_ONE


@given(st.text(max_size=30), st.text(max_size=12), st.sampled_from(["2021-04-07", "9999999999", "", "x-y-z", "2021"]))
def test_any_text_in_a_mention_is_linked_or_dropped(text, key, date):
    odd = mention(
        "m", actors=((text, key),), story=text, published=date, event_date=replace(day("x"), start=date, end=text)
    )
    link([odd], json_state=True)


def test_a_name_whose_key_differs_between_scripts_joins_by_its_sound_and_another_name_does_not():
    urdu = replace(HINDI, mention_id="ur2", article_id="ur2", language="ur")
    same = called(HINDI, "आदिल अल जुबैर"), called(urdu, "عادل الجبیر")
    assert same[0].actors[0].person_key != same[1].actors[0].person_key
    assert together(*same)
    assert not together(called(HINDI, "आदिल अल जुबैर"), called(urdu, "ابراہیم العساف"))
