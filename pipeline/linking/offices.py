"""Offices that a state gives to one person at a time: as good as a name."""

from __future__ import annotations

from functools import cache

from pipeline.resources import ResourceError, knowledge_rows


def holder(office: str | None) -> str | None:
    """The office as compared, None where several persons of a country may hold it, or a body is meant."""
    if office is None or office not in _exclusive():
        return None
    return _same().get(office, office)


@cache
def _exclusive() -> frozenset[str]:
    rows = knowledge_rows("offices")
    if any(len(row) != 5 for row in rows):
        raise ResourceError("offices.tsv: expected office, sector, rank, kind, exclusive")
    return frozenset(office for office, _, _, _, exclusive in rows if exclusive == "yes")


@cache
def _same() -> dict[str, str]:
    rows = knowledge_rows("same_office")
    if any(len(row) != 2 for row in rows):
        raise ResourceError("same_office.tsv: expected office, same_as")
    return {office: same for office, same in rows}  # noqa: C416  rows are tuples of any length to mypy
