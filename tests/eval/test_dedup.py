"""Floors of duplicate detection on pairs read by people, and on copies and edits generated from real articles."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.eval.dedup_copies import COPIES, PURE, SCRIPTS
from tests.eval.dedup_copies import measure as measure_copies
from tests.eval.dedup_edits import measure as measure_edits
from tests.eval.dedup_pairs import DISTRACTORS, read
from tests.eval.dedup_pairs import measure as measure_pairs
from tests.paths import shared_data

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pairs() -> dict[str, Counter[str]]:
    shared_data("dedup")
    return measure_pairs(read("dedup/pairs.jsonl.gz"), read("throughput/articles.jsonl.gz", DISTRACTORS), seed=1)


@pytest.fixture(scope="module")
def copies():
    shared_data("throughput")
    return measure_copies(12)


@pytest.mark.parametrize(("label", "floor"), [("duplicate", 0.97), ("contained", 0.97), ("update", 0.85)])
def test_pairs_are_found(pairs, label, floor):
    assert pairs[label]["found"] >= floor * pairs[label]["pairs"]


def test_different_articles_are_not_merged(pairs):
    assert pairs["different"]["found"] <= 0.01 * pairs["different"]["pairs"]


@pytest.mark.parametrize(("label", "floor"), [("duplicate", 0.85), ("update", 0.8), ("different", 0.98)])
def test_the_verdict_is_the_right_word(pairs, label, floor):
    assert pairs[label]["word"] >= floor * pairs[label]["pairs"]


@pytest.mark.parametrize("kind", sorted(COPIES))
def test_copies_of_a_kind_are_found(copies, kind):
    total = sum((tally for (name, _), tally in copies.items() if name == kind), Counter())
    assert total["found"] >= 0.95 * total["n"]


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_copies_in_a_script_are_found(copies, script):
    total = sum((tally for (_, one), tally in copies.items() if one == script), Counter())
    assert total["found"] >= 0.97 * total["n"]


def test_pure_copies_are_skipped(copies):
    total = sum((tally for (name, _), tally in copies.items() if name in PURE), Counter())
    assert total["skipped"] >= 0.99 * total["n"]


@pytest.mark.parametrize("kind", PURE)
def test_pure_copies_of_a_kind_are_skipped(copies, kind):
    total = sum((tally for (name, _), tally in copies.items() if name == kind), Counter())
    assert total["skipped"] >= 0.97 * total["n"]


def test_no_edited_copy_is_skipped():
    shared_data("language")
    counts = measure_edits(1200, seed=2)
    assert {name: count for name, count in counts.items() if name.endswith("skipped") and count} == {}
    assert counts["found"] >= 0.98 * counts["edits"]
