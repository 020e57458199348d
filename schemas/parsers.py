"""Parsers of JSON values, made once from the annotations of a record class.

A parser takes what orjson gives and returns the typed value, or raises `Wrong`. Paths are put together only when
something is wrong, on the way out.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from schemas.versions import SchemaMismatch, is_newer_minor

Parser: TypeAlias = Callable[[Any], Any]

NAME_LIMIT = 64
PATH_LIMIT = 512


class Wrong(Exception):  # noqa: N818  never leaves the package: the codec turns it into a DecodeError
    """A value is not of its declared type; `path` grows while the exception passes the parsers."""

    def __init__(self, message: str, reason: Literal["decode", "schema"] = "decode", path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason: Literal["decode", "schema"] = reason
        self.path = path

    def inside(self, step: str) -> Wrong:
        """Say that it happened inside the field or item `step`."""
        path = f"{step}{self.path}" if not self.path or self.path.startswith("[") else f"{step}.{self.path}"
        self.path = path[:PATH_LIMIT]
        return self


def parser_of(hint: Any, *, lenient: bool = False) -> Parser:
    """Make the parser of a type; a lenient one ignores fields it does not know.

    Raises:
        TypeError: a kind of annotation that no record uses.
    """
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _choice(arguments)
    if origin in (Union, UnionType):
        return _optional(arguments, lenient=lenient)
    if origin is tuple:
        return _tuple(arguments, lenient=lenient)
    if origin is dict and arguments[0] is str:
        return _dict(parser_of(arguments[1], lenient=lenient))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint, lenient=lenient)
    raise TypeError(f"no parser for {hint!r}")


def shown(name: str) -> str:
    """Show an untrusted name in a message: bounded, ASCII, without control characters."""
    text = ascii(name[:NAME_LIMIT])[1:-1]
    return text if len(name) <= NAME_LIMIT else f"{text}..."


def kind(value: object) -> str:
    """Name the JSON type of a value."""
    return _KINDS.get(type(value), "something that is not JSON")


_KINDS: dict[type, str] = {
    NoneType: "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def _expected(what: str, value: object) -> Wrong:
    return Wrong(f"expected {what}, got {kind(value)}")


def _str(value: Any) -> Any:
    if type(value) is not str:
        raise _expected("a string", value)
    return value


def _bool(value: Any) -> Any:
    if type(value) is not bool:
        raise _expected("a boolean", value)
    return value


def _int(value: Any) -> Any:
    if type(value) is not int:
        # An integer beyond 64 bits arrives as a float, too.
        raise _expected("an integer of at most 64 bits", value)
    return value


def _float(value: Any) -> Any:
    if type(value) is int:
        return float(value)
    if type(value) is not float or not isfinite(value):
        raise _expected("a finite number", value)
    return value


def _bytes(value: Any) -> Any:
    try:
        return b64decode(_str(value), validate=True)
    except ValueError:
        raise Wrong("expected base64") from None


def _any(value: Any) -> Any:
    return value


_SCALARS: dict[Any, Parser] = {str: _str, bool: _bool, int: _int, float: _float, bytes: _bytes, Any: _any}


_EXACT: dict[Any, type] = {str: str, bool: bool, int: int, str | None: str, int | None: int}


def _choice(allowed: tuple[Any, ...]) -> Parser:
    choices = {value: value for value in allowed}

    def parse(value: Any) -> Any:
        # A known string is returned as the one object all records share.
        if type(value) is not str or value not in choices:
            given = f"'{shown(value)}'" if type(value) is str else kind(value)
            raise Wrong(f"expected one of {', '.join(allowed)}, got {given}")
        return choices[value]

    return parse


def _optional(arguments: tuple[Any, ...], *, lenient: bool) -> Parser:
    rest = [argument for argument in arguments if argument is not NoneType]
    if len(rest) != 1 or len(rest) == len(arguments):
        raise TypeError("the only union with a parser is X | None")
    inner = parser_of(rest[0], lenient=lenient)

    def parse(value: Any) -> Any:
        return None if value is None else inner(value)

    return parse


def _tuple(arguments: tuple[Any, ...], *, lenient: bool) -> Parser:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _sequence(arguments[0], lenient=lenient)
    parsers = [parser_of(argument, lenient=lenient) for argument in arguments]

    def parse(value: Any) -> Any:
        if type(value) is not list or len(value) != len(parsers):
            raise _expected(f"an array of {len(parsers)}", value)
        return tuple(_item(parser, value, index) for index, parser in enumerate(parsers))

    return parse


def _item(parser: Parser, value: list[Any], index: int) -> Any:
    try:
        return parser(value[index])
    except Wrong as wrong:
        raise wrong.inside(f"[{index}]") from None


def _sequence(hint: Any, *, lenient: bool) -> Parser:
    inner = parser_of(hint, lenient=lenient)
    only = {_EXACT[hint]} if hint in _EXACT else None

    def parse(value: Any) -> Any:
        if type(value) is not list:
            raise _expected("an array", value)
        if set(map(type, value)) == only:
            return tuple(value)
        done: list[Any] = []
        try:
            for item in value:
                done.append(inner(item))  # noqa: PERF401  the length says which item was wrong
        except Wrong as wrong:
            raise wrong.inside(f"[{len(done)}]") from None
        return tuple(done)

    return parse


def _dict(inner: Parser) -> Parser:
    def parse(value: Any) -> Any:
        if type(value) is not dict:
            raise _expected("an object", value)
        done: dict[str, Any] = {}
        for key, item in value.items():
            try:
                done[_str(key)] = inner(item)
            except Wrong as wrong:
                raise wrong.inside(shown(str(key))) from None
        return done

    return parse


@cache
def _record(cls: Any, *, lenient: bool) -> Parser:
    hints = get_type_hints(cls)
    names = {field.name for field in fields(cls)}
    parsers = {name: parser_of(hints[name], lenient=lenient) for name in hints if name in names}
    # Values of these types are taken as they are: most are, and a look costs less than a call.
    exact = {name: _EXACT[hints[name]] for name in parsers if hints[name] in _EXACT}
    required = tuple(
        field.name for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING
    )

    def parse(value: Any) -> Any:
        if type(value) is not dict:
            raise _expected("an object", value)
        given = value.copy()
        name = ""
        try:
            for name, item in value.items():
                if exact.get(name) is type(item):
                    continue
                parser = parsers.get(name)
                if parser is not None:
                    given[name] = parser(item)
                elif lenient:
                    del given[name]
                else:
                    raise Wrong("unknown field")  # noqa: TRY301  the path is put together below
        except Wrong as wrong:
            raise wrong.inside(name if name in parsers else shown(str(name))) from None
        try:
            return cls(**given)
        except TypeError:
            missing = next((name for name in required if name not in given), None)
            if missing is None:
                raise
            raise Wrong("missing", path=missing) from None

    default = next((field.default for field in fields(cls) if field.name == "schema"), None)
    return _versioned(cls, parse, default) if isinstance(default, str) else parse


def _versioned(cls: Any, parse: Parser, own: str) -> Parser:
    """Wrap the parser of a record that names its version: look at that first, and choose by it what is ignored."""

    def parse_versioned(value: Any) -> Any:
        if type(value) is not dict:
            raise _expected("an object", value)
        try:
            newer = is_newer_minor(value.get("schema"), own)
        except SchemaMismatch as mismatch:
            raise Wrong(str(mismatch), "schema", "schema") from None
        # The record returned is one of our version, since what it does not know is gone.
        return _record(cls, lenient=True)({**value, "schema": own}) if newer else parse(value)

    return parse_versioned
