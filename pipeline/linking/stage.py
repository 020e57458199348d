"""The linking stage: a mention joins its block, and every event it changes is written anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.blocks import block_key
from pipeline.linking.block import MOST_OF_ONE, Block
from pipeline.linking.picture import Picture, pictures
from pipeline.linking.report import Report, report
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
        if unreal is not None:
            return [Drop(unreal)]
        key, new = block_key(record), report(record)
        block = state.get(key, Block())
        held = next((r for r in block.reports if r.mention_id == new.mention_id), None)
        if held is None and block.refuses(new):
            return [Drop("late")]
        joined = block.plus(new)
        changes = _changes(block, joined, held, new)
        if held is None and any(picture.revision > MOST_OF_ONE for _, picture in changes):
            return [Drop("crowded")]
        if not changes:
            return [Drop("known")]
        return [Put(key, joined.trimmed()), *(Emit(name, picture.event(name)) for name, picture in changes)]


def _changes(block: Block, joined: Block, held: Report | None, new: Report) -> list[tuple[str, Picture]]:
    """The pictures that differ for a mention having come, by event id."""
    before, after = pictures(block.without(new.mention_id).reports), pictures(joined.reports)
    changed = [(key, picture) for key, picture in sorted(after.items()) if before.get(key) != picture]
    if held is not None and held.event_key not in after:
        # The mention is told differently than before: a newer coder.
        changed.append((held.event_key, Picture("retracted", 2, (held,))))
    return changed


SPEC = StageSpec(
    name="linking",
    source="news.mentions",
    sink="news.events",
    record=Mention,
    out=Event,
    state=Block,
    make=Linking,
)
