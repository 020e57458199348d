"""Adding feeds to the text of a catalog: tables at its end, every line that was there before as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson


def with_feeds(text: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the catalog with [[feed]] tables appended, their keys in the order given."""
    newline = "\r\n" if "\r\n" in text else "\n"
    tables = ["".join(f"{line}{newline}" for line in ("[[feed]]", *_lines(row))) for row in rows]
    if text and not text.endswith("\n"):
        text += newline
    return text + "".join(f"{newline}{table}" for table in tables)


def _lines(row: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} = {_value(value)}" for key, value in row.items() if value not in (None, [], {}))


def _value(value: Any) -> str:
    """Write a value; a JSON string is a TOML string but for DEL."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_value(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode("utf-8")
        return orjson.dumps(text).decode("utf-8").replace("\x7f", "\\u007f")
    return orjson.dumps(value).decode("utf-8")
