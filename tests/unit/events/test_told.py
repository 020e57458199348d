"""Corrections: what a later version of an article tells no more is taken back, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from pipeline.driver import Driver
from pipeline.events import told
from pipeline.events.stage import extract
from pipeline.source import raw_from_line
from pipeline.stage import Emit, Put
from schemas.article import RawArticle
from schemas.event import Event
from tests.lang.examples import Example, judged

TALKS = "Russian Foreign Minister Sergei Lavrov met Pakistani Foreign Minister Shah Mahmood Qureshi in Islamabad on Wednesday."
BLAME = "China condemned the United States over Taiwan on Tuesday, a foreign ministry spokesman said."
REST = "The weather in the capital was fine and people walked about the streets of the old town all day long."
FIRST = raw_from_line(
    {
        "id": "a",
        "title": "Talks in Islamabad",
        "text": f"{TALKS}\n{BLAME} {REST}",
        "published": "2021-04-07T10:00:00Z",
        "source": "Gazette",
        "url": "https://gazette.example/a/1",
    }
)
CORRECTED = replace(FIRST, version=2, body_text=f"{TALKS}\n{REST}")
CANCELED = replace(FIRST, version=3, headline=None, body_text=None, pubstatus="canceled")
RESTORED = replace(FIRST, version=4)


def view(articles: list[RawArticle]) -> dict[tuple[str, str], list[int]]:
    driver = Driver(strict=True, json_state=True)
    for article in articles:
        driver.feed(article)
    assert driver.counts.adds_up
    return states(driver.events().values())


def states(events: Any) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for event in sorted(events, key=Event.__repr__):
        found.setdefault((event.event_type, event.status), []).append(event.revision)
    return found


def test_a_correction_that_leaves_a_sentence_out_retracts_its_event_and_no_other():
    assert view([FIRST]) == {("CONSULT", "active"): [1], ("ACCUSE", "active"): [1]}
    for order in permutations([FIRST, CORRECTED]):
        assert view(list(order)) == {("CONSULT", "active"): [1], ("ACCUSE", "retracted"): [2]}


def test_an_article_that_its_source_takes_back_leaves_no_event():
    withheld = replace(FIRST, version=2, pubstatus="withheld")
    for last in (CANCELED, withheld):
        for order in permutations([FIRST, last]):
            assert view(list(order)) == {("CONSULT", "retracted"): [2], ("ACCUSE", "retracted"): [2]}


def test_an_event_that_is_told_again_stands_again():
    assert view([FIRST, CORRECTED, CANCELED, RESTORED]) == {("CONSULT", "active"): [3], ("ACCUSE", "active"): [3]}


def test_an_article_that_comes_back_as_it_was_tells_its_events_again_in_whatever_order_it_comes():
    versions = [FIRST, replace(CANCELED, version=2), replace(FIRST, version=3)]
    for order in permutations(versions):
        assert set(view(list(order))) == {("CONSULT", "active"), ("ACCUSE", "active")}, [one.version for one in order]


def test_the_same_text_in_a_later_version_is_not_coded_again_and_holds_its_claims():
    driver = Driver(strict=True, json_state=True)
    driver.feed(FIRST)
    again = driver.feed(replace(FIRST, version=2))
    assert again.records("events") == ()
    assert [one.reason for one in again.dropped] == ["nothing_new"]
    assert driver.feed(replace(CANCELED, version=1)).records("events") == ()
    assert len(driver.feed(CANCELED).records("events")) == 2


def test_a_version_delivered_again_writes_the_same_mentions_again():
    driver = Driver(strict=True, json_state=True)
    driver.feed(FIRST)
    first = driver.feed(CORRECTED).records("events")
    assert [one.withdrawn for one in first] == [False, True]
    assert driver.feed(CORRECTED).records("events") == first


def test_what_is_taken_back_says_so_and_nothing_more():
    driver = Driver(strict=True)
    before = {one.mention_id: one for one in driver.feed(FIRST).records("events")}
    (taken,) = [one for one in driver.feed(CORRECTED).records("events") if one.withdrawn]
    was = before[taken.mention_id]
    assert (taken.event_type, taken.article_id, taken.article_version) == (was.event_type, "a", 2)
    assert {a.country for a in (*taken.actors, *taken.recipients)} == {"CHN", "USA"}
    assert (taken.evidence, taken.confidence) == ((), 0.0)


def test_an_article_without_an_event_is_not_remembered():
    effects = extract(judged(Example("en", REST, ())), {})
    assert not [effect for effect in effects if isinstance(effect, Put)]


def test_articles_are_forgotten_in_a_window_and_beyond_a_number(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(told, "MOST_ARTICLES", 40)
    state: dict[str, told.Told] = {}
    largest = 0
    article = judged(Example("en", TALKS, ()))
    for n in range(300):
        seen = f"2021-{1 + n // 28:02}-{1 + n % 28:02}T10:00:00Z" if n % 3 else None
        one = replace(article, article=replace(article.article, uri=f"{n}", seen=seen, published=None))
        for effect in extract(one, state):
            if isinstance(effect, Put) and effect.state is None:
                del state[effect.key]
            elif isinstance(effect, Put):
                state[effect.key] = effect.state
            assert isinstance(effect, Put | Emit)
        largest = max(largest, len(state))
    assert largest <= 42
