"""The window of a partition: blocks that have been silent for long are forgotten, once there are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from pipeline.linking.block import DAYS, Block
from pipeline.linking.blocks import Blocks
from pipeline.stage import Put

# An archive may come in any order, so that few blocks are kept whatever their age.
MANY_BLOCKS = 4096
FORGOTTEN_AT_ONCE = 64
# The entry that holds the window's clock and floor; no block has this key.
WINDOW = ""


def too_late(state: Mapping[str, Block], key: str, told: int | None) -> bool:
    """Whether a mention may be of an event that was forgotten with its block, and must not begin anew under its id."""
    window = state.get(WINDOW)
    return window is not None and told is not None and told <= window.floor and key not in state


def forgotten(state: Mapping[str, Block], own: str, told: int | None) -> Iterator[Put[Block]]:
    """Move the clock, by a day at most and never back, and forget the blocks that are silent since a window ago."""
    if len(state) <= MANY_BLOCKS or told is None:
        return
    window = state.get(WINDOW, Block())
    if told <= window.clock:
        return
    clock = min(told, window.clock + 1) if window.clock else told
    silent = (key for key in state if key not in (own, WINDOW) and _last_told(state[key]) < clock - DAYS)
    gone = list(islice(silent, FORGOTTEN_AT_ONCE))
    floor = max([window.floor, *(_last_told(state[key]) for key in gone)])
    # Where more are silent, the next mention goes on.
    done = len(gone) < FORGOTTEN_AT_ONCE
    yield Put(WINDOW, replace(window, floor=floor, clock=clock if done else window.clock))
    yield from (Put(key, None) for key in gone)


def spared(state: Mapping[str, Block], own: str) -> Iterator[Put[Block]]:
    """Forget a few of the blocks last told of longest ago where there are too many, whatever their age."""
    names = state.spare(own) if isinstance(state, Blocks) else []
    yield from (Put(name, None) for name in names if name != WINDOW)


def _last_told(block: Block) -> int:
    return max((r.told for r in block.reports if r.told is not None), default=block.floor)
