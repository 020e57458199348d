"""A page of Markdown for a topic: what it carries, its key, its headers, every field, and a real record."""

from __future__ import annotations

import json

from schemas.asyncapi import header_schema
from schemas.deadletter import TOPIC_LIMIT
from schemas.meanings import header_meaning
from schemas.samples import Sample, sample
from schemas.tables import kept, record_tables
from schemas.topics import TopicSpec

MADE = "<!-- made by python -m schemas.generate -->"


def page(spec: TopicSpec) -> str:
    """Write the page of a topic."""
    shown = sample(spec.name)
    parts = [
        f"# {spec.name}\n{MADE}\n\n{spec.summary}\n",
        f"{spec.notes.strip()}\n" if spec.notes else "",
        _facts(spec),
        f"## Headers\n\n{_headers(spec)}",
        f"## Example\n\n{_example(shown)}",
        f"## Fields\n\n{record_tables(spec.record)}",
    ]
    return "\n".join(part for part in parts if part)


def _facts(spec: TopicSpec) -> str:
    name = f"{spec.record}.v1"
    compacted = "the last record of a key (compacted)"
    rows = {
        "record": f"`{spec.record}/{spec.version}`, [JSON Schema](../../schemas/json/{name}.schema.json), "
        f"[more examples](../../schemas/examples/{name})",
        "for": "subscribers: its form is kept" if spec.public else "khabar itself, between its parts",
        "key": spec.key,
        "partition": spec.partition_by or "by the key, as Kafka's Java client does (murmur2)",
        "partitions": f"{spec.partitions}, unless created otherwise",
        "kept": compacted if spec.retention_days is None else kept(spec),
        "largest message": f"{TOPIC_LIMIT >> 20} MiB",
        "written by": ", ".join(spec.producers),
        "read by": ", ".join(spec.consumers),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows.items()), ""])


def _headers(spec: TopicSpec) -> str:
    schema = header_schema(spec.record)
    rows = [
        f"| `{name}` | {'always' if name in schema['required'] else ''} | {header_meaning(name)} |"
        for name in schema["properties"]
    ]
    return "\n".join(["| header | there | meaning |", "|---|---|---|", *rows, ""])


def _example(shown: Sample) -> str:
    cut = "".join(f"\n- `{path}`: {length}" for path, length in shown.cut.items())
    whole = f"\n\nCut here, whole in the message:\n{cut}" if cut else ""
    headers = "\n".join(f"{name}: {value}" for name, value in shown.headers.items())
    language, value = ("text", shown.value) if isinstance(shown.value, str) else ("json", _json(shown.value))
    return (
        f"{shown.about}{whole}\n\n```text\nkey: {shown.key}\n\n{headers}\n```\n\n```{language}\n{value.rstrip()}\n```\n"
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
