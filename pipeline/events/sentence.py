"""A sentence of a language with the verb in the middle, as its clauses are read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.clauses import COORDINATE, Clause
from pipeline.events.firing import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.coder import Reader
    from schemas.event import EventDate


class Sentence:
    """What the firings of a sentence share: who was carried over, who speaks, the clause being read."""

    def __init__(self, reader: Reader, chart: Chart, chunks: list[Chunk], span: tuple[int, int]) -> None:
        self.reader, self.chart, self.chunks, self.span = reader, chart, chunks, span
        self.context, self.grammar = reader.context, reader.known.grammar
        # Who acted in the sentence before.
        self.before = reader.context.agent
        self.speaker: Chunk | None = None
        self.reported = False
        self.carried: tuple[Chunk, ...] = ()
        self.clause = Clause(*span, None, COORDINATE)
        # How the clause before hangs on its own.
        self.last_link = COORDINATE
        self.near: Sequence[Chunk] = ()
        # The word lists of which the sentence holds a member.
        self.listed = listed(chart, *span)
        # Several triggers begin with one verb: its tense is read once.
        self.tenses: dict[tuple[int, int, str], str | None] = {}
        # What stands before a verb is read once.
        self.groups: dict[tuple[int, int], tuple[int, set[str]]] = {}

    def date(self, part: Clause, *, future: bool) -> tuple[EventDate | None, bool]:
        """Return the date of a clause and whether the text states it."""
        return self.reader.date_of(self.chart, part, self.span, future=future)
