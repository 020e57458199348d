"""Numbers the evidence states: money, percentages, counts of people, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from schemas.event import Quantity

if TYPE_CHECKING:
    from pipeline.events.chart import Chart

Qualifier = Literal["exact", "more_than", "less_than", "about"]
LONGEST = 18
MOST_WORDS = 6
MONEY_UNIT = 3
QUALIFIERS: dict[str, Qualifier] = {"more_than": "more_than", "less_than": "less_than", "about": "about"}


def quantities(chart: Chart, start: int, end: int) -> tuple[Quantity, ...]:
    """Return the quantities in tokens [start, end), in order."""
    found: list[Quantity] = []
    i = start
    while i < end:
        value, j = _value(chart, i, end)
        if value is None:
            i += 1
            continue
        unit = chart.hit("unit", j) or chart.hit("unit", i - 1)
        if unit is not None:
            stop = max(j, unit[0]) if chart.hit("unit", j) else j
            first = i if chart.hit("unit", j) else i - 1
            found.append(_quantity(chart, first, stop, value, str(unit[1][0])))
            j = stop
        i = max(j, i + 1)
    return tuple(found)


def _value(chart: Chart, i: int, end: int) -> tuple[float | None, int]:
    """Read a number in figures or words with its multipliers: 7, 1,500, forty, 7.5 million."""
    value = _figure(chart.word(i))
    j = i + 1
    if value is None:
        hit = chart.hit("number", i)
        if hit is None:
            return None, i
        value, j = float(hit[1][0]), hit[0]
    for _ in range(MOST_WORDS):
        hit = chart.hit("number", j)
        if hit is None or j >= end or hit[1][0] < 100:
            break
        value, j = value * float(hit[1][0]), hit[0]
    return value, j


def _figure(word: str) -> float | None:
    plain = word.replace(",", "").replace("٬", "")
    if not plain.isascii() or len(plain) > LONGEST or not plain.replace(".", "", 1).isdigit():
        return None
    return float(plain)


def _quantity(chart: Chart, start: int, end: int, value: float, unit: str) -> Quantity:
    kind: Literal["money", "percent", "count", "duration"] = "count"
    if unit == "percent":
        kind = "percent"
    elif len(unit) == MONEY_UNIT and unit.isupper():
        kind = "money"
    elif unit in {"day", "month", "year", "hour"}:
        kind = "duration"
    qualifier: Qualifier = "exact"
    for name, label in QUALIFIERS.items():
        if chart.has("word", end, name) or any(chart.has("word", start - back, name) for back in (1, 2)):
            qualifier = label
    first, last = chart.span(start, end)
    return Quantity(text="", start=first, end=last, kind=kind, value=value, unit=unit, qualifier=qualifier)
