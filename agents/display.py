"""Untrusted text on a terminal: no control characters, cut to a width in cells, right-to-left text set apart."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

RLI, PDI = "\u2067", "\u2069"
ELLIPSIS = "…"
# Joiners shape Urdu and Hindi words; all other format characters can reorder or hide what is shown.
JOINERS = frozenset("\u200c\u200d")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
RIGHT_TO_LEFT = frozenset({"R", "AL"})
# A cell holds at most a few code points in honest text.
POINTS_PER_CELL = 8


def clean(text: str, limit: int | None = None) -> str:
    """Make the first `limit` code points printable: white space becomes a space, what is hidden its escape."""
    shown = "".join(_shown(point) for point in (text if limit is None else text[:limit]))
    return " ".join(shown.split())


def cut(text: str, width: int) -> str:
    """Clean a text and cut it to a number of terminal cells."""
    shown = clean(text, max(0, width) * POINTS_PER_CELL)
    if cell_len(shown) <= width and len(text) <= width * POINTS_PER_CELL:
        return shown
    return set_cell_size(shown, min(max(0, width - 1), cell_len(shown))).rstrip() + ELLIPSIS if width > 0 else ""


def padded(text: str, width: int) -> str:
    """Cut a text and fill it with spaces to exactly `width` cells."""
    shown = cut(text, width)
    return isolated(shown) + " " * (width - cell_len(shown))


def isolated(text: str) -> str:
    """Set right-to-left text apart, so that it does not reorder the line around it."""
    return f"{RLI}{text}{PDI}" if is_right_to_left(text) else text


def is_right_to_left(text: str) -> bool:
    """Whether the first strong character is of a right-to-left script."""
    for point in text:
        direction = unicodedata.bidirectional(point)
        if direction in RIGHT_TO_LEFT:
            return True
        if direction == "L":
            return False
    return False


def _shown(point: str) -> str:
    if point.isspace():
        return " "
    if point in JOINERS or unicodedata.category(point) not in HIDDEN:
        return point
    return f"<U+{ord(point):04X}>"
