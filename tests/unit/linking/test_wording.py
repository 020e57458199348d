"""What tells apart the things that one person says in a day, the meetings of a day, and the deeds of one article."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.linking.report import report
from pipeline.linking.words import content_words
from schemas.event import Mention, Quantity, Span
from tests.unit.linking.mentions import ISLAMABAD, LAVROV, QURESHI, city, day, mention
from tests.unit.linking.test_stage import link, together


def told(name: str, text: str, trigger: str = "accused", language: str = "en", **fields: Any) -> Mention:
    one = mention(name, language=language, **{"event_type": "ACCUSE", "actors": (LAVROV,), **fields})
    words = Span(text=trigger, start=0, end=len(trigger))
    accused = (replace(one.recipients[0], text="Pakistan"),)
    return replace(one, recipients=accused, trigger=words, evidence=(Span(text=text, start=0, end=len(text)),))


TALKS = "Russia accused Pakistan of breaking off the talks on gas"
TALKS_TOO = "It accused Islamabad of having broken off the talks without a word"
BORDER = "Moscow accused Pakistan of closing the border to lorries"
IN_URDU = "روس نے پاکستان پر سرحد بند کرنے کا الزام لگایا"


def test_two_statements_in_one_language_are_one_where_they_share_a_word():
    assert together(told("a", TALKS), told("b", TALKS_TOO))
    assert not together(told("a", TALKS), told("b", BORDER))


def test_statements_in_two_languages_are_not_compared_by_their_words():
    assert together(told("a", TALKS), told("b", IN_URDU, "الزام لگایا", "ur"))


def test_two_statements_of_one_article_are_two_events_under_two_ids():
    driver = link([told("a", TALKS, article="x"), told("b", BORDER, article="x")])
    assert [event.num_mentions for event in driver.events().values()] == [1, 1]


def test_grammar_parties_and_the_verb_are_no_wording():
    assert not report(told("a", "He has accused it of this", actors=(("RUS", None),))).words
    assert content_words("en", "Lavrov said that the pipeline would be closed", "said", "Lavrov") == {"pipel", "close"}
    assert content_words("zh", "俄罗斯外长访问", "访问") == {"俄罗", "罗斯", "斯外", "长访"}


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(["en", "ur", "", "..", "zz", "a/b\0"]))
def test_any_text_has_words_of_bounded_length(text, named, language):
    assert all(0 < len(word) <= 5 for word in content_words(language, text, named))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((("PAK", "Prime minister"), QURESHI), (("PAK", "Prime minister"), ("PAK", "dr")), False),
        ((("PAK", "Prime minister"), QURESHI), (("PAK", "Prime minister"), ("PAK", "Governor")), True),
        ((("PAK", "Prime minister"), ("PAK", "Delegation")), (("PAK", "Prime minister"), ("PAK", "Governor")), False),
        ((("PAK", "Prime minister"), QURESHI), (("PAK", "Prime minister"),), True),
        ((("PAK", "Prime minister"), QURESHI), ((None, "Prime minister"), QURESHI), True),
    ],
)
def test_a_meeting_within_a_country_is_told_by_both_who_meet(one, other, same):
    meetings = [mention(name, actors=who, recipients=()) for name, who in (("a", one), ("b", other))]
    assert together(*meetings) is same


def test_who_blames_and_who_is_blamed_do_not_change_places():
    words = {"event_type": "ACCUSE", "event_location": city(ISLAMABAD)}
    one = mention("a", actors=(QURESHI,), recipients=(("PAK", "dr"),), **words)
    assert together(one, mention("b", actors=(QURESHI,), recipients=(), **words))
    assert not together(one, mention("b", actors=(("PAK", "dr"),), recipients=(QURESHI,), **words))


def test_an_office_does_not_make_one_person_of_two_names():
    def holder(name: str, person: str) -> Mention:
        one = mention(name, event_type="REJECT", actors=(("AUS", person.lower()),), recipients=())
        return replace(one, actors=(replace(one.actors[0], person=person, office="prime minister"),))

    assert not together(holder("a", "Mark Vaile"), holder("b", "John Howard"))


@pytest.mark.parametrize(("number", "same"), [(None, False), (40.0, True)])
def test_what_an_article_recalls_is_another_deed_than_that_of_the_day(number, same):
    counted = (Quantity(text="40", start=0, end=2, kind="count", value=number, unit="persons"),) if number else ()
    deed = {"event_type": "COERCE", "article": "x", "quantities": counted, "event_location": city(ISLAMABAD)}
    recalled = mention("b", **deed, auxiliary=("historical",), event_date=day("2021-04-07", "publication"))
    assert together(mention("a", **deed), recalled) is same


def test_a_busy_block_does_not_close_to_the_news_of_the_day():
    def report_of(n: int, k: int) -> Mention:
        when = date(2021, 1, 1) + timedelta(days=n)
        who = (("USA", f"p{n} {k}"),)
        return mention(f"{n}-{k}", actors=who, recipients=(), event_type="ACCUSE", published=f"{when}T10:00:00Z", source=f"o{k}")  # fmt: skip

    driver = link([report_of(n, k) for n in range(20) for k in range(60)])
    assert not driver.counts["linking"].dropped


SHELLING = "Russia shelled the port near Odesa and destroyed two grain silos"
SHELLING_TOO = "Two silos with grain were destroyed when shells hit the port"
DRONES = "Drones hit a power station in the suburbs of the capital"


@pytest.mark.parametrize(
    ("text", "language", "same"),
    [
        (SHELLING_TOO, "en", True),
        (DRONES, "en", False),
        ("روس نے بندرگاہ پر گولہ باری کی", "ur", False),
        (SHELLING, "en", True),
    ],
)
def test_attacks_of_one_day_of_war_need_more_in_common_than_who_fights_whom(text, language, same):
    attack = {"event_type": "ASSAULT", "actors": (("RUS", None),)}
    assert together(told("a", SHELLING, "shelled", **attack), told("b", text, "hit", language, **attack)) is same


def test_a_date_of_another_sentence_may_be_that_of_publication_as_well():
    borrowed = mention("a", event_date=day("2021-04-03", "document"))
    assert together(borrowed, mention("b"))
    assert together(borrowed, mention("c", event_date=day("2021-04-03")))
    assert not together(mention("d", event_date=day("2021-04-03")), mention("b"))


@pytest.mark.parametrize(("number", "same"), [(6.0, True), (2.0, False)])
def test_a_count_of_one_stated_day_is_common_ground_unless_it_is_small(number, same):
    def arrests(name: str, **fields: Any) -> Mention:
        counted = (Quantity(text="6", start=0, end=1, kind="count", value=number, unit="persons"),)
        return mention(name, event_type="COERCE", actors=(("ESP", None),), recipients=(), quantities=counted, **fields)

    stated = {"event_date": day("2021-04-06")}
    assert together(arrests("a", **stated), arrests("b", **stated)) is same
    assert not together(arrests("a"), arrests("b"))


def test_two_days_that_one_article_states_are_two_events():
    first, then = (mention(f"{n}", article="x", event_date=day(f"2021-04-0{n}"), actors=(LAVROV,)) for n in (6, 7))
    assert not together(first, then)
    assert together(first, replace(then, article_id="y", story="y"))


def test_of_two_long_statements_one_common_word_is_chance():
    gas = "Russia accused Pakistan of breaking off the winter talks on cheap gas and a new pipeline under the northern sea"
    lorries = (
        "Moscow accused Pakistan of closing northern border posts to lorries with fresh fruit, leather shoes and cotton"
    )
    assert not together(told("a", gas), told("b", lorries))
    assert together(
        told("a", gas), told("c", f"It accused Islamabad again after {lorries[8:]} and winter talks on gas")
    )


def test_what_one_person_says_to_another_is_one_statement_save_within_an_article():
    one, other = (told(name, text, actors=(LAVROV,), recipients=(QURESHI,)) for name, text in (("a", TALKS), ("b", BORDER)))  # fmt: skip
    assert together(one, other)
    assert not together(one, replace(other, article_id=one.article_id, story=one.story))
