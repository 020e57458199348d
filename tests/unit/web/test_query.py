"""The query of /api/events."""

from __future__ import annotations

import pytest

from agents.web.query import LIMIT, QueryError, read_query
from tests.browser.records import event, party, told

TALKS = event(
    1, [told(1, "ur")], actors=(party("RUS", "روسی"),), recipients=(party("PAK", "پاکستانی"),), confidence=0.8
)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"type": "agree"},
        {"type": "CONSULT,AGREE"},
        {"country": "PAK"},
        {"country": "IND,RUS"},
        {"dyad": "RUS-PAK"},
        {"language": "ur"},
        {"min_confidence": "0.8", "min_sources": "1"},
        {"q": "ملاقات moscow"},
        {"q": "FOREIGN minister"},
        {"status": "active"},
        {"where": "country=PAK type=AGREE confidence>=0.7"},
    ],
)
def test_an_event_is_found_by_what_it_is(query: dict[str, str]):
    assert read_query(query.items()).holds(TALKS)


@pytest.mark.parametrize(
    "query",
    [
        {"type": "ASSAULT"},
        {"country": "IND"},
        {"dyad": "PAK-IND"},
        {"language": "hi"},
        {"min_confidence": "0.81"},
        {"min_sources": "2"},
        {"q": "nowhere"},
        {"status": "retracted"},
        {"type": "AGREE", "country": "IND"},
    ],
)
def test_an_event_is_not_found_by_what_it_is_not(query: dict[str, str]):
    assert not read_query(query.items()).holds(TALKS)


@pytest.mark.parametrize(
    "query",
    [
        {"where": "x"},
        {"colour": "red"},
        {"limit": "many"},
        {"min_confidence": "nan"},
        {"limit": "-1"},
        {"before": "inf"},
    ],
)
def test_what_cannot_be_understood_is_said(query: dict[str, str]):
    with pytest.raises(QueryError):
        read_query(query.items())


def test_a_query_asks_for_no_more_than_the_limit():
    assert read_query([("limit", "999999999")]).limit == LIMIT
