"""Maps from an edited text back to the text before, as runs between edits."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable

Edit = tuple[int, int, str]
"""`text[start:end]` becomes the string; edits are in order and do not overlap."""


class Layer:
    """One step of editing: outside the edits a character stands for one character."""

    __slots__ = ("_in_ends", "_ins", "_out_ends", "_outs")

    def __init__(self) -> None:
        self._ins, self._in_ends = array("l"), array("l")
        self._outs, self._out_ends = array("l"), array("l")

    def add(self, start: int, end: int, out: int, length: int) -> None:
        """Note that input `[start, end)` became `length` characters at `out`."""
        self._ins.append(start)
        self._in_ends.append(end)
        self._outs.append(out)
        self._out_ends.append(out + length)

    def start(self, i: int) -> int:
        """Return where in the input the output character `i` begins."""
        k = bisect_right(self._outs, i) - 1
        if k < 0:
            return i
        if i < self._out_ends[k]:
            return self._ins[k]
        return self._in_ends[k] + i - self._out_ends[k]

    def end(self, j: int) -> int:
        """Return where in the input the output character before `j` ends."""
        k = bisect_right(self._outs, j - 1) - 1
        if k < 0:
            return j
        if j - 1 < self._out_ends[k]:
            return self._in_ends[k]
        return self._in_ends[k] + j - self._out_ends[k]

    def index(self, i: int) -> int:
        """Return the output position of the input character `i`, or of the next one when it was dropped."""
        k = bisect_right(self._ins, i) - 1
        if k < 0:
            return i
        if i < self._in_ends[k]:
            return self._outs[k]
        return self._out_ends[k] + i - self._in_ends[k]


def edit(text: str, edits: Iterable[Edit]) -> tuple[str, Layer | None]:
    """Apply edits; no layer when there were none."""
    layer = Layer()
    parts: list[str] = []
    done = out = 0
    for start, end, new in edits:
        parts.append(text[done:start])
        out += start - done
        layer.add(start, end, out, len(new))
        parts.append(new)
        out += len(new)
        done = end
    if not parts:
        return text, None
    parts.append(text[done:])
    return "".join(parts), layer
