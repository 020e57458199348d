from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import DecodeError
from schemas.deadletter import (
    HEADER_OVERHEAD,
    HEADERS_LIMIT,
    RECORD_OVERHEAD,
    DeadLetter,
    DeadReason,
    from_message,
    to_headers,
    to_message,
)
from schemas.escaping import VALUE_LIMIT
from schemas.topics import MAX_MESSAGE_BYTES, topics
from tests.strategies import any_text, records, texts

LETTER = DeadLetter(
    id="abc",
    key=b"example.org",
    value=b"\xff{",
    headers=(("traceparent", b"00-1"),),
    topic="news.raw",
    partition=3,
    offset=41,
    timestamp=1709632800.25,
    stage="language",
    reason="decode",
    message="byte 0: no\nJSON",
    exception="DecodeError",
    stacktrace="line 1\n  line 2\n",
    first_failed_at="2024-03-05T10:00:00Z",
    app_version="0.1.0",
)

names = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs"],
        exclude_characters="\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    max_size=40,
)
letters = records(
    DeadLetter,
    headers=st.lists(
        st.tuples(names | st.sampled_from(["dlq.reason", "dlq.header.x", "ce_id"]), st.binary(max_size=200)),
        max_size=HEADERS_LIMIT,
    ).map(tuple),
    partition=st.integers(0, 2**31),
    offset=st.integers(0, 2**63 - 1),
    attempts=st.integers(0, 100),
    value_size=st.none(),
    value_sha256=st.none(),
)


