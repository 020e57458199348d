"""The only reader of lang/ (one folder a language) and knowledge/ (for all languages)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

Row = tuple[str, ...]


class ResourceError(ValueError):
    """A data file is missing, malformed or inconsistent; the message names file and line."""


def _folder(name: str) -> Traversable:
    return files("pipeline") / name


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that have a folder in lang/, sorted."""
    return tuple(sorted(f.name for f in _folder("lang").iterdir() if (f / "meta.toml").is_file()))


@cache
def language_toml(code: str, name: str) -> dict[str, Any]:
    """Read lang/<code>/<name>.toml; an absent file is an empty table."""
    return _toml(_folder("lang") / code / f"{name}.toml")


@cache
def language_rows(code: str, name: str) -> tuple[Row, ...]:
    """Read lang/<code>/<name>.tsv as tuples of cells; an absent file has no rows."""
    return _rows(_folder("lang") / code / f"{name}.tsv")


@cache
def knowledge_toml(name: str) -> dict[str, Any]:
    """Read knowledge/<name>.toml."""
    return _toml(_folder("knowledge") / f"{name}.toml")


@cache
def knowledge_rows(name: str) -> tuple[Row, ...]:
    """Read knowledge/<name>.tsv as tuples of cells."""
    return _rows(_folder("knowledge") / f"{name}.tsv")


def _toml(file: Traversable) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ResourceError(f"{file}: {error}") from error


def _rows(file: Traversable) -> tuple[Row, ...]:
    """Cells of every line that is not empty and no comment (`#` first); the first of them names the columns."""
    if not file.is_file():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#")]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise ResourceError(f"{file}: row {number} has {len(row)} cells, the header {len(rows[0])}")
    return tuple(rows[1:])
