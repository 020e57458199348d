"""Candidates: what reads like an event and is none of it, with what the rules have against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.linking import candidates as module
from pipeline.linking.account import EventUnknownError
from pipeline.linking.candidates import candidates
from schemas.event import Mention, Span
from tests.unit.agents.test_explain_event import ALL, ELSEWHERE, OTHER_DAY, TALKS, UNREAL, event_of
from tests.unit.linking.mentions import withdrawn


def say(mention: Mention, text: str) -> Mention:
    return replace(mention, evidence=(Span(text=text, start=0, end=len(text)),))


def shared_words(some: Sequence[str], others: Sequence[str]) -> list[float]:
    """A likeness without a model."""
    return [max(float(len(set(one.split()) & set(other.split()))) for one in some) for other in others]


MENTIONS = [
    say(one, {"elsewhere": "talks in Islamabad", "later": "talks"}.get(one.mention_id, f"talks in Islamabad {n}"))
    for n, one in enumerate(ALL)
]


def test_the_likest_comes_first_with_what_keeps_it_apart():
    found = candidates(event_of("talks", MENTIONS), MENTIONS, shared_words, most=10)
    names = [one.mention.mention_id for one in found]
    assert names == ["elsewhere", "khan", "placed", "later"]
    assert found[0].reasons[0].startswith("another type or other countries")
    assert "countries" in found[0].reasons[1]
    assert found[1].reasons[0] == "person: against same"
    assert found[3].reasons[0] == "date: against same"
    assert found[3].likeness < found[0].likeness


def test_nobody_is_asked_for_more_than_wanted_nor_about_what_does_not_stand():
    mentions = [*MENTIONS, withdrawn(OTHER_DAY)]
    found = candidates(event_of("talks", mentions), mentions, shared_words, most=1)
    assert len(found) == 1
    every = candidates(event_of("talks", mentions), mentions, shared_words, most=99)
    assert {UNREAL.mention_id, OTHER_DAY.mention_id}.isdisjoint(one.mention.mention_id for one in every)


def test_what_was_published_in_another_month_is_not_compared_and_the_nearest_are():
    far = replace(say(ELSEWHERE, "talks in Islamabad"), mention_id="far", published="2021-08-01")
    assert [
        one.mention.mention_id for one in candidates(event_of("talks", [TALKS]), [TALKS, far], shared_words, most=9)
    ] == []


def test_only_so_many_are_compared(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMPARED", 1)
    near = [replace(ELSEWHERE, mention_id=f"n{day}", published=f"2021-04-{day:02}") for day in (20, 8, 15)]
    found = candidates(event_of("talks", [TALKS]), [TALKS, *near], shared_words, most=9)
    assert [one.mention.mention_id for one in found] == ["n8"]


def test_an_unknown_event_has_none():
    with pytest.raises(EventUnknownError):
        candidates("e1_" + "a" * 26, MENTIONS, shared_words, most=1)
