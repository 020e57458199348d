"""Offices: those that a state gives to one person at a time are as good as a name; others tell persons apart."""

from __future__ import annotations

from functools import cache

from pipeline.resources import ResourceError, knowledge_rows

HIGH_RANKS = ("1", "2", "3")


def holder(office: str | None) -> str | None:
    """The office as compared, None where several persons of a country may hold it, or a body is meant."""
    if office is None or office not in _exclusive():
        return None
    return _same().get(office, office)


def post(office: str | None) -> str | None:
    """The office as compared, None where whoever holds it may be called otherwise as well."""
    if office is None or office not in _posts():
        return None
    return _same().get(office, office)


def is_many(office: str | None) -> bool:
    """Whether an office says that several people are meant, none of whom is named."""
    return office in _many()


@cache
def _many() -> frozenset[str]:
    return frozenset(office for office, _, _, kind, _ in _offices() if kind == "persons")


@cache
def _offices() -> tuple[tuple[str, ...], ...]:
    rows = knowledge_rows("offices")
    if any(len(row) != 5 for row in rows):
        raise ResourceError("offices.tsv: expected office, sector, rank, kind, exclusive")
    return rows


@cache
def _exclusive() -> frozenset[str]:
    return frozenset(office for office, _, _, _, exclusive in _offices() if exclusive == "yes")


@cache
def _posts() -> frozenset[str]:
    vague = {row[0] for row in knowledge_rows("vague_office")}
    high = (office for office, _, rank, kind, _ in _offices() if kind == "person" and rank in HIGH_RANKS)
    return frozenset(office for office in high if office not in vague)


@cache
def _same() -> dict[str, str]:
    rows = knowledge_rows("same_office")
    if any(len(row) != 2 for row in rows):
        raise ResourceError("same_office.tsv: expected office, same_as")
    return {office: same for office, same in rows}  # noqa: C416  rows are tuples of any length to mypy
