"""What each field of a record and each header means, from fields.toml: the words of JSON Schemas and topic pages."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from functools import cache
from importlib.resources import files

HEADERS = "headers"


class MeaningError(ValueError):
    """A field has no meaning in fields.toml, or a meaning no field; the message names both."""


def meanings(cls: type) -> dict[str, str]:
    """Give the meaning of every field of a record or of a part of one, in their order.

    Raises:
        MeaningError: the table of that class names other fields, or in another order.
    """
    given = _tables().get(cls.__name__, {})
    wanted = [field.name for field in fields(cls)]
    if list(given) != wanted:
        raise MeaningError(f"fields.toml: [{cls.__name__}] has {', '.join(given)}; wanted {', '.join(wanted)}")
    return given


def header_meaning(name: str) -> str:
    """Give the meaning of a header.

    Raises:
        MeaningError: it has none.
    """
    try:
        return _tables()[HEADERS][name]
    except KeyError:
        raise MeaningError(f"fields.toml: [{HEADERS}] has no {name!r}") from None


def described() -> frozenset[str]:
    """Name what has a table in fields.toml."""
    return frozenset(_tables())


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("schemas") / "fields.toml").read_text(encoding="utf-8"))
