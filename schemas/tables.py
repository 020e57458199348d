"""The topics and the records as Markdown tables, for docs/schemas.md and the pages of the topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from schemas.json_schema import description, is_required
from schemas.meanings import meanings
from schemas.records import RECORDS
from schemas.topics import TopicSpec, topics

# Where the page of a topic is, from docs/schemas.md.
PAGES = "topics"


def topic_table() -> str:
    """Give the table of all topics, each with a link to its page."""
    rows = [
        "| topic | record | key | partitions | kept | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*rows, *(_topic(spec) for spec in topics().values()), ""])


def record_tables(name: str) -> str:
    """Give a table of a record and one of each part; a part that is a record of its own topic is on that one's page."""
    classes: dict[str, type] = {}
    _collect(RECORDS[name], classes, RECORDS[name])
    return "\n".join(line for cls in classes.values() for line in _record(cls, classes))


def kept(spec: TopicSpec) -> str:
    """Say how long a topic keeps its records."""
    return "compacted" if spec.retention_days is None else f"{spec.retention_days} days"


def _topic(spec: TopicSpec) -> str:
    partition = f"; partition: {spec.partition_by}" if spec.partition_by else ""
    cells = [
        f"[`{spec.name}`]({PAGES}/{spec.name}.md){' (public)' if spec.public else ''}",
        f"`{spec.record}/{spec.version}`",
        spec.key + partition,
        str(spec.partitions),
        kept(spec),
        ", ".join(spec.producers),
        ", ".join(spec.consumers),
    ]
    return f"| {' | '.join(cells)} |"


def _record(cls: type, here: dict[str, type]) -> list[str]:
    hints, said = get_type_hints(cls), meanings(cls)
    rows = [_row(field, _type(hints[field.name], lambda name: _link(name, here)), said) for field in fields(cls)]
    head = ["| field | type | default | meaning |", "|---|---|---|---|"]
    return [f"### {cls.__name__}", "", description(cls), "", *head, *rows, ""]


def _row(field: Field[Any], kind: str, said: dict[str, str]) -> str:
    default = "required" if is_required(field) else _shown(field.default)
    if field.name == "schema" and field.default is not MISSING:
        kind = f"`{field.default}`"
    return f"| `{field.name}` | {kind} | {default} | {said[field.name]} |"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if value == "":
        return "empty"
    return "[]" if value == () else f"`{value}`"


def _type(hint: Any, link: Callable[[str], str]) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " / ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return _type(next(a for a in arguments if a is not NoneType), link) + " or null"
    if origin is tuple:
        return _array(arguments, link)
    if origin is dict:
        return f"object of {_type(arguments[1], link)}"
    if is_dataclass(hint) and isinstance(hint, type):
        return link(hint.__name__)
    return {str: "string", int: "integer", float: "number", bool: "boolean", bytes: "base64"}.get(hint, str(hint))


def _array(arguments: tuple[Any, ...], link: Callable[[str], str]) -> str:
    if arguments[-1] is Ellipsis:
        return f"array of {_type(arguments[0], link)}"
    return f"[{', '.join(_type(argument, link) for argument in arguments)}]"


def _link(name: str, here: dict[str, type]) -> str:
    if name in here:
        return f"[{name}](#{name.lower()})"
    topic = next(spec.name for spec in topics().values() if spec.record_type.__name__ == name)
    return f"[{name}]({topic}.md#{name.lower()})"


def _collect(hint: Any, classes: dict[str, type], outermost: type) -> None:
    """Put a record class and all classes in it into `classes`, outer ones first, but no other record of a topic."""
    if is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ in classes or (hint is not outermost and hint in RECORDS.values()):
            return
        classes[hint.__name__] = hint
        for inner in get_type_hints(hint).values():
            _collect(inner, classes, outermost)
    elif get_origin(hint) is not Literal:
        for argument in get_args(hint):
            _collect(argument, classes, outermost)
