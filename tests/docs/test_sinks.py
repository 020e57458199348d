"""The files of docs/sinks/ fit the JSON Schema of events, and leave no field of it out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from agents.client import RECORDS
from pipeline.export.columns import columns
from schemas.event import Event
from schemas.headers import headers_for
from schemas.topics import topics
from tests.paths import ROOT
from tests.unit.subscription.records import EVENT

FOLDER = ROOT / "docs" / "sinks"
SCHEMA = json.loads((ROOT / "schemas" / "json" / "event.v1.schema.json").read_text(encoding="utf-8"))
TOPIC = "news.events"
JSON_TYPES = {"string", "integer", "number", "boolean", "array", "object"}


def resolved(node: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """A node without references and alternatives, and whether it may be null."""
    if "$ref" in node:
        return resolved(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]])
    if "anyOf" in node:
        (one,) = (choice for choice in node["anyOf"] if choice != {"type": "null"})
        return resolved(one)[0], True
    kinds = node.get("type", [])
    if isinstance(kinds, list) and kinds:
        (kind,) = (kind for kind in kinds if kind != "null")
        return {**node, "type": kind}, True
    return node, False


def kind_of(node: dict[str, Any]) -> str:
    return node.get("type") or "string"  # const and enum


def leaves(node: dict[str, Any], path: tuple[str, ...] = (), *, null: bool = False) -> Iterator[tuple]:
    """Every field without fields of its own: path, where `[]` stands for an array's items, JSON type, may be null."""
    node, may_be_null = resolved(node)
    null = null or may_be_null
    if kind_of(node) == "object":
        for name, inner in node["properties"].items():
            optional = null or (name not in node.get("required", ()) and "default" not in inner)
            yield from leaves(inner, (*path, name), null=optional)
    elif kind_of(node) == "array":
        yield from leaves(node["items"], (*path, "[]"))
    else:
        yield path, kind_of(node), null


FIELDS = {path: (kind, null) for path, kind, null in leaves(SCHEMA)}


def test_the_fields_of_the_schema_are_found_at_every_depth():
    assert FIELDS["event_id",] == ("string", False)
    assert FIELDS["actors", "[]", "country"] == ("string", True)
    assert FIELDS["event_location", "lat"] == ("number", True)
    assert FIELDS["languages", "[]"] == ("string", False)
    assert {kind for kind, _ in FIELDS.values()} <= JSON_TYPES


# -- ClickHouse

SQL = re.sub(r"--[^\n]*", "", (FOLDER / "clickhouse.sql").read_text(encoding="utf-8"))
STATEMENTS = [text.strip() for text in SQL.split(";") if text.strip()]
FITTING = {
    "string": {"String", "Date32", "DateTime64(3, 'UTC')"},
    "integer": {"UInt32", "UInt64"},
    "number": {"Float64"},
}
# How the text of a date becomes one.
READ = {
    "Date32": "toDate32OrNull(%s)",
    "DateTime64(3, 'UTC')": "parseDateTime64BestEffortOrNull(%s, 3, 'UTC')",
}


def split(text: str) -> list[str]:
    """Split at the commas that are in no brackets and no quotation marks."""
    parts, depth, quoted = [""], 0, False
    for point in text:
        quoted ^= point == "'"
        depth += 0 if quoted else (point == "(") - (point == ")")
        if point == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += point
    return [part.strip() for part in parts]


def inside(kind: str, wrapper: str) -> str | None:
    return kind[len(wrapper) + 1 : -1] if kind.startswith(f"{wrapper}(") else None


def held(kind: str, path: tuple[str, ...]) -> Iterator[tuple]:
    """What a type of ClickHouse holds: path, innermost type, may be null."""
    kind = inside(kind, "LowCardinality") or kind
    if (items := inside(kind, "Array")) is not None:
        yield from held(items, (*path, "[]"))
    elif (members := inside(kind, "Tuple")) is not None:
        for member in split(members):
            name, _, inner = member.partition(" ")
            yield from held(inner, (*path, name))
    else:
        yield path, inside(kind, "Nullable") or kind, kind.startswith("Nullable(")


def statement(start: str) -> str:
    (found,) = (one for one in STATEMENTS if one.startswith(start))
    return found


