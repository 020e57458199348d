"""The linking stage: a mention joins its block, and every event it changes is written anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from pipeline.blocks import block_key
from pipeline.linking.block import MOST_OF_ONE, Block
from pipeline.linking.blocks import Blocks
from pipeline.linking.picture import Picture, Telling, differences
from pipeline.linking.report import Report, report
from pipeline.linking.window import forgotten, spared, too_late
from pipeline.stage import Drop, Effect, Emit, Put, StageSpec
from schemas.event import Event, Mention

MOST_REMEMBERED = 1024
NOT_SO = ("negated", "hypothetical")


class Linking:
    """Links mentions into events.

    The effects of a mention are the differences it makes to the block, whether it came before or not: a mention that is
    delivered again after a crash between state and output writes the same records once more.
    """

    def __init__(self) -> None:
        # What the blocks of late tell, so as not to sum up all their reports for every further one.
        self._tellings: OrderedDict[str, tuple[Block, Telling]] = OrderedDict()

    def __call__(self, record: Mention, state: Mapping[str, Block], /) -> Iterable[Effect[Event, Block]]:
        """Give the events that a mention begins, revises, merges or retracts."""
        unreal = next((word for word in NOT_SO if word in record.auxiliary), None)
        key = block_key(record)
        block = state.get(key, Block())
        if record.withdrawn or unreal is not None:
            return self._withdrawal(key, block, record, "withdrawn" if unreal is None else unreal)
        held, new = block.held(record), report(record)
        rest = block.without(record) if held else block
        if rest is block and (block.refuses(new) or too_late(state, key, new.told)):
            return [Drop("late")]
        # A newer coder tells the same mention otherwise: what it told before is taken back, once.
        before = rest if all(r.event_key == new.event_key for r in held) else block
        after = rest.plus(new)
        changes, telling = self._changes(key, block, before, after, (new, *held))
        if rest is block and any(len(picture.reports) > MOST_OF_ONE for _, picture in changes):
            return [Drop("crowded")]
        if not changes and rest is not block:
            return [Drop("known")]
        kept = after.trimmed(telling)
        self._remember(key, kept, telling if kept is after else telling.of(r.event_key for r in kept.reports))
        gone = (*forgotten(state, key, new.told), *spared(state, key))
        return [Put(key, kept), *gone, *(_events(changes) or [Drop("known")])]

    def _withdrawal(self, key: str, block: Block, mention: Mention, reason: str) -> list[Effect[Event, Block]]:
        """End a mention that its article tells no more, or tells now as what did not happen."""
        before = block.standing(mention)
        after = before.minus(mention)
        changes, telling = self._changes(key, block, before, after, block.held(mention))
        self._remember(key, after, telling)
        kept: list[Effect[Event, Block]] = [Put(key, after)] if before is block else []
        return [*kept, *(_events(changes) or [Drop(reason)])]

    def _changes(
        self, key: str, block: Block, before: Block, after: Block, reports: Iterable[Report]
    ) -> tuple[list[tuple[str, Picture]], Telling]:
        """The pictures that differ for a mention having come, all reports of which are given, and what is told then."""
        known, told = self._tellings.get(key, (None, None))
        if told is None or known is not block:
            told = block.telling()
        seeds = sorted({r.event_key for r in reports})
        first = told if before is block else before.renewed(told, seeds)
        then = after.renewed(told, seeds)
        return differences(first, then, seeds), then

    def _remember(self, key: str, block: Block, telling: Telling) -> None:
        self._tellings[key] = (block, telling)
        self._tellings.move_to_end(key)
        if len(self._tellings) > MOST_REMEMBERED:
            self._tellings.popitem(last=False)


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
