"""Trace context: what W3C Trace Context allows is read, all else begins anew, and nothing is random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import RawArticle
from schemas.headers import headers_for
from schemas.trace import HEADER, Trace

GIVEN = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_valid_traceparent_is_read_and_written_alike():
    trace = Trace.of([("ce_id", b"x"), (HEADER, GIVEN)])
    assert trace == Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01")
    assert trace.header == (HEADER, GIVEN)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"00-1",
        GIVEN.upper(),
        GIVEN + b"-more",
        GIVEN + b"\n",
        b"ff" + GIVEN[2:],
        GIVEN.replace(b"4bf92f3577b34da6a3ce929d0e0e4736", b"0" * 32),
        GIVEN.replace(b"00f067aa0ba902b7", b"0" * 16),
        b"01" + GIVEN[2:] + b"-" + b"x" * 5000,
        None,
    ],
)
def test_what_the_specification_forbids_is_no_trace(bad):
    assert Trace.of([(HEADER, bad)]) is None


def test_a_later_version_may_have_further_fields():
    assert Trace.of([(HEADER, b"01" + GIVEN[2:] + b"-more")]) == Trace.of([(HEADER, GIVEN)])


def test_the_second_header_counts_where_the_first_is_broken():
    assert Trace.of([(HEADER, b"00-1"), (HEADER, GIVEN)]) is not None


def test_an_article_version_has_one_trace_however_often_it_is_sent():
    first, again, changed = (headers_for(RawArticle(uri="u", version=version)) for version in (1, 1, 2))
    assert Trace.of(first) == Trace.of(again) == Trace.origin("u#1")
    assert Trace.of(changed) != Trace.of(first)


def test_a_step_keeps_the_trace_and_has_a_span_of_its_own_the_same_each_time():
    trace = Trace.origin("u#1")
    one, other = trace.child("language"), trace.child("dedup")
    assert one.trace_id == other.trace_id == trace.trace_id
    assert len({trace.span_id, one.span_id, other.span_id}) == 3
    assert one == trace.child("language")


@given(st.lists(st.tuples(st.just(HEADER), st.binary(max_size=80) | st.none())))
def test_no_bytes_of_a_header_raise(headers):
    trace = Trace.of(headers)
    assert trace is None or Trace.of([trace.header]) == trace


@given(st.text() | st.binary())
def test_whatever_begins_a_trace_is_a_valid_one(name):
    trace = Trace.origin(name)
    assert Trace.of([trace.header]) == trace