def table() -> dict[str, str]:
    body = statement("CREATE TABLE IF NOT EXISTS khabar.event\n").split("\n(\n", 1)[1].split("\n)\n", 1)[0]
    return {name: kind for name, _, kind in (column.partition(" ") for column in split(body))}


def view() -> dict[str, str]:
    body = statement("CREATE MATERIALIZED VIEW IF NOT EXISTS khabar.event_taken").split("SELECT\n", 1)[1]
    picked = [one.rpartition(" AS ") for one in split(body.split("\nFROM ", 1)[0])]
    return {name: expression or name for expression, _, name in picked}


def path_and_type(expression: str) -> tuple[tuple[str, ...], str]:
    (call,) = re.findall(r"JSONExtract\((record, .*?'[^']*')\)", expression)
    _, *path, kind = (part.strip("'") for part in split(call))
    return tuple(path), kind


def test_clickhouse_carries_every_field_with_a_fitting_type():
    kinds, carried = table(), {}
    for name, expression in view().items():
        if name == "record":
            continue
        path, _ = path_and_type(expression)
        assert name == "_".join(path)
        carried |= {at: (kind, null) for at, kind, null in held(kinds[name], path)}
    assert set(carried) == set(FIELDS)
    for path, (kind, null) in carried.items():
        assert kind in FITTING[FIELDS[path][0]], path
        assert null == FIELDS[path][1], path


def test_clickhouse_reads_each_field_as_what_its_column_holds():
    kinds = table()
    assert list(view()) == list(kinds)
    for name, expression in view().items():
        if name == "record":
            assert kinds[name].startswith("String")
            continue
        ((_, column, _), *_) = held(kinds[name], ())
        _, read = path_and_type(expression)
        plain = re.sub(r"LowCardinality\((Nullable\(\w+\)|\w+)\)", r"\1", kinds[name])
        if column in READ:
            assert read == "Nullable(String)"
            assert re.fullmatch(re.escape(READ[column]).replace("%s", r"JSONExtract\([^()]*\(String\)'\)"), expression)
        elif name == "status":
            assert expression.endswith(f"'Nullable(String)'), '{SCHEMA['properties']['status']['default']}')")
        else:
            assert read == plain, name


def test_clickhouse_reads_the_topic_and_keeps_the_last_revision():
    queue = statement("CREATE TABLE IF NOT EXISTS khabar.event_queue")
    assert f"kafka_topic_list = '{TOPIC}'" in queue
    assert "kafka_format = 'JSONAsString'" in queue
    event = statement("CREATE TABLE IF NOT EXISTS khabar.event\n")
    assert event.endswith("ENGINE = ReplacingMergeTree(revision)\nORDER BY event_id")
    major = SCHEMA["properties"]["schema"]["const"].partition(".")[0]
    assert SQL.count(f"'{major}.'") == 2


def test_clickhouse_calls_its_columns_as_the_exports_do():
    ours = {column.name for column in columns(Event)}
    derived = {"quad_class", "intensity", "actor_countries", "recipient_countries"}
    headline = {"evidence", "evidence_language", "evidence_source", "evidence_url"}
    assert ours - set(table()) == derived | headline


# -- Elasticsearch and OpenSearch

TEMPLATE = json.loads((FOLDER / "events-mapping.json").read_text(encoding="utf-8"))
MAPPINGS = TEMPLATE["template"]["mappings"]
MAPPED = {
    "string": {"keyword", "text", "date"},
    "integer": {"integer", "long"},
    "number": {"double"},
}


def mapped(properties: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple]:
    for name, field in properties.items():
        if "properties" in field:
            yield from mapped(field["properties"], (*path, name))
        else:
            yield (*path, name), field


def test_the_index_template_maps_every_field_with_a_fitting_type_and_no_other():
    found = dict(mapped(MAPPINGS["properties"]))
    assert found.pop(("event_point",))["type"] == "geo_point"
    assert set(found) == {tuple(part for part in path if part != "[]") for path in FIELDS}
    for path, (kind, _) in FIELDS.items():
        field = found[tuple(part for part in path if part != "[]")]
        assert field["type"] in MAPPED[kind], path
        # A word longer than 32 KiB would have the document refused.
        words = [field, *field.get("fields", {}).values()]
        assert all("ignore_above" in one for one in words if one["type"] == "keyword"), path
        assert field["type"] != "date" or field["ignore_malformed"], path


