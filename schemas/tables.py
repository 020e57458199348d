"""The topics and the records as Markdown tables, for docs/schemas.md."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from schemas.json_schema import description, is_required
from schemas.records import RECORDS
from schemas.topics import TopicSpec, topics


def tables() -> str:
    """Give a table of the topics, and one for each record and each part of a record."""
    classes: dict[str, type] = {}
    for cls in sorted(RECORDS.values(), key=lambda cls: cls.__name__):
        _collect(cls, classes)
    return "\n".join(["## Topics", "", *_topics(), "", "## Records", "", *_records(classes)])


def _topics() -> list[str]:
    rows = [
        "| topic | record | key | partitions | kept | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    return rows + [_topic(spec) for spec in topics().values()]


def _topic(spec: TopicSpec) -> str:
    kept = "compacted" if spec.retention_days is None else f"{spec.retention_days} days"
    partition = f"; partition: {spec.partition_by}" if spec.partition_by else ""
    cells = [
        f"`{spec.name}`{' (public)' if spec.public else ''}",
        f"`{spec.record}/{spec.version}`",
        spec.key + partition,
        str(spec.partitions),
        kept,
        ", ".join(spec.producers),
        ", ".join(spec.consumers),
    ]
    return f"| {' | '.join(cells)} |"


def _records(classes: dict[str, type]) -> list[str]:
    lines: list[str] = []
    for cls in classes.values():
        lines += [f"### {cls.__name__}", "", description(cls), "", "| field | type | default |", "|---|---|---|"]
        hints = get_type_hints(cls)
        lines += [_row(field, hints[field.name]) for field in fields(cls)]
        lines.append("")
    return lines


def _row(field: Field[Any], hint: Any) -> str:
    default = "required" if is_required(field) else _shown(field.default)
    if field.name == "schema" and field.default is not MISSING:
        return f"| `schema` | `{field.default}` | required |"
    return f"| `{field.name}` | {_type(hint)} | {default} |"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return "[]" if value == () else f"`{value}`"


def _type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " / ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return _type(next(a for a in arguments if a is not NoneType)) + " or null"
    if origin is tuple:
        inner = _type(arguments[0]) if arguments[-1] is Ellipsis else ", ".join(map(_type, arguments))
        return f"array of {inner}" if arguments[-1] is Ellipsis else f"[{inner}]"
    if origin is dict:
        return f"object of {_type(arguments[1])}"
    if is_dataclass(hint) and isinstance(hint, type):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "string", int: "integer", float: "number", bool: "boolean", bytes: "base64"}.get(hint, str(hint))


def _collect(hint: Any, classes: dict[str, type]) -> None:
    """Put a record class and all classes in it into `classes`, outer ones first."""
    if is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ in classes:
            return
        classes[hint.__name__] = hint
        for inner in get_type_hints(hint).values():
            _collect(inner, classes)
    elif get_origin(hint) is not Literal:
        for argument in get_args(hint):
            _collect(argument, classes)
