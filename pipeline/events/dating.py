"""How a language writes dates: names of months and days, words that count from today, and what stands between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError

from pipeline.resources import language_rows
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    "ordinal", "joiner", "range", "range_open", "next", "next_behind", "last", "last_behind", "this", "one",
    "year_before", "year_after", "year_unit", "month_unit", "day_unit", "ahead_before", "filler", "since",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dating:
    """How a language writes dates, beside its names of months and days (the head of lang/en/dates.toml explains it)."""

    capitals: bool = False
    weekdays_need_marker: bool = False
    numeric: str = ""
    marks: dict[str, frozenset[str]] = field(default_factory=dict)

    def is_a(self, mark: str, word: str) -> bool:
        """Whether a word does that service in a date."""
        return word in self.marks.get(mark, ())

    def is_unit(self, word: str) -> bool:
        """Whether a word stands behind the number of a year, a month or a day."""
        return any(self.is_a(mark, word) for mark in ("year_unit", "month_unit", "day_unit"))


def dating(table: dict[str, Any], fold: dict[int, str]) -> Dating:
    """Make it of a language's dates.toml."""
    words = table.get("words", {})
    marks = {name: frozenset(normalise(w).text.lower().translate(fold) for w in words.get(name, ())) for name in _MARKS}
    return Dating(bool(table.get("capitals")), bool(table.get("weekdays_need_marker")), table.get("numeric", ""), marks)


def calendar_words(code: str, table: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield names of months and weekdays of CLDR and of the language's tables, and words that count from today."""
    for kind, names in _cldr(code).items():
        yield from ((name, (kind, number)) for name, number in names)
        yield from ((row[0], (kind, int(row[1]))) for row in language_rows(code, f"{kind}s"))
        yield from ((name, (kind, number)) for name, number in table.get(f"{kind}s", {}).items())
    yield from ((name, ("solar", number)) for name, number in table.get("solar_months", {}).items())
    yield from ((name, ("day", number)) for name, number in table.get("days", {}).items())
    for unit, shifts in table.get("shift", {}).items():
        yield from ((phrase, ("shift", (unit, int(n)))) for n, phrases in shifts.items() for phrase in phrases)
    for number, units in table.get("counted", {}).items():
        yield from ((phrase, ("counted", (unit, int(number)))) for unit, listed in units.items() for phrase in listed)
    yield from ((phrase, ("none", None)) for phrase in table.get("none", ()))
    for unit, phrases in table.get("unit", {}).items():
        yield from ((phrase, ("unit", unit)) for phrase in phrases)


@cache
def _cldr(code: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Names of months and weekdays, as written in a date and alone: "апреля", "апрель"."""
    try:
        locale = Locale(code)
    except UnknownLocaleError:
        locale = Locale("en")
    found = {}
    for kind, names in (("month", locale.months), ("weekday", locale.days)):
        both = [(name, number) for form in ("format", "stand-alone") for number, name in names[form]["wide"].items()]
        found[kind] = tuple(dict.fromkeys(both))
    return found
