"""The figures as a drawing: accuracy beside other detectors, and how far confidence can be believed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tests.eval.language.texts import BUCKETS

WIDTH, HEIGHT, TOP, BOTTOM, PANEL = 990, 330, 64, 284, 230
LEFTS = (84, 412, 740)
# Okabe and Ito's colours, which colour-blind readers tell apart too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000")
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
    "<title>Languages of unseen text: accuracy beside other detectors, and confidence beside accuracy</title>\n"
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
)
Accuracies = Mapping[str, Mapping[str, Sequence[float]]]
Bins = Sequence[tuple[float, float, int]]


def svg(table: Accuracies, reliability: Bins) -> str:
    """Return an SVG of three panels: core languages, hard languages, reliability."""
    parts = [
        _legend(table),
        *_dots(table, "core", LEFTS[0], 0.9),
        *_dots(table, "hard", LEFTS[1], 0.4),
        *_reliability(reliability, LEFTS[2]),
    ]
    return _HEAD + "".join(f"{part}\n" for part in parts) + "</svg>\n"


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{text}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, more: str = ' stroke="#ddd"') -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{more}/>'


def _dot(x: float, y: float, radius: float, colour: str, title: str) -> str:
    circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.8">'
    return f"{circle}<title>{title}</title></circle>"


def _legend(table: Accuracies) -> str:
    entries = zip(table, COLOURS, strict=False)
    return "".join(
        _dot(90 + 105 * i, 16, 5, colour, name) + _text(100 + 105 * i, 20, name, "start")
        for i, (name, colour) in enumerate(entries)
    )


def _dots(table: Accuracies, kind: str, left: float, least: float) -> Iterable[str]:
    """Draw a row of dots a bucket, one a detector, from `least` to 1."""
    yield _text(left + PANEL / 2, 48, f"macro accuracy, {kind} languages", more=' font-weight="bold"')
    for tick in range(6):
        value = least + (1 - least) * tick / 5
        x = left + PANEL * tick / 5
        yield _line(x, TOP, x, BOTTOM) + _text(x, BOTTOM + 18, f"{value:.2f}")
    step = (BOTTOM - TOP) / len(BUCKETS)
    for row, bucket in enumerate(BUCKETS):
        middle = TOP + step * (row + 0.5)
        yield _text(left - 12, middle + 4, bucket, "end")
        # Ours comes last, on top of the others; below each other where they would cover one another.
        for place, (name, colour) in reversed(list(enumerate(zip(table, COLOURS, strict=False)))):
            value = table[name][kind][row]
            x = left + PANEL * max(value - least, 0.0) / (1 - least)
            y = middle + (place - (len(table) - 1) / 2) * 7
            yield _dot(x, y, 5 if place == 0 else 4, colour, f"{name}, {bucket}: {value:.4f}")


def _reliability(bins: Bins, left: float) -> Iterable[str]:
    """Draw accuracy over confidence, a circle a tenth, its area by the number of texts."""
    yield _text(left + PANEL / 2, 48, "accuracy by confidence, core", more=' font-weight="bold"')
    height = BOTTOM - TOP
    for tick in range(6):
        x, y = left + PANEL * tick / 5, BOTTOM - height * tick / 5
        yield _line(x, TOP, x, BOTTOM) + _line(left, y, left + PANEL, y)
        yield _text(x, BOTTOM + 18, f"{tick / 5:.1f}") + _text(left - 10, y + 4, f"{tick / 5:.1f}", "end")
    yield _line(left, BOTTOM, left + PANEL, TOP, ' stroke="#888" stroke-dasharray="4 4"')
    most = max(number for _, _, number in bins)
    for confidence, right, number in bins:
        radius = 3 + 9 * math.sqrt(number / most)
        title = f"{number} texts: confidence {confidence:.3f}, right {right:.3f}"
        yield _dot(left + PANEL * confidence, BOTTOM - height * right, radius, COLOURS[0], title)
    yield _text(left + PANEL / 2, BOTTOM + 36, "confidence (area: texts)")
