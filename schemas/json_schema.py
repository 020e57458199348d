"""JSON Schema (2020-12) of the records, made from their annotations, docstrings and fields.toml."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from schemas.headers import dataschema
from schemas.meanings import meanings
from schemas.records import RECORDS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

Schema = dict[str, Any]


def json_schema(name: str) -> Schema:
    """Give the schema of a record of `schemas.records.RECORDS`, of our own minor version."""
    cls = RECORDS[name]
    parts: dict[str, Schema] = {}
    body = _record(cls, parts)
    version = next((field.default for field in fields(cls) if field.name == "schema"), f"{name}/1.0")
    return {
        "$schema": DRAFT,
        "$id": dataschema(str(version)),
        "title": cls.__name__,
        **body,
        **({"$defs": dict(sorted(parts.items()))} if parts else {}),
    }


def _record(cls: Any, parts: dict[str, Schema]) -> Schema:
    """Give the schema of a record class; those of the classes in it are put into `parts`."""
    hints, said = get_type_hints(cls), meanings(cls)
    return {
        "description": description(cls),
        "type": "object",
        "properties": {
            field.name: {"description": said[field.name], **_field(field, hints[field.name], parts)}
            for field in fields(cls)
        },
        "required": [field.name for field in fields(cls) if is_required(field)],
        "additionalProperties": False,
    }


def description(cls: type) -> str:
    """Give the docstring of a record as one paragraph."""
    return " ".join(cleandoc(cls.__doc__ or "").split())


def is_required(field: Field[Any]) -> bool:
    """Say whether a record without this field is refused."""
    return field.name == "schema" or (field.default is MISSING and field.default_factory is MISSING)


def _field(field: Field[Any], hint: Any, parts: dict[str, Schema]) -> Schema:
    if field.name == "schema" and isinstance(field.default, str):
        return {"const": field.default}
    schema = _type(hint, parts)
    if field.default is MISSING or field.default is None:
        return schema
    return {**schema, "default": list(field.default) if isinstance(field.default, tuple) else field.default}


_SCALARS: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "contentEncoding": "base64", "pattern": BASE64},
}


def _type(hint: Any, parts: dict[str, Schema]) -> Schema:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return _or_null(_type(next(a for a in arguments if a is not NoneType), parts))
    if origin is tuple:
        return _array(arguments, parts)
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1], parts)}
    if not is_dataclass(hint) or not isinstance(hint, type):
        raise TypeError(f"no JSON Schema for {hint!r}")
    if hint.__name__ not in parts:
        parts[hint.__name__] = {}
        parts[hint.__name__] = _record(hint, parts)
    return {"$ref": f"#/$defs/{hint.__name__}"}


def _or_null(schema: Schema) -> Schema:
    if schema.keys() == {"type"}:
        return {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _array(arguments: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _type(arguments[0], parts)}
    items = [_type(argument, parts) for argument in arguments]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
