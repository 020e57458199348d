"""The instruments: names, labels and zeros."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agents.metrics import MOST_LANGUAGES, OUTCOMES, Metrics
from pipeline.topology import STAGE_NAMES
from schemas.deadletter import DeadReason

BASE_UNITS = ("seconds", "bytes", "records", "ratio", "total", "info", "entries", "partitions")


def families(metrics: Metrics):
    return {family.name: family for family in text_string_to_metric_families(metrics.render().decode())}


def test_names_have_the_prefix_and_end_in_what_they_count_or_their_unit():
    shown = {name: family for name, family in families(Metrics()).items() if not name.startswith("process_")}
    assert shown
    for name, family in shown.items():
        full = f"{name}_total" if family.type == "counter" else name
        assert re.fullmatch(r"khabar_[a-z_]+", full)
        assert full.endswith(BASE_UNITS) or name in {"khabar_events_per_article", "khabar_broker_reachable"}, full


def test_every_outcome_and_reason_is_there_at_zero_before_the_first_record():
    shown = families(Metrics())
    records = {(s.labels["stage"], s.labels["outcome"]): s.value for s in shown["khabar_records"].samples}
    dead = {(s.labels["stage"], s.labels["reason"]): s.value for s in shown["khabar_dead_letters"].samples}
    assert records == {(stage, outcome): 0.0 for stage in STAGE_NAMES for outcome in OUTCOMES}
    assert dead == {(stage, reason): 0.0 for stage in STAGE_NAMES for reason in get_args(DeadReason)}


def test_two_processes_worth_of_metrics_share_nothing():
    one, two = Metrics(), Metrics()
    one.rebalances.inc()
    assert families(two)["khabar_rebalances"].samples[0].value == 0.0


@pytest.mark.parametrize("text", ["", "EN", "en\n", "https://example.org", "x" * 99, "en{", "خبر"])
def test_only_a_language_code_becomes_a_label(text):
    assert Metrics().language_label(text) == "other"


def test_the_number_of_language_labels_is_bounded():
    metrics = Metrics()
    codes = [f"{a}{b}" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop"]
    labels = {metrics.language_label(code) for code in codes}
    assert len(labels) == MOST_LANGUAGES + 1
    assert metrics.language_label(codes[0]) == codes[0]
