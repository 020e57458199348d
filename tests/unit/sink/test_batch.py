"""What a batch of records comes to, and when it is complete."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.broker import Received
from agents.sink import batch
from agents.sink.batch import Batch, gathered, values, without_nul
from agents.sink.table import ddl, event_columns, upsert
from schemas.codec import encode
from tests.paths import ROOT
from tests.unit.subscription.records import event


def received(offset: int, event_id: str, revision: int | None, partition: int = 0) -> Received:
    value = None if revision is None else encode(event(event_id=event_id, revision=revision))
    return Received("news.events", partition, offset, float(offset), event_id.encode(), value, ())


one = st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 5))


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 5)), st.lists(one, max_size=30))
def test_a_batch_leaves_what_its_records_would_leave_one_by_one(held, records):
    expected, found = dict(held), dict(held)
    for event_id, revision in records:
        if revision is None:
            expected.pop(event_id, None)
        elif expected.get(event_id, 0) < revision:
            expected[event_id] = revision
    settled = Batch.of(received(offset, *record) for offset, record in enumerate(records))
    for event_id in settled.deleted:
        found.pop(event_id, None)
    for event_id, record in settled.events.items():
        found[event_id] = max(found.get(event_id, 0), record.revision)
    assert found == expected


def test_the_place_of_a_partition_is_after_its_last_record_even_where_it_cannot_be_read():
    broken = Received("news.events", 1, 7, 5.0, b"k", b"{", ())
    settled = Batch.of([received(3, "a", 1), broken, received(4, "a", 2)])
    assert settled.places == {0: (5, 4.0), 1: (8, 5.0)}
    assert [record.revision for record in settled.events.values()] == [2]


@given(st.text(st.characters(codec="utf-8")))
def test_nul_is_replaced_one_for_one_and_nothing_else_is_touched(text):
    clean = without_nul(event(event_mode=text, languages=(text,)))
    assert clean == event(event_mode=text.replace("\0", "\ufffd"), languages=(text.replace("\0", "\ufffd"),))
    assert b"\\u0000" not in encode(clean).replace(b"\\\\", b"")


async def endless():
    for offset in range(10**6):
        yield received(offset, "a", 1)


async def first(records) -> int:
    batches = gathered(records)
    try:
        return len(await anext(batches))
    finally:
        await batches.aclose()
        await records.aclose()


async def test_a_batch_is_bounded_by_number_and_bytes(monkeypatch):
    assert await first(endless()) == batch.MOST_RECORDS
    monkeypatch.setattr(batch, "MOST_BYTES", 3000)
    assert 1 < await first(endless()) < 10


async def test_a_batch_is_bounded_by_time_and_the_last_one_is_given(monkeypatch):
    monkeypatch.setattr(batch, "LONGEST", 0.01)
    more = asyncio.Event()

    async def slow():
        yield received(0, "a", 1)
        await more.wait()
        yield received(1, "b", 1)

    batches = gathered(slow())
    assert [one.offset for one in await anext(batches)] == [0]
    more.set()
    assert [[one.offset for one in batch] async for batch in batches] == [[1]]


def test_the_file_of_the_tables_is_what_the_command_makes():
    assert (ROOT / "docs" / "sinks" / "postgres.sql").read_text(encoding="utf-8") == ddl("khabar")


def test_there_is_a_value_for_each_column_but_the_time_of_writing():
    assert len(values(event())) == len(event_columns()) - 1 == upsert("khabar").count("%s")


@pytest.mark.parametrize("name", ["", "a b", "A", 'x"; DROP TABLE y; --', "ü", "a" * 64, "1a", "a\n"])
def test_a_name_of_a_schema_that_needs_quoting_is_refused(name):
    with pytest.raises(ValueError, match="no name of a schema"):
        ddl(name)
