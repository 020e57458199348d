"""The topics and their messages as an AsyncAPI 3.0 document, and that document as YAML."""

from __future__ import annotations

import json
import re
from typing import Any

from schemas.filters import filter_names
from schemas.meanings import header_meaning
from schemas.samples import sample
from schemas.topics import TopicSpec, topics

_CE = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_dataschema", "ce_partitionkey")
_CE_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_dataschema", "content-type")
_DLQ = (
    "dlq.version",
    "dlq.id",
    "dlq.origin.topic",
    "dlq.origin.partition",
    "dlq.origin.offset",
    "dlq.stage",
    "dlq.reason",
    "dlq.exception.message",
    "dlq.attempts",
    "dlq.app.version",
)
_DLQ_OPTIONAL = (
    "dlq.key",
    "dlq.origin.timestamp",
    "dlq.exception.class",
    "dlq.exception.stacktrace",
    "dlq.first_failed_at",
    "dlq.value.truncated",
    "dlq.value.size",
    "dlq.value.sha256",
)
_TRANSPORT = ("content-type", "traceparent")
_HEADERS = {"dead_letter": "deadLetterHeaders", "event": "eventHeaders", "mention": "mentionHeaders"}
_KEPT = {"retention.ms", "max.message.bytes", "delete.retention.ms"}


def document(version: str = "1.0.0") -> dict[str, Any]:
    """Give the AsyncAPI document of all topics."""
    specs = topics().values()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "khabar",
            "version": version,
            "description": "News articles in; structured, linked events with evidence out. "
            "Public are the topics tagged so; the others are between the stages.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {spec.name: _channel(spec) for spec in specs},
        "operations": dict(sorted(entry for spec in specs for entry in _operations(spec))),
        "components": {
            "messages": {spec.record: _message(spec) for spec in specs},
            "schemas": {_headers_name(spec.record): header_schema(spec.record) for spec in specs},
        },
    }


def header_schema(record: str) -> dict[str, Any]:
    """Give the JSON Schema of the headers of a record."""
    if record == "dead_letter":
        return _headers((*_DLQ, *_DLQ_OPTIONAL), _DLQ)
    own = filter_names(event=record == "event") if record in {"event", "mention"} else ()
    return _headers((*_CE, *own, *_TRANSPORT), _CE_REQUIRED)


def to_yaml(value: Any) -> str:
    """Write dicts, lists and scalars as YAML, block style, keys in their order."""
    return "\n".join(_lines(value, 0)) + "\n"


def _channel(spec: TopicSpec) -> dict[str, Any]:
    config = spec.config(replicas=3)
    kept: dict[str, Any] = {name: int(value) for name, value in config.items() if name in _KEPT}
    return {
        "address": spec.name,
        "description": spec.summary,
        "messages": {spec.record: {"$ref": f"#/components/messages/{spec.record}"}},
        "tags": [{"name": "public" if spec.public else "internal"}],
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": spec.partitions,
                "topicConfiguration": {"cleanup.policy": [spec.cleanup], **kept},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations(spec: TopicSpec) -> list[tuple[str, dict[str, Any]]]:
    topic = spec.name.replace(".", "_")
    channel = {"$ref": f"#/channels/{spec.name}"}
    sends = [(f"{who}_sends_{topic}", {"action": "send", "channel": channel}) for who in spec.producers]
    receives = [(f"{who}_receives_{topic}", {"action": "receive", "channel": channel}) for who in spec.consumers]
    return sends + receives


def _message(spec: TopicSpec) -> dict[str, Any]:
    dead, shown = spec.record == "dead_letter", sample(spec.name)
    payload: dict[str, Any] = {
        "schemaFormat": "application/schema+json;version=draft-2020-12",
        "schema": {"$ref": f"./json/{spec.record}.v1.schema.json"},
    }
    return {
        "name": spec.record,
        "contentType": "application/octet-stream" if dead else "application/json",
        "headers": {"$ref": f"#/components/schemas/{_headers_name(spec.record)}"},
        # A dead letter's payload is whatever bytes the original message had.
        "payload": {"description": "The bytes of the original message."} if dead else payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": spec.key}, "bindingVersion": "0.5.0"}},
        "examples": [{"summary": shown.about, "headers": shown.headers, "payload": shown.value}],
    }


def _headers_name(record: str) -> str:
    return _HEADERS.get(record, "cloudEventHeaders")


def _headers(names: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: {"description": header_meaning(name), "type": "string"} for name in names}
    return {"type": "object", "properties": properties, "required": list(required)}


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _entry(f"{pad}{_scalar(key)}:", item, depth)]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(pad, item, depth)]
    return [f"{pad}{json.dumps(value)}"]


def _entry(head: str, item: Any, depth: int) -> list[str]:
    if isinstance(item, dict | list) and item:
        return [head, *_lines(item, depth + 1)]
    return [f"{head} {json.dumps(item) if isinstance(item, dict | list) else _scalar(item)}"]


def _item(pad: str, item: Any, depth: int) -> list[str]:
    if not isinstance(item, dict | list):
        return [f"{pad}- {_scalar(item)}"]
    first, *rest = _lines(item, depth + 1)
    return [f"{pad}- {first.lstrip()}", *rest]
