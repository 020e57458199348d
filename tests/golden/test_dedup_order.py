"""Whatever the order in which articles come, and however often, they end in the same groups."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.state import order
from pipeline.driver import Driver
from pipeline.stage import Emit
from pipeline.topology import stages
from schemas.article import Article, JudgedArticle, RawArticle
from tests.newsroom import SCRIPTS, Newsroom, Story

SPECS = [spec for spec in stages() if spec.name in ("language", "dedup")]


@cache
def articles(seed: int = 1) -> tuple[RawArticle, ...]:
    """Write a story of every script with copies, updates and wraps of it, and one that nobody copied."""
    found: list[RawArticle] = []
    for script in SCRIPTS:
        room = Newsroom(script, seed)
        story, other = room.story(24), room.story(24)
        half = Story(story.title, story.sentences[:12])
        edited = Story(story.title, (*story.sentences[:9], room.sentence(), *story.sentences[10:]))
        longer = Story(story.title, (*story.sentences, *room.sentences(3)))
        told = {
            "first": room.told(f"{script}-first", story, site=f"{script}-one.example"),
            "copy": room.told(f"{script}-copy", story, site=f"{script}-two.example"),
            "half": room.told(f"{script}-half", half, site=f"{script}-three.example"),
            "edited": room.told(f"{script}-edited", edited, site=f"{script}-four.example"),
            "update": room.told(f"{script}-first", longer, site=f"{script}-one.example", version=2),
            "wrap": room.told(
                f"{script}-wrap",
                story,
                before="\n".join(room.sentences(12)),
                behind="\n".join(room.sentences(12)),
                site=f"{script}-five.example",
            ),
            "later": room.told(f"{script}-later", longer, site=f"{script}-six.example"),
            "other": room.told(f"{script}-other", other, site=f"{script}-one.example"),
        }
        found += told.values()
    return tuple(found)


def components(records: Iterable[JudgedArticle]) -> set[frozenset[str]]:
    """Return the groups as a reader of the records makes them."""
    group: dict[str, str] = {}

    def root(uri: str) -> str:
        while group.get(uri, uri) != uri:
            uri = group[uri]
        return uri

    members: set[str] = set()
    for record in records:
        uri, verdict = record.article.uri, record.verdict
        members.add(uri)
        for other in (uri, *verdict.merged):
            group[root(other)] = root(verdict.group)
    found: dict[str, set[str]] = {}
    for uri in members:
        found.setdefault(root(uri), set()).add(uri)
    return {frozenset(one) for one in found.values()}


def kept(driver: Driver) -> dict[str, frozenset[str]]:
    """Return the groups as the state of the dedup stage has them in the end, by the article they are named after."""
    found: dict[str, set[str]] = {}
    for view in driver.state("dedup"):
        for uri in view:
            top = view[uri]
            while top.group != top.uri:
                top = view[top.group]
            found.setdefault(top.uri, set()).add(uri)
    return {name: frozenset(members) for name, members in found.items()}


def run(raws: Iterable[RawArticle]) -> tuple[dict[str, frozenset[str]], set[frozenset[str]]]:
    """Run articles through both stages; returns the groups of the state and those of the records."""
    driver = Driver(SPECS, strict=True)
    records = [record for raw in raws for record in driver.feed(raw).records("dedup")]
    return kept(driver), components(records)


def judged(messages: Iterable[Emit[Article]]) -> tuple[dict[str, frozenset[str]], set[frozenset[str]]]:
    """Run articles of the first stage through the second."""
    driver = Driver(SPECS[1:], strict=True)
    records = [record for message in messages for record in driver.run(message).records("dedup")]
    return kept(driver), components(records)


@cache
def messages(seed: int = 1) -> tuple[Emit[Article], ...]:
    driver = Driver(SPECS[:1], strict=True)
    return tuple(emit for raw in articles(seed) for emit in driver.feed(raw).emitted["language"])


@cache
def expected() -> dict[str, frozenset[str]]:
    return run(articles())[0]


def test_a_story_and_its_copies_are_a_group_and_no_other_is():
    stories = {
        frozenset(f"{script}-{name}" for name in ("first", "copy", "half", "edited", "wrap", "later"))
        for script in SCRIPTS
    }
    assert set(expected().values()) == stories | {frozenset([f"{script}-other"]) for script in SCRIPTS}


def test_a_group_is_named_after_its_earliest_article():
    times = {raw.uri: raw for raw in reversed(articles())}
    for name, members in expected().items():
        assert name == min(members, key=lambda uri: order(times[uri].version, times[uri].versioncreated or uri))


@pytest.mark.parametrize("seed", range(20))
def test_twenty_shuffles_give_the_same_groups(seed):
    one = list(messages())
    random.Random(seed).shuffle(one)
    assert judged(one) == (expected(), set(expected().values()))


@pytest.mark.parametrize("seed", range(3))
def test_three_deliveries_in_any_order_give_the_same_groups(seed):
    one = list(messages()) * 3
    random.Random(seed).shuffle(one)
    assert judged(one) == (expected(), set(expected().values()))


@pytest.mark.parametrize("seed", range(2))
def test_shuffled_before_the_first_stage_the_groups_are_the_same(seed):
    raws = list(articles())
    random.Random(seed).shuffle(raws)
    assert run(raws) == (expected(), set(expected().values()))


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(16)))
def test_any_order_gives_the_same_groups(places):
    some = messages(2)[:16]
    assert judged(some[place] for place in places) == judged(some)


def test_copies_that_come_from_the_latest_to_the_earliest_are_one_group():
    room = Newsroom("Latin", 3)
    story = room.story(24)
    raws = [room.told(f"copy-{number:03}", story, site=f"paper-{number}.example") for number in range(80)]
    groups, read = run(reversed(raws))
    assert groups == {"copy-000": frozenset(raw.uri for raw in raws)}
    assert read == set(groups.values())
