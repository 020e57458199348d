"""Draw a soak and give its slopes: `python -m tests.chaos.soak_plot CSV [--svg FILE]`.

A slope is that of the least squares line over the second half, when every window has passed once.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, PANEL, LEFT, RIGHT, GAP, TOP = 720, 110, 64, 130, 36, 24
HOUR = 3600.0
COLOURS = ("#0b62a4", "#b34700", "#2e7d32", "#6a1b9a")
Row = dict[str, str]
Line = tuple[str, Callable[[Row], float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A diagram: what it shows and its lines."""

    title: str
    lines: tuple[Line, ...]


def value(column: str) -> Callable[[Row], float]:
    """Return a function that reads a column, 0 where a process had just begun."""
    return lambda row: float(row.get(column) or 0)


def total(*columns: str) -> Callable[[Row], float]:
    """Return a function that adds columns up."""
    return lambda row: sum(float(row.get(column) or 0) for column in columns)


def both(suffix: str) -> tuple[str, ...]:
    """Return the column of each worker."""
    return (f"w0_{suffix}", f"w1_{suffix}")


PANELS = (
    Panel("resident memory, MB", (("worker 1", value("w0_rss_mb")), ("worker 2", value("w1_rss_mb")))),
    Panel("open handles", (("worker 1", value("w0_handles")), ("worker 2", value("w1_handles")))),
    Panel(
        "table entries",
        tuple((stage, total(*both(f"{stage}_entries"))) for stage in ("language", "dedup", "linking")),
    ),
    Panel("table size, MB", (("all", lambda row: sum(_sizes(row)) / 2**20),)),
    Panel("lag of all stages, records", (("lag", total("lag_language", "lag_dedup", "lag_events", "lag_linking")),)),
    Panel("load of the machine (2 cores)", (("load", value("load")),)),
)


def _sizes(row: Row) -> list[float]:
    return [total(*both(f"{stage}_bytes"))(row) for stage in ("language", "dedup", "linking")]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the least squares line, a second."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


def report(rows: Sequence[Row]) -> str:
    """Return a table of what each line did in the second half: first, last, least, most, slope an hour."""
    half = [row for row in rows if float(row["seconds"]) >= float(rows[-1]["seconds"]) / 2]
    lines = ["| what | at half time | at the end | least | most | slope an hour |", "|---|--:|--:|--:|--:|--:|"]
    for panel in PANELS:
        for name, read in panel.lines:
            points = [(float(row["seconds"]), read(row)) for row in half]
            values = [y for _, y in points]
            numbers = (values[0], values[-1], min(values), max(values), slope(points) * HOUR)
            lines.append(f"| {panel.title}: {name} | " + " | ".join(f"{one:.1f}" for one in numbers) + " |")
    return "\n".join(lines)


def drawing(rows: Sequence[Row]) -> str:
    """Draw all panels below each other over the same hours."""
    height = TOP + len(PANELS) * (PANEL + GAP) + 20
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    for place, panel in enumerate(PANELS):
        out += _panel(panel, rows, TOP + place * (PANEL + GAP))
    out.append(f'<text x="{LEFT}" y="{height - 6}">hours of steady load</text>')
    return "\n".join([*out, "</svg>", ""])


def _panel(panel: Panel, rows: Sequence[Row], top: int) -> list[str]:
    series = [(name, [read(row) for row in rows]) for name, read in panel.lines]
    most = max(max(values) for _, values in series) * 1.05 or 1.0
    end, width = float(rows[-1]["seconds"]), WIDTH - LEFT - RIGHT
    out = [
        f'<text x="{LEFT}" y="{top - 6}">{panel.title}</text>',
        f'<rect x="{LEFT}" y="{top}" width="{width}" height="{PANEL}" fill="none" stroke="#bbb"/>',
        f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{most:.0f}</text>',
        f'<text x="{LEFT - 6}" y="{top + PANEL}" text-anchor="end">0</text>',
    ]
    for hour in range(int(end / HOUR) + 1):
        x = LEFT + width * hour * HOUR / end
        out.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + PANEL}" stroke="#eee"/>')
        out.append(f'<text x="{x:.1f}" y="{top + PANEL + 14}" text-anchor="middle" fill="#777">{hour}</text>')
    for number, (name, values) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(
            f"{LEFT + width * float(row['seconds']) / end:.1f},{top + PANEL * (1 - y / most):.1f}"
            for row, y in zip(rows, values, strict=True)
        )
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        out.append(f'<text x="{WIDTH - RIGHT + 8}" y="{top + 14 + 16 * number}" fill="{colour}">{name}</text>')
    return out


def main() -> int:
    """Print the table, and draw where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path)
    parser.add_argument("--svg", type=Path)
    args = parser.parse_args()
    with args.csv.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("seconds") and row.get("load")]
    sys.stdout.write(report(rows) + "\n")
    if args.svg:
        args.svg.write_text(drawing(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
