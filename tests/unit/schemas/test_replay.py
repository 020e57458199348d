"""The headers of a record that is sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.replay import Replay, replay_headers, replay_of, without_replay
from tests.unit.schemas.test_deadletter import LETTER

ID = "0123456789abcdef" * 4


def test_a_record_sent_again_tells_which_letter_it_was_and_which_attempt_it_is():
    headers = replay_headers(replace(LETTER, id=ID, attempts=2))
    assert headers[0] == ("traceparent", b"00-1")
    assert replay_of(headers) == Replay(ID, 3, "2024-03-05T10:00:00Z")
    assert without_replay(headers) == LETTER.headers


def test_a_record_of_its_own_was_no_letter():
    assert replay_of(LETTER.headers) is None


@pytest.mark.parametrize(
    ("letter", "attempt"),
    [(ID[1:], "2"), (ID.upper(), "2"), (ID, "0"), (ID, "-1"), (ID, "٢"), (ID, "9" * 5000), (ID, ""), ("\u202e", "2")],
)
def test_headers_that_are_not_ours_count_for_nothing(letter, attempt):
    headers = (("dlq.replay.id", letter.encode()), ("dlq.replay.attempt", attempt.encode()))
    assert replay_of(headers) is None


@given(
    headers=st.lists(st.tuples(st.sampled_from(["dlq.replay.id", "dlq.replay.attempt", "x"]), st.binary())).map(tuple)
)
def test_any_headers_can_be_read(headers):
    replay_of(headers)
    assert all(name == "x" for name, _ in without_replay(headers))