def test_parts_of_one_party_or_headline_are_kept_together():
    nested = {name for name, field in MAPPINGS["properties"].items() if field.get("type") == "nested"}
    assert nested == {path[0] for path in FIELDS if path[1:2] == ("[]",) and len(path) == 3}
    assert all(MAPPINGS["properties"][name]["include_in_parent"] for name in nested)


def test_the_template_is_for_the_topics_index_and_runs_the_pipeline():
    assert TEMPLATE["index_patterns"] == [TOPIC]
    assert MAPPINGS["dynamic"] is False
    assert TEMPLATE["template"]["settings"] == {"index.default_pipeline": "khabar-events"}
    page = (ROOT / "docs" / "sinks.md").read_text(encoding="utf-8")
    assert "_ingest/pipeline/khabar-events " in page


def test_the_pipeline_makes_a_point_of_fields_that_there_are():
    (processor,) = json.loads((FOLDER / "events-pipeline.json").read_text(encoding="utf-8"))["processors"]
    one = processor["set"]
    assert one["field"] == "event_point"
    used = {tuple(path.split(".")) for path in re.findall(r"\{\{\{([\w.]+)\}\}\}", one["value"])}
    assert used == {("event_location", "lat"), ("event_location", "lon")}
    assert used <= set(FIELDS)
    assert {tuple(path.split("?.")) for path in re.findall(r"ctx\.([\w.?]+)", one["if"])} == used


@pytest.fixture(params=["elasticsearch", "opensearch"])
def connector(request):
    document = json.loads((FOLDER / f"{request.param}-connector.json").read_text(encoding="utf-8"))
    assert set(document) == {"name", "config"}
    assert all(isinstance(value, str) for value in document["config"].values())
    return document["config"]


def test_a_connector_takes_the_key_for_the_id_and_deletes_by_tombstones(connector):
    assert connector["topics"] == TOPIC
    assert topics()[TOPIC].key == "event_id"
    assert connector["key.converter"].endswith(".StringConverter")
    assert connector["value.converter"].endswith(".JsonConverter")
    assert connector["value.converter.schemas.enable"] == "false"
    assert connector["key.ignore"] == "false"
    assert connector["behavior.on.null.values"].lower() == "delete"
    assert int(connector["tasks.max"]) <= topics()[TOPIC].partitions


def test_a_connector_writes_whole_documents_since_parts_are_given_no_version(connector):
    assert (connector.get("write.method") or connector["index.write.method"]).lower() == "insert"


def test_a_connector_puts_aside_what_is_refused_and_logs_no_text_of_it(connector):
    assert connector["errors.tolerance"] == "all"
    assert connector["drop.invalid.message"] == "true"
    assert connector["behavior.on.malformed.documents"].lower() in ("warn", "report")
    assert connector["errors.deadletterqueue.topic.name"] not in topics()
    assert connector["errors.log.include.messages"] == "false"


def test_a_connector_holds_no_password(connector):
    secrets = {name: value for name, value in connector.items() if "password" in name}
    assert all(value.startswith("${file:/run/secrets/") for value in secrets.values())


def test_elasticsearch_versions_by_a_header_that_every_event_has_and_tombstones_are_given():
    connector = json.loads((FOLDER / "elasticsearch-connector.json").read_text(encoding="utf-8"))["config"]
    headers = dict(headers_for(EVENT, key=EVENT.event_id))
    assert headers[connector["external.version.header"]] == str(EVENT.revision).encode()
    # In this order: what is no tombstone and has no revision, which would end the task too, is older than any event.
    assert connector["transforms"] == "last,first"
    assert {connector[f"transforms.{name}.header"] for name in ("last", "first")} == {
        connector["predicates.versioned.name"]
    }
    assert connector["predicates.versioned.name"] == connector["external.version.header"]
    assert (connector["transforms.last.predicate"], connector["transforms.first.predicate"]) == (
        "tombstone",
        "versioned",
    )
    assert (connector.get("transforms.last.negate"), connector["transforms.first.negate"]) == (None, "true")
    assert 2**62 < int(connector["transforms.last.value.literal"]) < 2**63
    assert int(connector["transforms.first.value.literal"]) == 0


def test_the_topic_of_the_sinks_is_one_of_events():
    assert RECORDS[TOPIC] is Event
