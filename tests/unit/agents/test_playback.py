"""Which articles of a replay are sent, in which order, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.playback import Pace, Playback, PlaybackError, published
from schemas.article import RawArticle

DAY = datetime(2021, 4, 7, tzinfo=UTC)


def article(uri: str, created: str | None = None) -> RawArticle:
    return RawArticle(uri=uri, contentcreated=created)


def uris(playback: Playback, *raws: RawArticle) -> list[str]:
    return [raw.uri for raw in playback.chosen(raws).articles]


WEEK = [article(f"{day}", f"2021-04-0{day}T00:00:00Z") for day in (8, 6, 7, 9)]


@pytest.mark.parametrize(
    ("since", "until", "wanted"),
    [
        (DAY, DAY + timedelta(days=1), ["7"]),
        (DAY, None, ["7", "8", "9"]),
        (None, DAY, ["6"]),
        (DAY + timedelta(seconds=1), None, ["8", "9"]),
        (DAY + timedelta(days=9), None, []),
        (None, None, ["8", "6", "7", "9"]),
    ],
)
def test_a_time_holds_its_beginning_and_not_its_end_and_orders_what_is_in_it(since, until, wanted):
    assert uris(Playback(since, until), *WEEK) == wanted


def test_what_is_left_out_is_counted_by_its_reason():
    chosen = Playback(since=DAY).chosen([*WEEK, article("undated"), article("odd", "in April")])
    assert [raw.uri for raw in chosen.articles] == ["7", "8", "9"]
    assert (chosen.outside, chosen.undated) == (1, 2)


def test_without_bounds_an_article_without_a_date_follows_the_one_it_was_read_behind():
    raws = [article("first"), *WEEK[:2], article("behind 6"), *WEEK[2:], article("last")]
    assert uris(Playback(speed=1.0), *raws) == ["first", "6", "behind 6", "7", "8", "9", "last"]
    assert uris(Playback(), *raws) == [raw.uri for raw in raws]


def test_versions_of_one_time_stay_in_the_order_they_are_read():
    same = [article(name, "2021-04-07T10:00:00Z") for name in "cab"]
    assert uris(Playback(since=DAY), *same) == ["c", "a", "b"]


def test_times_are_compared_across_zones():
    early, late = article("early", "2021-04-07T01:00:00+05:00"), article("late", "2021-04-06T23:00:00")
    assert uris(Playback(speed=1.0), late, early) == ["early", "late"]
    assert uris(Playback(since=DAY - timedelta(hours=2)), late, early) == ["late"]


@pytest.mark.parametrize(
    ("since", "until", "speed", "message"),
    [
        (DAY, DAY, 0.0, "is not before --until 2021-04-07T00:00:00"),
        (DAY, DAY - timedelta(days=1), 0.0, "is not before"),
        (None, None, -1.0, r"--speed -1.0 is none"),
        (None, None, float("nan"), "--speed nan is none"),
        (None, None, float("inf"), "--speed inf is none"),
    ],
)
def test_what_has_no_meaning_is_refused(since, until, speed, message):
    with pytest.raises(PlaybackError, match=message):
        Playback(since, until, speed)


@given(
    st.lists(st.one_of(st.none(), st.text(), st.datetimes().map(str), st.datetimes(timezones=st.timezones()).map(str)))
)
def test_any_text_for_a_date_is_one_or_none_and_nothing_is_lost(texts):
    raws = [article(str(number), text) for number, text in enumerate(texts)]
    assert all(time is None or time.tzinfo for time in map(published, raws))
    chosen = Playback(since=DAY).chosen(raws)
    assert len(chosen.articles) + chosen.outside + chosen.undated == len(raws)
    assert sorted(uris(Playback(speed=1.0), *raws)) == sorted(raw.uri for raw in raws)


def test_the_pace_keeps_the_distances_of_publication_however_long_sending_takes():
    pace, now = Pace(60.0), datetime(2026, 1, 1, tzinfo=UTC)
    ten = [article(f"{minute}", f"2021-04-07T10:0{minute}:00Z") for minute in (0, 1, 3)]
    assert pace.wait(ten[0], now) == 0.0
    assert pace.wait(ten[1], now) == 1.0
    assert pace.wait(ten[1], now + timedelta(seconds=0.25)) == 0.75
    assert pace.wait(article("undated"), now) == 0.0
    assert pace.wait(ten[2], now + timedelta(seconds=5)) == 0.0


def test_without_a_speed_nobody_waits():
    pace = Pace(0.0)
    assert [pace.wait(raw, DAY) for raw in WEEK] == [0.0] * 4
