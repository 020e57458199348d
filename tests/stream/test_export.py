"""Exports hold the final view of a topic, and are read back by others as what was exported."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from agents.broker import connect
from agents.cli import main
from agents.delivery import Outbound
from agents.transport.broker import broker_for, forget
from pipeline.export.columns import columns, row
from schemas.codec import decode, encode
from schemas.event import Event, Mention, Span
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.unit.subscription.records import EVENT, LAVROV, MENTION, event

ODD = [
    "tab\there",
    'a "quoted" word, and a comma; and more',
    "two\nlines\r\nand a third\rone",
    'لاوروف نے \u200fکہا\u200f، "ہاں"',
    "\u202ereversed",
    "प्रधान\u200dमंत्री",
    "北京 🙂 \U0001f1f5\U0001f1f0",
    '=HYPERLINK("http://example.org")',
    "'",
    '"',
    "\\",
    "\\N",
    "NULL",
    "",
    " leading and trailing ",
    "\ufeffmark",
    "nan",
    "1e5",
    "\u2028line\x85separators\x0b\x0c",
]


def odd_events() -> list[Event]:
    found = []
    for number, text in enumerate(ODD):
        headline = replace(EVENT.headline_mentions[0], evidence=text, source=text, url=None)
        party = replace(LAVROV, person=text, organisation=text)
        place = replace(EVENT.event_location, name=text, lat=None if number % 3 else 33.7)
        changes = {"headline_mentions": (headline,), "actors": (party, party), "event_location": place}
        if number % 4 == 0:
            changes |= {"event_date": None, "last_seen": None, "event_mode": None, "languages": ()}
        found.append(event(event_id=f"e1_{number:02}", **changes))
    return found


@pytest.fixture
async def broker(tmp_path):
    url = f"sqlite:///{tmp_path}/events.db"
    yield fast(url)
    await broker_for(url).close()
    forget(url)


def export(settings, path: Path, *arguments: str, code: int = 0) -> Path:
    # The command runs an event loop of its own, as it does on a terminal.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(main, ["export", "--broker", settings.broker, "-o", str(path), *arguments]).result() == code
    return path


def ids(path: Path) -> list[str]:
    return [orjson.loads(line)["event_id"] for line in path.read_bytes().splitlines()]


async def test_json_lines_are_the_records(broker, tmp_path):
    await publish(broker, odd_events())
    lines = export(broker, tmp_path / "e.jsonl").read_bytes().split(b"\n")
    assert sorted((decode(Event, line) for line in lines if line), key=lambda one: one.event_id) == odd_events()


async def test_csv_is_read_back_cell_by_cell_by_python_pandas_and_duckdb(broker, tmp_path):
    pandas, duckdb = pytest.importorskip("pandas"), pytest.importorskip("duckdb")
    await publish(broker, odd_events())
    path = export(broker, tmp_path / "e.csv")
    names = [column.name for column in columns(Event)]
    text = {column.name: position for position, column in enumerate(columns(Event)) if column.kind in ("text", "json")}
    wanted = {str(cells[0]): cells for cells in map(row, odd_events())}

    with path.open(newline="", encoding="utf-8") as file:
        by_csv = list(csv.DictReader(file))
    by_pandas = pandas.read_csv(path, keep_default_na=False, dtype=str).to_dict("records")
    by_duckdb = (
        duckdb.sql(f"select * from read_csv('{path}', all_varchar=true, header=true, new_line='\\n')")
        .df()
        .to_dict("records")
    )
    for rows in (by_csv, by_pandas, by_duckdb):
        assert len(rows) == len(ODD)
        for found in rows:
            assert list(found) == names
            for name, position in text.items():
                given = found[name] if isinstance(found[name], str) else ""
                assert given == (wanted[found["event_id"]][position] or ""), name
    numbers = pandas.read_csv(path)
    assert list(numbers["num_sources"]) == [2] * len(ODD)
    assert set(numbers["confidence"]) == {0.9}


async def test_parquet_is_read_back_equal_by_pyarrow_pandas_and_duckdb(broker, tmp_path):
    parquet, duckdb = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("duckdb")
    await publish(broker, odd_events())
    path = export(broker, tmp_path / "e.parquet")
    wanted = {
        cells[0]: [list(cell) if isinstance(cell, tuple) else cell for cell in cells]
        for cells in map(row, odd_events())
    }
    table = parquet.read_table(path)
    assert {found["event_id"]: list(found.values()) for found in table.to_pylist()} == wanted
    assert [str(field.type) for field in table.schema][:3] == ["string", "int64", "string"]
    by_duckdb = duckdb.sql(f"select * from '{path}'").fetchall()
    assert {found[0]: list(found)[:8] for found in by_duckdb} == {key: cells[:8] for key, cells in wanted.items()}
    frame = table.to_pandas()
    assert {found[0]: found[1] for found in zip(frame["event_id"], frame["evidence"], strict=True)} == {
        one.event_id: one.headline_mentions[0].evidence for one in odd_events()
    }


async def test_geojson_has_points_where_it_happened_and_says_what_is_approximate(broker, tmp_path, capfd):
    country = replace(EVENT.event_location, name="Pakistan", precision="country", lat=30.0, lon=70.0)
    off = replace(EVENT.event_location, lat=99.0)
    records = [event(), event(event_id="e1_c", event_location=country), event(event_id="e1_n", event_location=None)]
    await publish(broker, [*records, event(event_id="e1_off", event_location=off)])
    found = json.loads(export(broker, tmp_path / "e.geojson").read_bytes())
    assert "2 records, 2 without a place left out" in capfd.readouterr().err
    points = {one["id"]: one for one in found["features"]}
    assert points["e1_visit"]["geometry"] == {"type": "Point", "coordinates": [73.1, 33.7]}
    assert {key: one["properties"]["approximate"] for key, one in points.items()} == {"e1_visit": False, "e1_c": True}
    assert points["e1_visit"]["properties"]["actor_countries"] == ["RUS"]
    assert points["e1_visit"]["properties"]["actors"][0]["country"] == "RUS"


async def test_the_final_view_is_the_last_revision_of_each_active_event(broker, tmp_path):
    gone = event(event_id="e1_gone", status="retracted", revision=4)
    await publish(broker, [event(revision=1), event(revision=3, confidence=0.5), event(revision=2), gone])
    async with connect(broker) as connected:
        await connected.send([Outbound("news.events", b"k", value, ()) for value in (b"{", b"[]")])
    (line,) = export(broker, tmp_path / "e.jsonl").read_bytes().splitlines()
    assert decode(Event, line) == event(revision=3, confidence=0.5)
    assert ids(export(broker, tmp_path / "all.jsonl", "--with-ended")) == ["e1_gone", "e1_visit"]


async def test_filter_and_time_of_report_choose(broker, tmp_path):
    dated = [
        event(event_id=f"e1_{day}", first_seen=f"2021-04-0{day}T08:00:00Z", last_seen=f"2021-04-0{day}T10:00:00Z")
        for day in range(1, 6)
    ]
    await publish(broker, [*dated, event(event_id="e1_undated", first_seen=None, last_seen=None)])
    out = tmp_path / "e.jsonl"
    assert ids(export(broker, out, "--since", "2021-04-02", "--until", "2021-04-04")) == ["e1_2", "e1_3"]
    assert ids(export(broker, out, "--until", "2021-04-02T09:00:00Z")) == ["e1_1", "e1_2"]
    assert ids(export(broker, out, "--where", "id=e1_4,e1_undated")) == ["e1_undated", "e1_4"]
    assert ids(export(broker, out, "--where", "country=IND")) == []


async def test_mentions_are_exported_too(broker, tmp_path):
    mention = replace(
        MENTION, source="ڈان\nنیوز", evidence=(Span(text="ایک", start=0, end=3), Span(text="دو", start=5, end=7))
    )
    await publish(broker, [mention, mention])
    line = export(broker, tmp_path / "m.jsonl", "--mentions").read_bytes()
    assert line == encode(mention) + b"\n"
    (found,) = csv.DictReader(
        io.StringIO(export(broker, tmp_path / "m.csv", "--mentions").read_text(encoding="utf-8"), newline="")
    )
    assert found["source"] == "ڈان\nنیوز"
    assert found["evidence"] == "ایک … دو"
    parquet = pytest.importorskip("pyarrow.parquet")
    (cells,) = parquet.read_table(export(broker, tmp_path / "m.parquet", "--mentions")).to_pylist()
    assert list(cells) == [column.name for column in columns(Mention)]


async def test_a_spreadsheet_takes_no_text_of_a_feed_for_a_formula(broker, tmp_path):
    starts = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "harmless"]
    await publish(
        broker,
        [
            event(event_id=f"e1_{n}", headline_mentions=(replace(EVENT.headline_mentions[0], evidence=text),))
            for n, text in enumerate(starts)
        ],
    )
    text = export(broker, tmp_path / "e.csv", "--spreadsheet").read_text(encoding="utf-8-sig")
    found = {cells["event_id"]: cells["evidence"] for cells in csv.DictReader(io.StringIO(text, newline=""))}
    assert found == {f"e1_{n}": text if text == "harmless" else f"'{text}" for n, text in enumerate(starts)}


async def test_a_file_is_replaced_as_a_whole_or_not_at_all(broker, tmp_path, capfd):
    await publish(broker, [event()])
    path = tmp_path / "e.csv"
    path.write_text("before")
    export(broker, path, "--where", "colour=red", code=64)
    export(broker, path, "--format", "jsonl", "--spreadsheet", code=64)
    export(broker, path, "--since", "soon", code=64)
    export(broker, tmp_path / "nowhere" / "e.csv", code=73)
    assert path.read_text() == "before"
    export(broker, path)
    assert path.read_text().startswith("event_id,")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".e.csv")] == []
    assert main(["export", "--format", "parquet"]) == 64
    assert "parquet needs a file" in capfd.readouterr().err
