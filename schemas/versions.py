"""Names and versions of records: `article/1.0` is the record `article`, major version 1, minor version 0.

Within a major version fields are only added, each with a default. A value added to an enumeration, a field removed or
a changed meaning is a new major version, and that is a new topic.
"""

from __future__ import annotations

DIGITS_LIMIT = 6


class SchemaMismatch(ValueError):  # noqa: N818  says what is the matter
    """A `schema` field that is missing, malformed, of another record or of another major version."""


def split_version(schema: str) -> tuple[str, int, int]:
    """Split `article/1.0` into name, major and minor version.

    Raises:
        SchemaMismatch: it has another form.
    """
    name, _, version = schema.partition("/")
    major, _, minor = version.partition(".")
    if not (name and _is_number(major) and _is_number(minor)):
        raise SchemaMismatch("expected name/major.minor")
    return name, int(major), int(minor)


def is_newer_minor(given: object, own: str) -> bool:
    """Say whether a record of schema `given` may have fields that our version `own` does not know.

    Raises:
        SchemaMismatch: our version cannot read it.
    """
    if given == own:
        return False
    if given is None:
        raise SchemaMismatch("missing")
    if not isinstance(given, str):
        raise SchemaMismatch("expected a string")
    name, major, minor = split_version(given)
    own_name, own_major, own_minor = split_version(own)
    if name != own_name:
        raise SchemaMismatch(f"expected {own}, got another record: {name[:64]!a}")
    if major != own_major:
        raise SchemaMismatch(f"expected {own}, got the unknown major version {major}")
    return minor > own_minor


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_LIMIT