def size(key: bytes, value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> int:
    return (
        len(key)
        + len(value or b"")
        + sum(len(name.encode()) + len(item) + HEADER_OVERHEAD for name, item in headers)
        + RECORD_OVERHEAD
    )


@given(letter=letters)
def test_a_letter_survives_its_message(letter):
    assert from_message(*to_message(letter)) == letter


@given(letter=letters)
def test_a_letter_is_read_as_well_where_the_key_is_the_original_one(letter):
    _, value, headers = to_message(letter)
    assert from_message(letter.key, value, headers) == letter


@given(text=any_text, letter=letters)
def test_lone_surrogates_and_controls_never_break_a_header(text, letter):
    read = from_message(*to_message(replace(letter, message=text, stacktrace=text, stage=text)))
    shown = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    assert (read.message, read.stacktrace, read.stage) == (shown, shown, shown)


def test_key_value_and_headers_are_as_documented():
    key, value, headers = to_message(LETTER)
    assert key == b"abc"
    assert value == b"\xff{"
    assert headers == (
        ("traceparent", b"00-1"),
        ("dlq.version", b"1"),
        ("dlq.id", b"abc"),
        ("dlq.key", b"example.org"),
        ("dlq.origin.topic", b"news.raw"),
        ("dlq.origin.partition", b"3"),
        ("dlq.origin.offset", b"41"),
        ("dlq.origin.timestamp", b"1709632800.25"),
        ("dlq.stage", b"language"),
        ("dlq.reason", b"decode"),
        ("dlq.exception.class", b"DecodeError"),
        ("dlq.exception.message", b"byte 0: no%0AJSON"),
        ("dlq.attempts", b"1"),
        ("dlq.first_failed_at", b"2024-03-05T10:00:00Z"),
        ("dlq.app.version", b"0.1.0"),
        ("dlq.exception.stacktrace", b"line 1%0A  line 2%0A"),
    )
    assert to_headers(LETTER) == headers


@given(text=texts, times=st.integers(1, 4000), letter=letters)
def test_nothing_is_unbounded(text, times, letter):
    big = replace(
        letter,
        message=text * times,
        stacktrace=text * times,
        exception=text * times,
        topic=text * times,
        headers=(("h", b"x" * 10_000), (text * times, b"")) * 30,
        key=b"k" * 10_000,
    )
    key, value, headers = to_message(big, limit=400_000)
    assert size(key, value, headers) <= 400_000
    assert all(len(item) <= 2 * VALUE_LIMIT and len(name) <= 300 for name, item in headers)
    assert len(headers) <= HEADERS_LIMIT + 18


@pytest.mark.parametrize("excess", [-1, 0, 1, 2, 100_000])
def test_a_value_that_does_not_fit_is_cut_and_its_size_and_hash_told(excess):
    room = MAX_MESSAGE_BYTES - size(*to_message(replace(LETTER, value=b"")))
    letter = replace(LETTER, value=b"x" * (room + excess))
    read = from_message(*to_message(letter))
    if excess <= 0:
        assert read == letter
    else:
        assert read.value == letter.value[:room]
        assert read.value_size == room + excess
        assert read.value_sha256 == hashlib.sha256(letter.value).hexdigest()
        # Sent on, it still tells of the whole.
        again = from_message(*to_message(read, limit=10_000))
        assert (again.value_size, again.value_sha256) == (read.value_size, read.value_sha256)


def test_two_megabytes_of_text_are_kept_whole():
    letter = replace(LETTER, value=b"x" * 2_000_000, stacktrace="x" * 100_000)
    assert from_message(*to_message(letter)).value == letter.value


def test_a_tombstone_stays_one():
    assert from_message(*to_message(replace(LETTER, value=None))).value is None
    assert from_message(*to_message(replace(LETTER, value=b""))).value == b""


def test_the_end_of_a_stack_trace_is_kept():
    letter = replace(LETTER, stacktrace="beginning " + "x" * 100_000 + " end")
    trace = from_message(*to_message(letter)).stacktrace
    assert trace is not None
    assert trace.endswith(" end")
    assert len(trace) <= 8192


def test_original_headers_that_look_like_ours_change_nothing():
    letter = replace(LETTER, headers=(("dlq.reason", b"bug"), ("dlq.header.dlq.id", b"x"), ("dlq.reason", b"twice")))
    assert from_message(*to_message(letter)) == letter


@pytest.mark.parametrize(
    "name", ["dlq.version", "dlq.id", "dlq.origin.topic", "dlq.origin.offset", "dlq.reason", "dlq.app.version"]
)
def test_a_message_that_lacks_a_header_is_no_letter(name):
    key, value, headers = to_message(LETTER)
    with pytest.raises(DecodeError) as caught:
        from_message(key, value, tuple(header for header in headers if header[0] != name))
    assert (caught.value.reason, caught.value.field) == ("schema", name)


@pytest.mark.parametrize(
    ("name", "bad", "reason"),
    [
        ("dlq.version", b"2", "schema"),
        ("dlq.reason", b"boredom", "decode"),
        ("dlq.origin.offset", b"-1", "decode"),
        ("dlq.origin.offset", "٤".encode(), "decode"),
        ("dlq.origin.offset", b"9" * 5000, "decode"),
        ("dlq.origin.timestamp", b"noon", "decode"),
        ("dlq.attempts", b"", "decode"),
    ],
)
def test_a_message_with_a_wrong_header_is_no_letter(name, bad, reason):
    key, value, headers = to_message(LETTER)
    with pytest.raises(DecodeError) as caught:
        from_message(key, value, (*headers, (name, bad)))
    assert (caught.value.reason, caught.value.field) == (reason, name)


@given(
    headers=st.lists(st.tuples(st.sampled_from([name for name, _ in to_headers(LETTER)]), st.binary(max_size=20))).map(
        tuple
    )
)
def test_any_headers_are_a_letter_or_a_decode_error(headers):
    try:
        told = from_message(None, None, (*to_headers(LETTER), *headers)).stage
    except DecodeError as error:
        told = error.field
    assert told is not None


def test_every_reason_survives():
    for reason in get_args(DeadReason):
        assert from_message(*to_message(replace(LETTER, reason=reason))).reason == reason


def test_the_limit_is_that_of_the_topic():
    assert topics()["news.dead"].config()["max.message.bytes"] == str(MAX_MESSAGE_BYTES)
