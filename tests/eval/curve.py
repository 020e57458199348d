"""Precision and recall of events by the least confidence asked for: `python -m tests.eval.curve [--svg FILE]`.

Of the visible articles and translated stories, scored by the scorer beside them; a small sample, partly read while the
rules were written, so the shape of the curve says more than its height. `--svg` draws it.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from agents.process import Job, Summary, process
from tests.paths import shared

KINDS = ("articles", "stories")
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
COUNTS = re.compile(
    r"^(\w+)\s+precision \S+ recall \S+\s+tp (\d+) fp (\d+) \(.*?\) fn (\d+)\s+negatives hit (\d+)/(\d+)", re.MULTILINE
)
WIDTH, HEIGHT, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 640, 300, 50, 20, 560, 230


class Point(NamedTuple):
    """Counts at one threshold, of all languages."""

    threshold: float
    right: int
    wrong: int
    missed: int
    negatives_hit: int
    negatives: int

    @property
    def precision(self) -> float:
        """Right ones among those emitted; 1 where none is."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Right ones among the main events of the gold."""
        return self.right / max(1, self.right + self.missed)


def curve() -> list[Point]:
    """Code both sets once and score them at every threshold."""
    folder = shared()
    assert folder is not None
    scorer = folder / "data" / "events" / "score.py"
    with tempfile.TemporaryDirectory() as scratch:
        outputs = {kind: _coded(scorer, kind, Path(scratch) / kind) for kind in KINDS}
        return [_point(scorer, outputs, threshold) for threshold in THRESHOLDS]


def _coded(scorer: Path, kind: str, output: Path) -> Path:
    inputs = subprocess.run([sys.executable, scorer, "inputs", kind], capture_output=True, check=True).stdout
    with output.open("wb") as sink:
        process(io.BytesIO(inputs), sink, Job(until="events"), Summary())
    return output


def _point(scorer: Path, outputs: dict[str, Path], threshold: float) -> Point:
    sums = [0] * 5
    for kind, output in outputs.items():
        command = [sys.executable, scorer, "score", kind, output, "--min-confidence", str(threshold)]
        printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        counts = next(match.groups()[1:] for match in COUNTS.finditer(printed) if match[1] == "all")
        sums = [old + int(new) for old, new in zip(sums, counts, strict=True)]
    return Point(threshold, *sums)


def drawing(points: list[Point]) -> str:
    """Draw precision and recall over the threshold as SVG."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for step in range(0, 11, 2):
        y = TOP + PLOT_HEIGHT * (1 - step / 10)
        lines += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + PLOT_WIDTH}" y2="{y:.1f}" stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step / 10:.1f}</text>',
        ]
    lines += [
        f'<text x="{_x(p.threshold):.1f}" y="{TOP + PLOT_HEIGHT + 18}" text-anchor="middle">{p.threshold}</text>'
        for p in points
    ]
    for name, colour, dash in (("precision", "#0b62a4", "none"), ("recall", "#b34700", "6 4")):
        path = " ".join(f"{_x(p.threshold):.1f},{TOP + PLOT_HEIGHT * (1 - getattr(p, name)):.1f}" for p in points)
        y = TOP + PLOT_HEIGHT * (1 - getattr(points[0], name))
        lines += [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>',
            f'<text x="{_x(points[0].threshold) + 6:.1f}" y="{y - 6:.1f}" fill="{colour}">{name}</text>',
        ]
    lines.append(f'<text x="{LEFT + PLOT_WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">confidence at least</text>')
    return "\n".join([*lines, "</svg>", ""])


def _x(threshold: float) -> float:
    return LEFT + PLOT_WIDTH * (threshold - THRESHOLDS[0]) / (THRESHOLDS[-1] - THRESHOLDS[0])


def main() -> int:
    """Print the curve as a table for docs; draw it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg", type=Path, metavar="FILE")
    args = parser.parse_args()
    if shared() is None:
        print("no development data")
        return 0
    points = curve()
    print("| confidence at least | precision | recall | right | wrong | articles without an event that are hit |")
    print("|---|---|---|---|---|---|")
    for p in points:
        hit = f"{p.negatives_hit} of {p.negatives}"
        print(f"| {p.threshold} | {p.precision:.2f} | {p.recall:.2f} | {p.right} | {p.wrong} | {hit} |")
    if args.svg:
        args.svg.write_text(drawing(points), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
