"""Flat rows: every field has its column, any record has a row, and delimited text is read back."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given

from pipeline.export.columns import as_json, columns, row
from pipeline.export.delimited import codes, header, line
from pipeline.export.geojson import feature
from schemas.event import Event, Mention
from tests.strategies import records, texts
from tests.unit.subscription.records import EVENT


@pytest.mark.parametrize("kind", [Event, Mention])
def test_columns_have_names_of_their_own_that_need_no_quotation(kind):
    names = [column.name for column in columns(kind)]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)


def test_an_event_reads_as_its_cells():
    cells = {column.name: cell for column, cell in zip(columns(Event), row(EVENT), strict=True)}
    assert (cells["quad_class"], cells["intensity"]) == (1, 4.0)
    assert (cells["actor_countries"], cells["recipient_countries"]) == (("RUS",), ("PAK",))
    assert str(cells["event_date_end"]) == "2021-04-07"
    assert str(cells["last_seen"]) == "2021-04-07 10:30:00+00:00"
    assert as_json(cells["last_seen"], "time") == "2021-04-07T10:30:00Z"


@given(records(Event) | records(Mention))
def test_any_record_has_a_row_a_line_and_a_feature_or_none(record):
    cells = row(record)
    text = header(columns(type(record))) + line(cells)
    (found,) = csv.reader(io.StringIO(text.partition("\n")[2], newline=""))
    for column, cell, read in zip(columns(type(record)), cells, found, strict=True):
        if column.kind in ("text", "json"):
            assert read == (cell or "").replace("\0", "\ufffd")
    made = feature(record)
    assert made is None or -90 <= json.loads(made)["geometry"]["coordinates"][1] <= 90


@given(texts, texts)
def test_codes_are_told_apart(one, other):
    parts = codes((one, other)).split(";")
    assert [part.replace("%3B", ";").replace("%25", "%") for part in parts] == [one, other]
