"""Which dead records stop a worker, and what a letter tells of a record that was one before."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from agents.deadletter import MEMORY, DeadGuard, DeadLimitError, dead_letter, is_replayed
from schemas.replay import replay_headers


def message(offset: int = 41, headers: object = ()) -> SimpleNamespace:
    return SimpleNamespace(
        topic="news.raw", partition=3, offset=offset, timestamp=1.5, key=b"k", value=b"{", headers=headers
    )


def letter_of(made: SimpleNamespace, stage: str = "language"):
    return dead_letter(made, stage=stage, reason="decode", text="no JSON", error=None)


def test_so_many_dead_in_a_row_on_a_partition_are_allowed_and_no_more():
    guard = DeadGuard(ratio=1.0, in_a_row=3)
    for _ in range(3):
        guard.count(0, "decode")
        guard.count(1, "bug")
    with pytest.raises(DeadLimitError, match=r"4 records in a row .* partition 0 .*dead_in_a_row = 3"):
        guard.count(0, "decode")


def test_one_that_lives_ends_the_row():
    guard = DeadGuard(ratio=1.0, in_a_row=3)
    for number in range(100):
        guard.count(0, None if number % 4 == 3 else "schema")


def test_a_limit_may_be_switched_off():
    guard = DeadGuard(ratio=1.0, in_a_row=0)
    for _ in range(2 * MEMORY):
        guard.count(0, "decode")


def test_too_large_a_share_of_the_last_thousand_stops_the_stage():
    guard = DeadGuard(ratio=0.1, in_a_row=0)
    for number in range(MEMORY + 100):
        guard.count(number % 4, "decode" if number >= MEMORY else None)
    with pytest.raises(DeadLimitError, match="101 of the last 1000"):
        guard.count(0, "decode")


def test_articles_without_letters_stop_nothing():
    guard = DeadGuard(ratio=0.1, in_a_row=3)
    for _ in range(2 * MEMORY):
        guard.count(0, "empty")


def test_one_origin_and_stage_make_one_letter_however_often_it_dies():
    assert letter_of(message()).id == letter_of(message()).id
    assert len({letter_of(message()).id, letter_of(message(42)).id, letter_of(message(), "dedup").id}) == 3


def test_a_replayed_record_that_dies_again_is_the_same_letter_with_one_attempt_more():
    first = replace(letter_of(message(headers=[("traceparent", b"00-1")])), first_failed_at="2024-03-05T10:00:00Z")
    replayed = message(977, headers=list(replay_headers(first)))
    assert is_replayed(replayed)
    again = letter_of(replayed)
    assert (again.id, again.attempts, again.first_failed_at) == (first.id, 2, "2024-03-05T10:00:00Z")
    assert again.headers == (("traceparent", b"00-1"),)
    assert again.offset == 977


def test_a_header_without_a_value_breaks_nothing():
    made = message(headers=[("x", None), ("dlq.replay.id", None)])
    assert not is_replayed(made)
    assert letter_of(made).headers == (("x", b""),)
