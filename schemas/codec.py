"""Records to JSON bytes and back: deterministic one way, strict the other.

Encoding: fields in declared order, the keys of dicts sorted, numbers as orjson writes them. A lone surrogate, which
UTF-8 cannot carry, becomes U+FFFD, one for one, so that offsets hold. NaN and the infinities are refused.

Decoding: every field must have its declared type; an int is taken where a float is declared, a bool is no int.
Records with a `schema` field may come from a newer minor version, whose unknown fields are then ignored at any depth;
the record that is returned is one of our own version. A key that is given twice counts with its last value.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

import orjson

from schemas.escaping import without_surrogates
from schemas.parsers import Parser, Wrong, parser_of

T = TypeVar("T")
Reason = Literal["decode", "schema"]


class DecodeError(ValueError):
    """Bytes that are no record.

    Attributes:
        reason: "schema" where the `schema` field is missing, of another record or of an unknown major version;
            "decode" for everything else.
        field: the path of the offending field, such as `segments[3].start`; None where the value as a whole is wrong.
        offset: the byte at which the data stops being JSON; None where it is JSON.
    """

    def __init__(self, reason: Reason, message: str, field: str | None = None, offset: int | None = None) -> None:
        place = f"field {field}: " if field else f"byte {offset}: " if offset is not None else ""
        super().__init__(f"{place}{message}")
        self.reason: Reason = reason
        self.field = field
        self.offset = offset


def encode(record: object) -> bytes:
    """Write a record, or any value made of records, as JSON.

    Raises:
        ValueError: a number is NaN or infinite.
        TypeError: something has no JSON form (an int beyond 64 bits, a set, a key that is no str).
    """
    _refuse_not_finite(record)
    try:
        written = orjson.dumps(record, default=_bytes_as_base64, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        written = orjson.dumps(_without_surrogates(record), default=_bytes_as_base64, option=orjson.OPT_SORT_KEYS)
    # orjson cuts its buffer to length in place: kept as they are, as tables keep them, 500 bytes hold 4 kB of memory.
    return memoryview(written).tobytes()


def decode(cls: type[T], data: bytes | None) -> T:
    """Read a record of type `cls`.

    Raises:
        DecodeError: nothing else, whatever the bytes.
    """
    if not data:
        raise DecodeError("decode", "no value" if data is None else "no bytes", offset=None if data is None else 0)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DecodeError("decode", error.msg, offset=_byte_offset(data, error)) from None
    return build(cls, value)


def plain(value: object) -> Any:
    """Turn a record, or any value made of records, into dicts, lists, strings, numbers and None, as JSON has them."""
    return orjson.loads(encode(value))


def build(cls: type[T], value: object) -> T:
    """Make a record of type `cls` from what `plain` gives.

    Raises:
        DecodeError: the value is no such record.
    """
    try:
        return cast("T", _parser(cast("Hashable", cls))(value))
    except Wrong as wrong:
        raise DecodeError(wrong.reason, wrong.message, wrong.path or None) from None


@cache
def _parser(cls: Any) -> Parser:
    return parser_of(cls)


def _byte_offset(data: bytes, error: orjson.JSONDecodeError) -> int:
    """Turn the error's position, which counts characters, into one that counts bytes."""
    try:
        return len(bytes(data).decode("utf-8")[: error.pos].encode("utf-8"))
    except UnicodeDecodeError as bad:
        return bad.start


def _bytes_as_base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _without_surrogates(value: object) -> object:
    """Copy a value as dicts and lists in which every lone surrogate is U+FFFD."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, Mapping):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    if is_dataclass(value):
        return {field.name: _without_surrogates(getattr(value, field.name)) for field in fields(value)}
    return value


def _refuse_not_finite(value: object) -> None:
    """Raise where a float is NaN or infinite: orjson would write null."""
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("NaN and infinities have no JSON form")
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_not_finite(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            _refuse_not_finite(item)
    elif is_dataclass(value):
        for name in _names_that_hold_floats(cast("Hashable", type(value))):
            _refuse_not_finite(getattr(value, name))


@cache
def _names_that_hold_floats(cls: Any) -> tuple[str, ...]:
    """Name the fields in which a float may be found, so that the others need no look."""
    return tuple(name for name, hint in get_type_hints(cls).items() if _holds_floats(hint))


def _holds_floats(hint: Any) -> bool:
    if hint is float or hint is Any:
        return True
    if get_origin(hint) is Literal:
        return False
    if is_dataclass(hint):
        return bool(_names_that_hold_floats(cast("Hashable", hint)))
    return any(_holds_floats(part) for part in get_args(hint))
