"""Rows as comma-separated text after RFC 4180, in UTF-8, each line ended by a line feed.

Text is always in quotation marks and kept as it is, line breaks included; an empty cell without quotation marks is no
value. Codes of one cell are separated by semicolons. Times are RFC 3339 in UTC.

Such files are for programs. A spreadsheet program takes text that begins with = + - @ for a formula, and the text of a
feed may be made to do harm there; `spreadsheet` rows begin such text with an apostrophe, as OWASP advises, and so are
not the text that was exported.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from pipeline.export.columns import Cell, Column
from schemas.escaping import without_surrogates

BOM = "\ufeff"
FORMULA = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def header(columns: Iterable[Column]) -> str:
    """Give the first line, with its line feed."""
    return ",".join(column.name for column in columns) + "\n"


def line(cells: Iterable[Cell], *, spreadsheet: bool = False) -> str:
    """Give the line of a row, with its line feed."""
    return ",".join(_cell(cell, spreadsheet=spreadsheet) for cell in cells) + "\n"


def codes(values: Iterable[str]) -> str:
    """Join codes by semicolons; a semicolon or a percent sign within one is percent-escaped."""
    return ";".join(value.replace("%", "%25").replace(";", "%3B") for value in values)


def _cell(cell: Cell, *, spreadsheet: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, tuple):
        return _quoted(codes(cell), spreadsheet=spreadsheet) if cell else ""
    return _quoted(cell, spreadsheet=spreadsheet) if isinstance(cell, str) else repr(cell)


def _quoted(text: str, *, spreadsheet: bool) -> str:
    # Readers of delimited text end at a NUL; UTF-8 cannot carry a lone surrogate.
    safe = without_surrogates(text).replace("\0", "\ufffd")
    guard = "'" if spreadsheet and safe.lstrip(" \u00a0\u200b\ufeff")[:1] in FORMULA else ""
    return '"' + guard + safe.replace('"', '""') + '"'
