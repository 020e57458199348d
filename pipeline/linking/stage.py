"""The linking stage: a mention joins its block, and every event it changes is written anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.blocks import block_key
from pipeline.linking.block import MOST_OF_ONE, Block
from pipeline.linking.blocks import Blocks
from pipeline.linking.picture import Picture, differences
from pipeline.linking.report import report
from pipeline.stage import Drop, Effect, Emit, Put, StageSpec
from schemas.event import Event, Mention

NOT_SO = ("negated", "hypothetical")


class Linking:
    """Links mentions into events.

    The effects of a mention are the differences it makes to the block, whether it came before or not: a mention that is
    delivered again after a crash between state and output writes the same records once more.
    """

    def __call__(self, record: Mention, state: Mapping[str, Block], /) -> Iterable[Effect[Event, Block]]:
        """Give the events that a mention begins, revises, merges or retracts."""
        unreal = next((word for word in NOT_SO if word in record.auxiliary), None)
        key = block_key(record)
        block = state.get(key, Block())
        if record.withdrawn or unreal is not None:
            return _withdrawal(key, block, record, "withdrawn" if unreal is None else unreal)
        rest, new = block.without(record), report(record)
        if rest is block and block.refuses(new):
            return [Drop("late")]
        # A newer coder tells the same mention otherwise: what it told before is taken back, once.
        before = rest if all(r.event_key == new.event_key for r in block.held(record)) else block
        after = rest.plus(new)
        changes = _changes(before, after, record)
        if rest is block and any(len(picture.reports) > MOST_OF_ONE for _, picture in changes):
            return [Drop("crowded")]
        if not changes and rest is not block:
            return [Drop("known")]
        # A plain mapping is that of a test: it is not bounded.
        spare = state.spare(key) if isinstance(state, Blocks) and key not in state else []
        forgotten: list[Effect[Event, Block]] = [Put(other, None) for other in spare]
        return [*forgotten, Put(key, after.trimmed()), *(_events(changes) or [Drop("known")])]


def _withdrawal(key: str, block: Block, mention: Mention, reason: str) -> list[Effect[Event, Block]]:
    """End a mention that its article tells no more, or tells now as what did not happen."""
    before = block.standing(mention)
    after = before.minus(mention)
    events = _events(_changes(before, after, mention))
    kept: list[Effect[Event, Block]] = [Put(key, after)] if before is block else []
    return [*kept, *(events or [Drop(reason)])]


def _changes(before: Block, after: Block, mention: Mention) -> list[tuple[str, Picture]]:
    """The pictures that differ for a mention having come."""
    seeds = sorted({r.event_key for block in (before, after) for r in block.held(mention)})
    return differences(before.telling(), after.telling(), seeds)


def _events(changes: Iterable[tuple[str, Picture]]) -> list[Effect[Event, Block]]:
    return [Emit(key, picture.event(key)) for key, picture in changes]


SPEC = StageSpec(
    name="linking",
    source="news.mentions",
    sink="news.events",
    record=Mention,
    out=Event,
    state=Block,
    make=Linking,
    view=Blocks,
)
