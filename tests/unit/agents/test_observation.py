"""What a record says of its time can harm nobody who measures by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from agents.metrics import Metrics
from agents.monitor.observation import StageObserver
from pipeline.stage import Emit
from schemas.event import Event
from tests.strategies import any_text
from tests.unit.linking.mentions import mention


class Message:
    topic, partition, offset, timestamp, headers, value = "news.mentions", 0, 0, None, None, b""


EVENT = Event(event_id="e", revision=1, event_type="AID", num_mentions=1, num_articles=1, num_sources=1, confidence=1.0)


def told(published: str | None) -> Metrics:
    metrics = Metrics()
    seen = StageObserver("linking", metrics).take(Message())
    seen.record, seen.effects = mention("m", published=published), [Emit("e", EVENT)]
    seen.decided()
    seen.acknowledged()
    return metrics


def sample(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(f"khabar_{name}")


def test_freshness_is_from_publication_to_the_acknowledged_event():
    metrics = told((datetime.now(UTC) - timedelta(minutes=10)).isoformat())
    assert sample(metrics, "freshness_seconds_sum") == pytest.approx(600, abs=60)
    assert sample(metrics, "published_in_future_total") == 0


def test_an_article_from_the_future_is_fresh_and_counted():
    metrics = told((datetime.now(UTC) + timedelta(days=2)).isoformat())
    assert sample(metrics, "freshness_seconds_sum") == 0
    assert sample(metrics, "published_in_future_total") == 1


@pytest.mark.parametrize(
    "published",
    [None, "", "yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-03", "\ud800"],
)
def test_a_time_that_cannot_be_read_is_left_out_and_no_time_raises(published):
    assert sample(told(published), "freshness_seconds_count") in {0.0, 1.0}


@given(any_text)
def test_no_text_in_the_place_of_a_time_raises(published):
    told(published)


def test_a_record_that_is_done_is_not_kept():
    observer = StageObserver("linking", Metrics())
    seen = observer.take(Message())
    seen.record, seen.effects = mention("m"), [Emit("e", EVENT)]
    seen.decided()
    assert seen.record is None
    assert seen.effects == ()
